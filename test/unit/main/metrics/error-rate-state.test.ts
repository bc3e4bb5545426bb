import { describe, expect, it } from 'vitest';
import {
  errorRateOf,
  nextErrorRate,
  noErrors,
  type ErrorRateState,
  type ErrorSample,
} from '../../../../src/main/metrics/error-rate-state';

const none = { malformed: 0, unparsableTopic: 0, handlerErrors: 0, publishFailed: 0 };
const sample = (messages: number, failures: Partial<ErrorSample> = {}): ErrorSample => ({
  ...none,
  ...failures,
  messages,
});
const silence = sample(0);
const at = (second: number) => second * 1_000;
/** An active alarm with 10 of 100 failed at second 0. */
const active = nextErrorRate(noErrors, sample(100, { malformed: 10 }), at(0));

describe('the alarm about failing messages', () => {
  it.each([
    ['20 messages, 2 failed (10 %)', sample(20, { malformed: 2 }), true],
    ['exactly 5 %', sample(20, { malformed: 1 }), false],
    ['just above 5 %', sample(99, { malformed: 5 }), true],
    ['19 messages that all failed', sample(19, { malformed: 19 }), false],
    ['20 messages that all failed', sample(20, { publishFailed: 20 }), true],
    ['failures of all kinds together', sample(40, { malformed: 1, unparsableTopic: 1, handlerErrors: 1 }), true],
    ['nothing', silence, false],
  ])('with %s: %#', (_name, one, isActive) => {
    expect(nextErrorRate(noErrors, one, at(5)).isActive).toBe(isActive);
  });

  it.each([
    ['stays between 3 and 5 %', sample(150, {}), true], // 10 of 250: 4 %
    ['stays at exactly 3 %', sample(100, { malformed: -4 }), true], // 6 of 200
    ['ends below 3 %', sample(234, {}), false], // 10 of 334: 2.99 %
    ['stays while nothing comes', silence, true],
  ])('once there it %s', (_name, one, isActive) => {
    expect(nextErrorRate(active, one, at(1)).isActive).toBe(isActive);
  });

  it('ends when the window has become empty, not before', () => {
    expect([nextErrorRate(active, silence, at(59)).isActive, nextErrorRate(active, silence, at(60)).isActive]).toEqual([
      true,
      false,
    ]);
  });

  it('stays with fewer than 20 messages in the window', () => {
    const later = nextErrorRate(active, sample(2, { malformed: 1 }), at(30));
    expect(nextErrorRate(later, silence, at(61)).isActive).toBe(true);
  });

  it('does not begin because of what is older than a minute', () => {
    const before = nextErrorRate(noErrors, sample(19, { malformed: 19 }), at(0));
    expect(nextErrorRate(before, sample(1), at(59)).isActive).toBe(true);
    expect(nextErrorRate(before, sample(1), at(60)).isActive).toBe(false);
  });
});

describe('the figures of the window', () => {
  const through = (...steps: [number, ErrorSample][]): ErrorRateState =>
    steps.reduce((state, [second, one]) => nextErrorRate(state, one, at(second)), noErrors);

  it('are empty at first', () => {
    expect(errorRateOf(noErrors)).toEqual({ messages: 0, failed: 0, rate: 0, cause: null });
  });

  it('slide: each second counts for sixty', () => {
    const state = through([0, sample(10, { malformed: 1 })], [30, sample(10)], [59, sample(20, { handlerErrors: 1 })]);
    expect(errorRateOf(state)).toEqual({ messages: 40, failed: 2, rate: 0.05, cause: 'malformed' });
    expect(errorRateOf(nextErrorRate(state, silence, at(60)))).toEqual({
      messages: 30,
      failed: 1,
      rate: 1 / 30,
      cause: 'handlerErrors',
    });
  });

  it('name the most frequent cause', () => {
    const state = through([0, sample(10, { malformed: 1, publishFailed: 2 })], [1, sample(10, { malformed: 2 })]);
    expect(errorRateOf(state)).toMatchObject({ failed: 5, cause: 'malformed' });
  });

  it('never exceed one, although a message can fail twice', () => {
    expect(errorRateOf(through([0, sample(1, { malformed: 1, handlerErrors: 1 })])).rate).toBe(1);
  });

  it('stay small however long it runs', () => {
    const seconds = Array.from({ length: 500 }, (_, second) => [second, sample(1)] as [number, ErrorSample]);
    expect(through(...seconds).buckets).toHaveLength(60);
  });

  it('take in what comes late, after the machine slept', () => {
    expect(errorRateOf(through([0, sample(10)], [600, sample(30, { malformed: 3 })]))).toMatchObject({ messages: 30 });
  });
});
