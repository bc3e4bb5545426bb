import type { StopLatency } from '../../shared/api/stop';
import type { DeviceId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import type { WriteBatch } from '../store/write-batch';
import { summarize } from './latency-rules';
import type { LatencyStore, MeasurementSource } from './latency-store';

/** Measurements per device that count: at one drill a week, ten years. */
const KEPT_PER_DEVICE = 500;

/** How fast each device answers a stop, over all stops and drills that were measured. */
export class Latencies {
  /** Figures per device; a device that measured anew is summarized anew when somebody asks. */
  private readonly summaries = new Map<DeviceId, StopLatency>();

  constructor(
    private readonly parts: { readonly store: LatencyStore; readonly batch: WriteBatch; readonly clock: Clock },
  ) {}

  /** Notes a measurement; null = no answer in time. */
  add(deviceId: DeviceId, source: MeasurementSource, latencyMs: number | null): void {
    const { store, batch, clock } = this.parts;
    const measurement = { at: clock.now(), latencyMs };
    this.summaries.delete(deviceId);
    batch.plant(() => store.add(deviceId, source, measurement, KEPT_PER_DEVICE));
  }

  /** Figures of every device that was ever measured. */
  list(): StopLatency[] {
    const { store } = this.parts;
    return store.devices().map((deviceId) => {
      const summary = this.summaries.get(deviceId) ?? summarize(deviceId, store.of(deviceId));
      this.summaries.set(deviceId, summary);
      return summary;
    });
  }

  removeDevice(deviceId: DeviceId): void {
    this.summaries.delete(deviceId);
    this.parts.batch.plant(() => this.parts.store.removeDevice(deviceId));
  }
}
