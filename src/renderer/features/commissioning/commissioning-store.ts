import { create } from 'zustand';
import type { CommissioningEvent } from '../../../shared/api/commissioning';
import { api, whenConnected } from '../../connection/client';

/** What the console last told about ports, jobs and the bench line; null until it has. After a loss it stays, and `isLive` is false. */
export type CommissioningState = { readonly event: CommissioningEvent | null; readonly isLive: boolean };

export const useCommissioning = create<CommissioningState>(() => ({ event: null, isLive: false }));

/** Before the stream is opened again after it ended. */
const RETRY_MS = 1_000;

/** Follows the commissioning stream while a screen needs it; the answer ends that. */
export function followCommissioning(): () => void {
  const end = new AbortController();
  const leave = whenConnected((signal) => void follow(AbortSignal.any([signal, end.signal])));
  return () => {
    leave();
    end.abort();
    // Whoever comes back shall not see for a moment what was then.
    useCommissioning.setState({ event: null, isLive: false });
  };
}

async function follow(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of await api.commissioning.live(undefined, { signal })) {
        useCommissioning.setState({ event, isLive: true });
      }
    } catch {
      // Ended with the connection, or by the console: opened again below.
    }
    useCommissioning.setState({ isLive: false });
    if (signal.aborted) return;
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY_MS);
    });
  }
}
