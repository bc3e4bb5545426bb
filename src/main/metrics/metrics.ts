import type { MetricsView } from '../../shared/api/metrics';
import type { StatusView } from '../../shared/api/status';

/** Counters and latencies. */
export class Metrics {
  view(): MetricsView {
    return { uptimeS: 0, counters: {}, gauges: {}, messages: [] };
  }

  get errorAlarm(): StatusView['errorAlarm'] {
    return { active: false, since: null, rate: 0, messages: 0 };
  }
}
