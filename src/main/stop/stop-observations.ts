import type { DeviceId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import { isFreeSince, isStoppedSince, withAlert, withStatus, type Evidence } from './evidence-rules';

/** What the actuators of each device say about their safety, and when they said it. */
export class StopObservations {
  private readonly evidence = new Map<DeviceId, Evidence>();

  constructor(
    private readonly clock: Clock,
    private readonly pinsOf: (id: DeviceId) => readonly number[],
  ) {}

  alert(deviceId: DeviceId, gpio: number): void {
    this.evidence.set(deviceId, withAlert(this.of(deviceId), gpio, this.clock.monotonic()));
  }

  status(deviceId: DeviceId, gpio: number, emergency: string): void {
    this.evidence.set(deviceId, withStatus(this.of(deviceId), gpio, emergency, this.clock.monotonic()));
  }

  isStoppedSince(deviceId: DeviceId, sinceMs: number): boolean {
    return isStoppedSince(this.of(deviceId), this.pinsOf(deviceId), sinceMs);
  }

  isFreeSince(deviceId: DeviceId, sinceMs: number): boolean {
    return isFreeSince(this.of(deviceId), this.pinsOf(deviceId), sinceMs);
  }

  removeDevice(deviceId: DeviceId): void {
    this.evidence.delete(deviceId);
  }

  private of(deviceId: DeviceId): Evidence {
    return this.evidence.get(deviceId) ?? new Map();
  }
}
