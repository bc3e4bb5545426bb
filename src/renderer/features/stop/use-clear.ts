import { useState } from 'react';
import { api } from '../../connection/client';

/** Longest wait for the console; the stop holds until it answers. */
const ANSWER_MS = 5_000;

export type ClearState = 'idle' | 'clearing' | 'failed';

/** Clears a stop, or asks again the devices that have not left a cleared one. Which devices did comes by the plant store. */
export function useClear(stopId: string, onDone?: () => void) {
  const [state, setState] = useState<ClearState>('idle');
  const [error, setError] = useState<unknown>(null);
  const clear = async () => {
    setState('clearing');
    try {
      await api.stop.clear({ id: stopId }, { signal: AbortSignal.timeout(ANSWER_MS) });
      setState('idle');
      onDone?.();
    } catch (cause) {
      setError(cause);
      setState('failed');
    }
  };
  return { state, error, run: () => void clear() };
}
