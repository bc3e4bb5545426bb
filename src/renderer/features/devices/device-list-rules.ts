import type { DeviceView } from '../../../shared/api/devices';
import type { ZoneView } from '../../../shared/api/zones';

/* Order, filter and cells of the device list. The order depends on names only, so that rows stay where they are while states change. */

/** At and below this a reading of the signal strength is worth a look: packets start to get lost. */
export const WEAK_RSSI_DBM = -80;

type Devices = Readonly<Record<string, DeviceView>>;
type Zones = Readonly<Record<string, ZoneView>>;

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Devices that wait for approval, the longest waiting first: a new one is added at the end. */
export function pendingDevices(devices: Devices): DeviceView[] {
  return Object.values(devices)
    .filter(({ approval }) => approval === 'pending')
    .sort((a, b) => a.firstSeenAt.localeCompare(b.firstSeenAt) || collator.compare(a.id, b.id));
}

/** Was its place taken by another device? */
export function isRetired({ replacedBy }: Pick<DeviceView, 'replacedBy'>): boolean {
  return replacedBy !== null;
}

/** May it be replaced? A device that is online is not dead, and one that was never approved has nothing to hand on. */
export function canBeReplaced(device: Pick<DeviceView, 'approval' | 'presence' | 'demo' | 'replacedBy'>): boolean {
  return device.approval === 'approved' && device.presence !== 'online' && !device.demo && !isRetired(device);
}

/** Replaced devices, the last one first. */
export function retiredDevices(devices: Devices): DeviceView[] {
  const since = ({ replacedBy }: DeviceView) => replacedBy?.at ?? '';
  return Object.values(devices)
    .filter(isRetired)
    .sort((a, b) => since(b).localeCompare(since(a)) || collator.compare(a.id, b.id));
}

/** Approved and rejected devices by name, then id; not those that were replaced. */
export function decidedDevices(devices: Devices): DeviceView[] {
  return Object.values(devices)
    .filter((device) => device.approval !== 'pending' && !isRetired(device))
    .sort((a, b) => collator.compare(displayName(a), displayName(b)) || collator.compare(a.id, b.id));
}

/** Keeps the devices in which every word of the filter occurs: in name, id, zone, address or firmware. */
export function filterDevices(devices: readonly DeviceView[], zones: Zones, filter: string): DeviceView[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...devices];
  return devices.filter((device) => {
    const text = searchText(device, zones);
    return words.every((word) => text.includes(word));
  });
}

export type DeviceCounts = {
  readonly total: number;
  readonly online: number;
  readonly offline: number;
  readonly unknown: number;
  readonly pending: number;
  readonly rejected: number;
};

/** Counts for the head of the list; presence is counted over approved devices. */
export function deviceCounts(devices: Devices): DeviceCounts {
  const all = Object.values(devices);
  const approved = all.filter(({ approval }) => approval === 'approved');
  const withPresence = (presence: DeviceView['presence']) =>
    approved.filter((device) => device.presence === presence).length;
  return {
    total: all.length,
    online: withPresence('online'),
    offline: withPresence('offline'),
    unknown: withPresence('unknown'),
    pending: all.filter(({ approval }) => approval === 'pending').length,
    rejected: all.filter((device) => device.approval === 'rejected' && !isRetired(device)).length,
  };
}

/** What is shown as the zone of a device: `current` is what it has confirmed, `wanted` only where it differs. */
export type ZoneCell = {
  readonly current: string | null;
  readonly wanted: string | null;
  readonly isRemoval: boolean;
  readonly state: DeviceView['zone']['state'];
  readonly reason: string | null;
};

/** Desired beside confirmed; an id stands for a zone that is not in the plant model. */
export function zoneCell(device: DeviceView, zones: Zones): ZoneCell {
  const { desired, confirmed, state, reason } = device.zone;
  const nameOf = (id: string | null) => (id === null ? null : (zones[id]?.name ?? id));
  return {
    current: nameOf(confirmed),
    wanted: desired === confirmed ? null : nameOf(desired),
    isRemoval: desired === null && confirmed !== null,
    state,
    reason: reason ?? null,
  };
}

/** Name for people; the id where no name was given. */
export function displayName(device: Pick<DeviceView, 'id' | 'name'>): string {
  return device.name.trim() === '' ? device.id : device.name;
}

/** True from `WEAK_RSSI_DBM` downwards. */
export function isWeakSignal(rssiDbm: number | undefined): boolean {
  return rssiDbm !== undefined && rssiDbm <= WEAK_RSSI_DBM;
}

function searchText(device: DeviceView, zones: Zones): string {
  const { current, wanted } = zoneCell(device, zones);
  const { ip, firmwareVersion, hardwareType } = device.health;
  return [device.name, device.id, current, wanted, ip, firmwareVersion, hardwareType]
    .filter(Boolean)
    .join('\n')
    .toLowerCase();
}
