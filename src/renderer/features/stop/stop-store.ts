import { ORPCError } from '@orpc/client';
import { create } from 'zustand';
import type { StopScope } from '../../../shared/api/stop';
import { api, NotConnectedError } from '../../connection/client';

/*
 * What this screen itself is doing about a stop: the request under way, its failure, and which devices somebody marked as checked.
 * Whether a stop holds is never decided here; that comes from the console by the plant store.
 */

/** Longest wait for the console to take a stop; then we must say so and point at the hard-wired one. */
const ANSWER_MS = 3_000;

export type StopFailure =
  | { readonly kind: 'noConnection' }
  /** Nobody knows whether it went out. */
  | { readonly kind: 'noAnswer' }
  | { readonly kind: 'refused'; readonly error: unknown };

export type StopRequest =
  | { readonly name: 'idle' }
  | { readonly name: 'sending'; readonly scope: StopScope }
  | { readonly name: 'failed'; readonly scope: StopScope; readonly reason: string; readonly failure: StopFailure };

type StopStore = {
  readonly request: StopRequest;
  /** Ids of checked devices by stop id. */
  readonly checked: Readonly<Record<string, readonly string[]>>;
  /** Sends a stop. What becomes of it is in the plant store; a failure is kept here until it is dismissed or sent again. */
  readonly engage: (scope: StopScope, reason?: string) => Promise<void>;
  /** Sends the failed one again. */
  readonly retry: () => void;
  readonly dismiss: () => void;
  readonly check: (stopId: string, deviceId: string, isChecked: boolean) => void;
};

export const useStopStore = create<StopStore>((set, get) => ({
  request: { name: 'idle' },
  checked: {},
  engage: async (scope, reason = '') => {
    set({ request: { name: 'sending', scope } });
    const input = { scope, ...(reason !== '' && { reason }) };
    try {
      await api.stop.engage(input, { signal: AbortSignal.timeout(ANSWER_MS) });
      set({ request: { name: 'idle' } });
    } catch (error) {
      set({ request: { name: 'failed', scope, reason, failure: failureOf(error) } });
    }
  },
  retry: () => {
    const { request, engage } = get();
    if (request.name === 'failed') void engage(request.scope, request.reason);
  },
  dismiss: () => set({ request: { name: 'idle' } }),
  check: (stopId, deviceId, isChecked) =>
    set(({ checked }) => {
      const others = (checked[stopId] ?? []).filter((id) => id !== deviceId);
      return { checked: { ...checked, [stopId]: isChecked ? [...others, deviceId] : others } };
    }),
}));

/** Anything but a clear refusal leaves open what happened: a deadline, a connection that broke under way. */
function failureOf(error: unknown): StopFailure {
  if (error instanceof NotConnectedError) return { kind: 'noConnection' };
  if (error instanceof ORPCError && error.defined) return { kind: 'refused', error };
  return { kind: 'noAnswer' };
}
