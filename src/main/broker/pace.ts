import type { Clock } from '../clock';

/** Shortest wait, ms: a timer per message would cost more than it slows. */
const MIN_WAIT_MS = 10;

/**
 * Lets actions through at `perSecond` in the long run, `burst` at once, in order. The queue is bounded by the caller: aedes reads no more
 * from a socket before the packets that it has read are through.
 */
export class Pace {
  private tokens: number;
  private lastMs: number;
  private readonly waiting: (() => void)[] = [];
  private isArmed = false;

  constructor(
    private readonly limit: { readonly perSecond: number; readonly burst: number },
    private readonly clock: Clock,
  ) {
    this.tokens = limit.burst;
    this.lastMs = clock.monotonic();
  }

  run(action: () => void): void {
    if (this.waiting.length === 0 && this.claim()) {
      action();
      return;
    }
    this.waiting.push(action);
    this.arm();
  }

  private claim(): boolean {
    const nowMs = this.clock.monotonic();
    this.tokens = Math.min(this.limit.burst, this.tokens + ((nowMs - this.lastMs) / 1000) * this.limit.perSecond);
    this.lastMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  private arm(): void {
    if (this.isArmed) return;
    this.isArmed = true;
    const missingMs = ((1 - this.tokens) / this.limit.perSecond) * 1000;
    this.clock.after(Math.max(MIN_WAIT_MS, Math.ceil(missingMs)), () => {
      this.isArmed = false;
      while (this.waiting.length > 0 && this.claim()) this.waiting.shift()?.();
      if (this.waiting.length > 0) this.arm();
    });
  }
}
