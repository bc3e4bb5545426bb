export type BucketLimits = {
  /** Sustained rate. */
  readonly perSecond: number;
  /** What may come at once after a pause. */
  readonly burst: number;
};

/** A token bucket. Times are monotonic milliseconds; a clock that stands still or runs back gives nothing. */
export class TokenBucket {
  private tokens: number;
  private atMs: number;

  constructor(
    private readonly limits: BucketLimits,
    nowMs: number,
  ) {
    this.tokens = limits.burst;
    this.atMs = nowMs;
  }

  /** Takes one token; false when there is none. */
  take(nowMs: number): boolean {
    const passedMs = nowMs - this.atMs;
    if (passedMs > 0) {
      this.tokens = Math.min(this.limits.burst, this.tokens + (passedMs * this.limits.perSecond) / 1000);
      this.atMs = nowMs;
    }
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
