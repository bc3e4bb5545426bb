import { assertNever } from '../../shared/domain/assert';
import { wireLimits } from '../../shared/wire/limits';

/** Is the device there? `unknown` means that the console cannot tell, for example while it has no broker itself. */
export type Presence = {
  readonly state: 'online' | 'offline' | 'unknown';
  readonly reason: string;
  /** Unix ms. */
  readonly sinceMs: number;
  /** Monotonic ms of the last sign of life, null before the first. */
  readonly lastSignMs: number | null;
};

export type PresenceEvent =
  | { readonly kind: 'heartbeat' }
  /** A message that the device wrote just now (its valid clock says so); proves life only where nothing is known. */
  | { readonly kind: 'fresh_message' }
  | { readonly kind: 'live_will'; readonly reason: string }
  /** A will that was already there when the console subscribed: a hint only, the device may be back. */
  | { readonly kind: 'retained_will'; readonly reason: string }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'broker_lost' };

export type Instant = { readonly nowMs: number; readonly monotonicMs: number };

export function unknownPresence(nowMs: number): Presence {
  return { state: 'unknown', reason: 'not_heard_yet', sinceMs: nowMs, lastSignMs: null };
}

/** Life cycle of presence (wire contract 2.6). Silence is measured on the monotonic clock. */
export function nextPresence(presence: Presence, event: PresenceEvent, { nowMs, monotonicMs }: Instant): Presence {
  const become = (state: Presence['state'], reason: string, lastSignMs = presence.lastSignMs): Presence =>
    presence.state === state ? { ...presence, lastSignMs } : { state, reason, sinceMs: nowMs, lastSignMs };
  switch (event.kind) {
    case 'heartbeat':
      return become('online', 'heartbeat', monotonicMs);
    case 'fresh_message':
      if (presence.state === 'offline') return presence;
      return become('online', 'message', monotonicMs);
    case 'live_will':
      return become('offline', event.reason);
    case 'retained_will':
      return presence.state === 'unknown' ? become('offline', event.reason) : presence;
    case 'sweep': {
      const isSilent =
        presence.lastSignMs !== null && monotonicMs - presence.lastSignMs > wireLimits.heartbeatTimeoutMs;
      return presence.state === 'online' && isSilent ? become('offline', 'heartbeat_timeout') : presence;
    }
    case 'broker_lost':
      return presence.state === 'online'
        ? { state: 'unknown', reason: 'broker_lost', sinceMs: nowMs, lastSignMs: presence.lastSignMs }
        : presence;
    default:
      return assertNever(event);
  }
}
