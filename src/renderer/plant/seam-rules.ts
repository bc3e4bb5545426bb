import type { DeviceView } from '../../shared/api/devices';

/** A place in the trends of a device at which other hardware took over. */
export type DeviceSeam = { readonly id: string; readonly deviceId: string; readonly name: string; readonly at: number };

/** Replacements of these devices after `fromMs` (Unix ms), oldest first. What lies before is not in the plot. */
export function seamsAfter(
  devices: Readonly<Record<string, Pick<DeviceView, 'id' | 'name' | 'replaces'>>>,
  deviceIds: readonly string[],
  fromMs: number,
): readonly DeviceSeam[] {
  const seams = [...new Set(deviceIds)].flatMap((id) => {
    const device = devices[id];
    return (device?.replaces ?? []).map(({ deviceId: before, at }) => ({
      id: `${id}:${before}`,
      deviceId: id,
      name: device?.name || id,
      at: Date.parse(at),
    }));
  });
  return seams.filter(({ at }) => at > fromMs).sort((a, b) => a.at - b.at);
}
