import { describe, expect, it } from 'vitest';
import {
  BREAKER_OPEN_MS,
  BREAKER_TRIAL_MS,
  closedBreaker,
  nextBreaker,
  shownBreaker,
  type BreakerEvent,
  type BreakerState,
} from '../../../../src/main/link/breaker-state';

const now = 100_000;
const closed = (failures: number): BreakerState => ({ kind: 'closed', failures });
const open = (untilMs: number): BreakerState => ({ kind: 'open', untilMs });
const halfOpen = (untilMs: number): BreakerState => ({ kind: 'half_open', untilMs });
const opened = open(now + BREAKER_OPEN_MS);

describe('nextBreaker', () => {
  it.each<[string, BreakerState, BreakerEvent, BreakerState]>([
    ['a success forgets earlier failures', closed(4), 'success', closed(0)],
    ['time alone does not touch a closed breaker', closed(4), 'tick', closed(4)],
    ['the first failure is counted', closed(0), 'failure', closed(1)],
    ['the fourth failure keeps it closed', closed(3), 'failure', closed(4)],
    ['the fifth failure in a row opens it', closed(4), 'failure', opened],
    ['an open breaker stays open before its time', open(now + 1), 'tick', open(now + 1)],
    ['a late success does not open the way early', open(now + 1), 'success', open(now + 1)],
    ['at its time it lets a trial through', open(now), 'tick', halfOpen(now + BREAKER_TRIAL_MS)],
    ['a trial that succeeds closes it', halfOpen(now + 1), 'success', closed(0)],
    ['a trial that fails opens it again', halfOpen(now + 1), 'failure', opened],
    ['a trial may take its time', halfOpen(now + 1), 'tick', halfOpen(now + 1)],
    ['a trial that takes too long opens it again', halfOpen(now), 'tick', opened],
    ['a new connection closes an open breaker', open(now + 1), 'reconnected', closed(0)],
    ['a new connection closes a half-open breaker', halfOpen(now + 1), 'reconnected', closed(0)],
    ['a new connection forgets failures', closed(4), 'reconnected', closed(0)],
  ])('%s', (_name, before, event, after) => {
    expect(nextBreaker(before, event, now)).toEqual(after);
  });

  it.each<[string, BreakerState, BreakerState['kind']]>([
    ['closed', closed(4), 'closed'],
    ['open before its time', open(now + 1), 'open'],
    ['half open at its time, because the next message is let through', open(now), 'half_open'],
    ['half open during the trial', halfOpen(now + 1), 'half_open'],
  ])('is shown as %s', (_name, state, shown) => {
    expect(shownBreaker(state, now)).toBe(shown);
  });

  it('starts closed', () => {
    expect(closedBreaker).toEqual(closed(0));
  });

  it('throws for a state that does not exist', () => {
    expect(() => nextBreaker({ kind: 'ajar' } as never, 'tick', now)).toThrow('ajar');
  });
});
