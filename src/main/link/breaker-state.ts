import { assertNever } from '../../shared/domain/assert';

/** Failures in a row that open the breaker, time it stays open, and time a trial may take (wire contract 7.2). */
export const BREAKER_FAILURES = 5;
export const BREAKER_OPEN_MS = 30_000;
export const BREAKER_TRIAL_MS = 10_000;

export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'half_open'; readonly untilMs: number };

export type BreakerEvent = 'success' | 'failure' | 'tick' | 'reconnected';

export const closedBreaker: BreakerState = { kind: 'closed', failures: 0 };

/** Circuit breaker of the publisher. `now` is monotonic milliseconds. A new connection closes it: the cause is gone. */
export function nextBreaker(state: BreakerState, event: BreakerEvent, now: number): BreakerState {
  if (event === 'reconnected') return closedBreaker;
  switch (state.kind) {
    case 'closed': {
      if (event === 'success') return closedBreaker;
      if (event === 'tick') return state;
      const failures = state.failures + 1;
      return failures >= BREAKER_FAILURES
        ? { kind: 'open', untilMs: now + BREAKER_OPEN_MS }
        : { kind: 'closed', failures };
    }
    case 'open':
      return now >= state.untilMs ? { kind: 'half_open', untilMs: now + BREAKER_TRIAL_MS } : state;
    case 'half_open':
      if (event === 'success') return closedBreaker;
      return event === 'failure' || now >= state.untilMs ? { kind: 'open', untilMs: now + BREAKER_OPEN_MS } : state;
    default:
      return assertNever(state);
  }
}

/** What the screens show: an open breaker whose time is over lets the next message through as a trial. */
export function shownBreaker(state: BreakerState, now: number): BreakerState['kind'] {
  return state.kind === 'open' && now >= state.untilMs ? 'half_open' : state.kind;
}
