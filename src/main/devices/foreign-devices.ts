import type { ForeignDevice } from '../../shared/api/devices';
import type { DeviceId } from '../../shared/domain/ids';
import type { Clock } from '../clock';

/** Devices of other controllers that are remembered, the newest ones. */
export const MAX_FOREIGN_DEVICES = 200;

type Heard = { readonly kaiserId: string; readonly deviceId: DeviceId; readonly firstMs: number; lastMs: number };

/** Devices of other controllers (wire contract 12: read-only). They are seen, never answered and never stored. */
export class ForeignDevices {
  private readonly devices = new Map<string, Heard>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  heard(kaiserId: string, deviceId: DeviceId): void {
    const now = this.clock.now();
    const key = `${kaiserId}/${deviceId}`;
    const device = this.devices.get(key) ?? { kaiserId, deviceId, firstMs: now, lastMs: now };
    device.lastMs = now;
    this.devices.delete(key); // the one heard last stands last
    this.devices.set(key, device);
    const [oldest] = this.devices.keys();
    if (this.devices.size > MAX_FOREIGN_DEVICES && oldest !== undefined) this.devices.delete(oldest);
  }

  /** The one heard last comes first. */
  list(): ForeignDevice[] {
    return [...this.devices.values()].reverse().map(({ kaiserId, deviceId, firstMs, lastMs }) => ({
      kaiserId,
      deviceId,
      firstSeenAt: new Date(firstMs).toISOString(),
      lastSeenAt: new Date(lastMs).toISOString(),
    }));
  }
}
