import { useEffect, useState } from 'react';
import type { MetricsView } from '../../../shared/api/metrics';
import { api, whenConnected } from '../../connection/client';

/** People read these numbers, so they are renewed at reading speed. */
const RENEW_MS = 3_000;

/** The console's metrics while somebody looks at them; null before the first answer. */
export function useMetrics(): MetricsView | null {
  const [metrics, setMetrics] = useState<MetricsView | null>(null);
  useEffect(() => {
    const fetchOnce = () => {
      api.metrics
        .get()
        .then(setMetrics)
        .catch(() => undefined); // the header says that there is no connection
    };
    const stopWatching = whenConnected(fetchOnce);
    const timer = setInterval(fetchOnce, RENEW_MS);
    return () => {
      stopWatching();
      clearInterval(timer);
    };
  }, []);
  return metrics;
}
