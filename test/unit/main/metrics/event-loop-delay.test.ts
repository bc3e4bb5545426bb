import { expect, it } from 'vitest';
import { createEventLoopDelay } from '../../../../src/main/metrics/event-loop-delay';
import { ManualClock } from '../../../fakes/manual-clock';

/** Node's histogram: nanoseconds, with the sampling interval of 20 ms in each figure; none while it is empty. */
function fakeHistogram() {
  const histogram = { isOn: false, p99Ms: 0 };
  return {
    histogram,
    parts: {
      enable: () => (histogram.isOn = true),
      disable: () => !(histogram.isOn = false),
      reset: () => void (histogram.p99Ms = 0),
      percentile: () => histogram.p99Ms * 1_000_000,
    },
  };
}

it('the event-loop delay is measured from start to stop, without the interval of the measurement', () => {
  const clock = new ManualClock();
  const { histogram, parts } = fakeHistogram();
  const delay = createEventLoopDelay(clock, parts);
  delay.start();
  expect([histogram.isOn, clock.pending, delay.p99Ms()]).toEqual([true, 1, 0]);
  histogram.p99Ms = 27;
  expect(delay.p99Ms()).toBeCloseTo(7, 3);
  delay.stop();
  expect([histogram.isOn, clock.pending]).toEqual([false, 0]);
});

it('a stall stays visible for the minute after its own, and then goes', () => {
  const clock = new ManualClock();
  const { histogram, parts } = fakeHistogram();
  const delay = createEventLoopDelay(clock, parts);
  delay.start();
  histogram.p99Ms = 120;
  clock.advance(60_000);
  expect(delay.p99Ms()).toBeCloseTo(100, 3);
  histogram.p99Ms = 320;
  expect(delay.p99Ms()).toBeCloseTo(300, 3);
  histogram.p99Ms = 25;
  clock.advance(60_000);
  expect(delay.p99Ms()).toBeCloseTo(5, 3);
  clock.advance(60_000);
  expect(delay.p99Ms()).toBe(0);
});

it('the figures of Node itself can be read', () => {
  const delay = createEventLoopDelay(new ManualClock());
  delay.start();
  expect(delay.p99Ms()).toBeGreaterThanOrEqual(0);
  delay.stop();
});
