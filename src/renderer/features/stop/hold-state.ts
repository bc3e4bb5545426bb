/** How long a stop key must be held. Long enough to spare an accident, short enough for an emergency. */
export const HOLD_MS = 500;

/** Life of a key that acts when held: `fired` lasts until it is let go, so that one hold acts once. */
export type HoldState =
  { readonly name: 'idle' } | { readonly name: 'holding'; readonly sinceMs: number } | { readonly name: 'fired' };

export type HoldEvent = 'press' | 'tick' | 'release' | 'cancel';

export const idleHold: HoldState = { name: 'idle' };

/** Letting go before `HOLD_MS` does nothing; a release that comes late still counts as a full hold. */
export function nextHold(state: HoldState, event: HoldEvent, nowMs: number): HoldState {
  if (event === 'cancel') return idleHold;
  if (event === 'press') return state.name === 'idle' ? { name: 'holding', sinceMs: nowMs } : state;
  if (state.name === 'holding' && nowMs - state.sinceMs >= HOLD_MS) return { name: 'fired' };
  return event === 'release' ? idleHold : state;
}
