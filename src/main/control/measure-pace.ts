import type { DeviceId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';
import { measureWaitMs } from './command-blocks-rules';

/** When each pin and each device was asked for a measurement last (monotonic ms). Only the last second is remembered. */
export class MeasurePace {
  private readonly pins = new Map<string, number>();
  private readonly devices = new Map<DeviceId, number>();

  /** Milliseconds until this pin may be measured; 0 = now. */
  waitMs(deviceId: DeviceId, gpio: number, nowMs: number): number {
    return measureWaitMs({ pinMs: this.pins.get(`${deviceId}:${gpio}`), deviceMs: this.devices.get(deviceId) }, nowMs);
  }

  asked(deviceId: DeviceId, gpio: number, nowMs: number): void {
    forget(this.pins, nowMs);
    forget(this.devices, nowMs);
    this.pins.set(`${deviceId}:${gpio}`, nowMs);
    this.devices.set(deviceId, nowMs);
  }
}

function forget(times: Map<string, number>, nowMs: number): void {
  for (const [key, atMs] of times) if (nowMs - atMs >= wireLimits.measureGapPerPinMs) times.delete(key);
}
