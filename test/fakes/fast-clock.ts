import type { Clock } from '../../src/main/clock';

/**
 * The machine's clock, `factor` times as fast: a deadline of five seconds passes in a fraction of one, in its right order with what happens
 * meanwhile. For tests across real turns of the event loop, where a manual clock would have to know when to move.
 */
export function fastClock(factor: number): Clock {
  const startMs = performance.now();
  const wallStartMs = Date.UTC(2026, 10, 21, 12);
  const elapsedMs = () => (performance.now() - startMs) * factor;
  return {
    now: () => wallStartMs + elapsedMs(),
    monotonic: elapsedMs,
    after: (ms, action) => {
      const timer = setTimeout(action, ms / factor);
      return () => clearTimeout(timer);
    },
    every: (ms, action) => {
      const timer = setInterval(action, ms / factor);
      return () => clearInterval(timer);
    },
  };
}
