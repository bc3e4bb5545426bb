import type { DeviceId } from '../../shared/domain/ids';
import type { DeviceMetrics } from '../../shared/wire/messages/heartbeat-metrics';
import type { Clock } from '../clock';

/** Counters older than this are not merged any more (wire contract 1.3). */
export const METRICS_MAX_AGE_MS = 120_000;
/** Devices whose counters are kept (1.3). */
export const MAX_METRICS_DEVICES = 10_000;

/** Counters that devices send apart from their heartbeat, kept until the next one takes them over. */
export class SplitMetrics {
  private readonly kept = new Map<DeviceId, { readonly counters: DeviceMetrics['counters']; readonly atMs: number }>();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  keep(id: DeviceId, { counters }: DeviceMetrics): void {
    this.kept.delete(id); // the newest stands last
    this.kept.set(id, { counters, atMs: this.clock.monotonic() });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_METRICS_DEVICES && oldest !== undefined) this.kept.delete(oldest);
  }

  /**
   * The counters of a device with their age: those of the heartbeat itself, and where it has none those that came apart. Undefined when
   * there are none that are fresh enough.
   */
  merged(id: DeviceId, own?: DeviceMetrics): Readonly<Record<string, number>> | undefined {
    const kept = this.kept.get(id);
    const ageMs = kept ? this.clock.monotonic() - kept.atMs : Infinity;
    if (!kept || ageMs > METRICS_MAX_AGE_MS) {
      this.kept.delete(id);
      return own && { ...own.counters, metrics_freshness_seconds: 0 };
    }
    return { ...kept.counters, ...own?.counters, metrics_freshness_seconds: Math.round(ageMs / 1000) };
  }

  forget(id: DeviceId): void {
    this.kept.delete(id);
  }
}
