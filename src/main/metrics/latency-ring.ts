/** Samples that percentiles are computed from: enough for a 99th percentile of ten samples, and 8 KiB for each kind of message. */
export const RING_SAMPLES = 1_024;

export type LatencySummary = {
  /** Samples ever taken, and their sum. */
  readonly measured: number;
  readonly totalMs: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
};

/** The last times of one kind of message. Taking one allocates nothing; percentiles are computed when somebody asks. */
export class LatencyRing {
  private readonly samples = new Float64Array(RING_SAMPLES);
  private measured = 0;
  private totalMs = 0;

  add(ms: number): void {
    this.samples[this.measured % RING_SAMPLES] = ms;
    this.measured += 1;
    this.totalMs += ms;
  }

  summary(): LatencySummary {
    const { measured, totalMs } = this;
    const sorted = this.samples.slice(0, Math.min(measured, RING_SAMPLES)).sort();
    /** Nearest rank: the smallest sample that at least this share of all does not exceed. */
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return { measured, totalMs, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) };
  }
}
