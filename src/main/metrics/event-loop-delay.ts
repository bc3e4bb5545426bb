import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../clock';

/** How often the delay is sampled. Node's figures contain this interval, it is taken off here. */
const SAMPLE_MS = 20;
/** Each figure covers between one and two of these, so that whoever asks once a minute misses no stall. */
const PERIOD_MS = 60_000;
const NS_PER_MS = 1_000_000;

export type EventLoopDelay = {
  readonly start: () => void;
  readonly stop: () => void;
  /** How late a timer was at worst in 99 of 100 cases of the last one to two minutes, ms. */
  readonly p99Ms: () => number;
};

/** What is used of Node's histogram; a test brings its own. */
export type DelayHistogram = Pick<
  ReturnType<typeof monitorEventLoopDelay>,
  'enable' | 'disable' | 'reset' | 'percentile'
>;

/** Measures how long other work keeps the event loop from its timers (architecture: above 20 ms the core moves to its own process). */
export function createEventLoopDelay(
  clock: Clock,
  histogram: DelayHistogram = monitorEventLoopDelay({ resolution: SAMPLE_MS }),
): EventLoopDelay {
  let formerMs = 0;
  let stopPeriods = (): void => undefined;
  const presentMs = () => Math.max(0, histogram.percentile(99) / NS_PER_MS - SAMPLE_MS);
  return {
    start: () => {
      histogram.enable();
      stopPeriods = clock.every(PERIOD_MS, () => {
        formerMs = presentMs();
        histogram.reset();
      });
    },
    stop: () => {
      stopPeriods();
      histogram.disable();
    },
    p99Ms: () => Math.max(formerMs, presentMs()),
  };
}
