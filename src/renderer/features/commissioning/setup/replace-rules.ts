import type { DeviceView } from '../../../../shared/api/devices';

const byText = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Devices that may be replaced, by name: approved, real, and not online. The chosen one stays in the list when it comes back, so that the
 * technician sees why it cannot be replaced.
 */
export function replaceableDevices(
  devices: Readonly<Record<string, DeviceView>>,
  chosenId: string | null,
): readonly DeviceView[] {
  return Object.values(devices)
    .filter(({ approval, demo }) => approval === 'approved' && !demo)
    .filter(({ id, presence }) => presence !== 'online' || id === chosenId)
    .sort((a, b) => byText.compare(a.name || a.id, b.name || b.id) || byText.compare(a.id, b.id));
}
