import type { Clock } from '../../src/main/clock';

/**
 * The machine's clock, some times as fast: a deadline of five seconds passes in a fraction of one, in its right order with what happens
 * meanwhile. For tests across real turns of the event loop, where a manual clock would have to know when to move.
 */
export class FastClock implements Clock {
  private baseMs = 0;
  private sinceMs = performance.now();

  constructor(private factor: number) {}

  readonly now = (): number => Date.UTC(2026, 10, 21, 12) + this.monotonic();
  readonly monotonic = (): number => this.baseMs + (performance.now() - this.sinceMs) * this.factor;

  readonly after = (ms: number, action: () => void): (() => void) => {
    const timer = setTimeout(action, ms / this.factor);
    return () => clearTimeout(timer);
  };

  readonly every = (ms: number, action: () => void): (() => void) => {
    const timer = setInterval(action, ms / this.factor);
    return () => clearInterval(timer);
  };

  /** From now on time goes so many times as fast; waits that have begun keep their pace. */
  run(factor: number): void {
    this.baseMs = this.monotonic();
    this.sinceMs = performance.now();
    this.factor = factor;
  }
}
