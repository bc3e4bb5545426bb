import { wireLimits } from '../../shared/wire/limits';
import type { Will } from '../../shared/wire/messages/will';
import type { Clock } from '../clock';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';
import type { TimedWarnings } from './timed-warnings';

/** Two wills within the window are flapping (conformance C5). */
const FLAPPING_WILLS = 2;
/** Wills of one device that are remembered; a flood of them must not grow without end. */
const MOST_WILLS = 20;

/** Counts the live wills of devices: a device that is lost again and again is flapping, until it was not lost for five minutes. */
export class DeviceWills {
  /** `timestamp` of the last will: the broker may publish the same will more than once. */
  private readonly lastTimestamps = new WeakMap<DeviceRecord, number>();

  constructor(
    private readonly registry: Pick<DeviceRegistry, 'warn'>,
    private readonly timed: TimedWarnings,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /**
   * Notes a live will, before it takes the device offline. The same one once more (1.5: it carries the time of its connect, in seconds) is
   * no second loss unless the device was back in between: firmware that reconnects by itself sends the will of its first connect again.
   */
  count(device: DeviceRecord, { timestamp }: Will): void {
    const now = this.clock.monotonic();
    const recent = device.wills.filter((at) => now - at < wireLimits.flappingWindowMs);
    const isSame = timestamp > 0 && this.lastTimestamps.get(device) === timestamp;
    const isRepeated = recent.length > 0 && isSame && device.presence.state === 'offline';
    this.lastTimestamps.set(device, timestamp);
    device.wills = isRepeated ? recent : [...recent, now].slice(-MOST_WILLS);
    if (isRepeated || device.wills.length < FLAPPING_WILLS) return;
    this.timed.expire(device.id, 'flapping', wireLimits.flappingWindowMs);
    this.registry.warn(device, {
      code: 'flapping',
      message: `The device was lost ${device.wills.length} times within five minutes. Check its supply and its radio.`,
    });
  }
}
