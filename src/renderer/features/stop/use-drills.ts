import { useCallback, useEffect, useState } from 'react';
import type { DrillView, StopLatency } from '../../../shared/api/stop';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';

/** While a drill runs its rows are asked for this often; it is over after five seconds. */
const LOOK_MS = 400;

const none = { drills: [] as readonly DrillView[], latencies: [] as readonly StopLatency[] };

/** Drills and latencies: fetched at the start, after a drill or stop, and often while a drill runs. */
export function useDrills() {
  const [{ drills, latencies }, setMeasured] = useState(none);
  const [error, setError] = useState<unknown>(null);
  const [isWorking, setWorking] = useState(false);
  const stops = usePlant((plant) => plant.stops);
  const fetchAll = useCallback(async () => {
    try {
      const [allDrills, allLatencies] = await Promise.all([api.stop.drills(), api.stop.latencies()]);
      setMeasured({ drills: allDrills, latencies: allLatencies });
    } catch (cause) {
      setError(cause);
    }
  }, []);
  const isRunning = drills[0] !== undefined && drills[0].finishedAt === undefined;
  useEffect(() => void fetchAll(), [fetchAll, stops]);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => void fetchAll(), LOOK_MS);
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
