import { useCallback, useEffect, useState } from 'react';
import type { DrillView, StopLatency } from '../../../shared/api/stop';
import { api, whenConnected } from '../../connection/client';

/** While a drill runs its rows are asked for this often (it is over after five seconds), else a stop may have been measured. */
const RUNNING_MS = 400;
const IDLE_MS = 5_000;

type Measured = { readonly drills: readonly DrillView[]; readonly latencies: readonly StopLatency[] };

/** Drills and latencies while somebody looks at them, and what starts a drill of the whole plant. */
export function useDrills() {
  const [{ drills, latencies }, setMeasured] = useState<Measured>({ drills: [], latencies: [] });
  const [error, setError] = useState<unknown>(null);
  const [isWorking, setWorking] = useState(false);
  const fetchAll = useCallback(
    () =>
      Promise.all([api.stop.drills(), api.stop.latencies()])
        .then(([allDrills, allLatencies]) => setMeasured({ drills: allDrills, latencies: allLatencies }))
        .catch(() => undefined), // the header says that there is no connection
    [],
  );
  const isRunning = drills[0] !== undefined && drills[0].finishedAt === undefined;
  useEffect(() => whenConnected(() => void fetchAll()), [fetchAll]);
  useEffect(() => {
    const timer = setInterval(() => void fetchAll(), isRunning ? RUNNING_MS : IDLE_MS);
    return () => clearInterval(timer);
  }, [isRunning, fetchAll]);
  const start = async () => {
    setWorking(true);
    setError(null);
    try {
      await api.stop.drill({ scope: { kind: 'all' } });
      await fetchAll();
    } catch (cause) {
      setError(cause);
    } finally {
      setWorking(false);
    }
  };
  return { drills, latencies, error, isWorking, start };
}
