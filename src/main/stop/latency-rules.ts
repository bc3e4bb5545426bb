import type { StopLatency } from '../../shared/api/stop';
import type { DeviceId } from '../../shared/domain/ids';

/** One measured stop or drill; null ms = the device did not answer in time. `at` is Unix ms. */
export type Measurement = { readonly at: number; readonly latencyMs: number | null };

/** Nearest-rank percentile of sorted values: the smallest one that at least `percent` of them do not exceed. Null of nothing. */
export function percentile(sorted: readonly number[], percent: number): number | null {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? null;
}

/** Latency of one device over its measurements, oldest first. Without an answer the figures are null, not zero. */
export function summarize(deviceId: DeviceId, measurements: readonly Measurement[]): StopLatency {
  const answered = measurements.map(({ latencyMs }) => latencyMs).filter((ms) => ms !== null);
  const sorted = [...answered].sort((a, b) => a - b);
  const last = measurements.at(-1);
  return {
    deviceId,
    count: sorted.length,
    missed: measurements.length - sorted.length,
    minMs: sorted[0] ?? null,
    p50Ms: percentile(sorted, 50),
    p95Ms: percentile(sorted, 95),
    maxMs: sorted.at(-1) ?? null,
    lastMs: last?.latencyMs ?? null,
    lastAt: last ? new Date(last.at).toISOString() : null,
  };
}
