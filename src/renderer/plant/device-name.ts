import type { DeviceView } from '../../shared/api/devices';

/** Name of a device for people; its id where it has no name, or is not known (any more). */
export function displayNameOf(id: string, devices: Readonly<Record<string, Pick<DeviceView, 'name'>>>): string {
  return devices[id]?.name.trim() || id;
}
