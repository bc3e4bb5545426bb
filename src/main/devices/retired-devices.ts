import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';

/** Code of the warning on a retired device that reports. */
export const RETIRED_SEEN = 'retired_seen';
/** The journal says it at most this often for one device; the warning counts every message. */
export const NOTE_EVERY_MS = 3_600_000;
/** Replacements of replacements that are followed; each took a technician. */
const MOST_STEPS = 100;

/** Devices that were replaced and report all the same: nothing of them is taken, and the operator learns which device has their place. */
export class RetiredDevices {
  private readonly notedAtMs = new WeakMap<DeviceRecord, number>();

  constructor(
    private readonly parts: {
      readonly registry: DeviceRegistry;
      readonly journal: Pick<Journal, 'add'>;
      readonly clock: Pick<Clock, 'monotonic'>;
    },
  ) {}

  /** True for a message of a retired device, which must not be taken; it is counted in a warning, and journaled once an hour. */
  refuses(device: DeviceRecord): boolean {
    if (!device.replacedBy) return false;
    const { registry, journal, clock } = this.parts;
    const { id, name } = device;
    const holder = this.holderOf(device);
    const message = `${name} (${id}) reports again, though ${holder} has taken its place. It is refused and its readings are not recorded. Switch it off; to use this hardware again, forget it here first.`;
    registry.warn(device, { code: RETIRED_SEEN, message });
    const now = clock.monotonic();
    if (now - (this.notedAtMs.get(device) ?? -Infinity) < NOTE_EVERY_MS) return true;
    this.notedAtMs.set(device, now);
    journal.add({
      kind: 'device.retired_seen',
      deviceId: id,
      message,
      details: { replacedBy: device.replacedBy.deviceId },
    });
    return true;
  }

  /** Name and id of the device that has the place now: the last one, if the replacement was replaced too. */
  private holderOf(device: DeviceRecord): string {
    let id = device.id;
    let current: DeviceRecord | undefined = device;
    for (let step = 0; step < MOST_STEPS && current?.replacedBy; step += 1) {
      id = current.replacedBy.deviceId;
      current = this.parts.registry.get(id);
    }
    return current && current.name !== id ? `${current.name} (${id})` : id;
  }
}
