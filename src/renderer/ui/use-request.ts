import { useCallback, useState } from 'react';

export type Request = {
  readonly isWorking: boolean;
  /** What the last try threw; null while there is nothing to say. */
  readonly error: unknown;
  /** Runs a call; true when it succeeded. */
  readonly run: (call: () => Promise<unknown>) => Promise<boolean>;
  readonly reset: () => void;
};

/** A call to the console that a dialog or a panel waits for, with its failure. */
export function useRequest(): Request {
  const [isWorking, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = useCallback(async (call: () => Promise<unknown>) => {
    setWorking(true);
    setError(null);
    try {
      await call();
      return true;
    } catch (cause) {
      setError(cause);
      return false;
    } finally {
      setWorking(false);
    }
  }, []);
  const reset = useCallback(() => setError(null), []);
  return { isWorking, error, run, reset };
}
