import type { Base, Services } from './build-rooms';
import type { Clock } from './clock';
import type { DeviceRegistry } from './devices/device-registry';
import type { Link } from './link/link';
import { createEventLoopDelay } from './metrics/event-loop-delay';
import type { GaugeValues } from './metrics/metric-catalogue';
import { Metrics } from './metrics/metrics';
import { observeLink } from './metrics/observe-link';

const breakerGauge = { closed: 0, half_open: 1, open: 2 } as const;

/** Builds the metrics room over what it measures. A part of build-rooms.ts, where rooms meet. */
export function buildMetrics(
  clock: Clock,
  { store, embedded, hub }: Pick<Base, 'store' | 'embedded' | 'hub'>,
  link: Link,
  { registry, journal }: Pick<Services, 'registry' | 'journal'>,
): Metrics {
  const metrics = new Metrics({
    clock,
    journal,
    counters: link.counters,
    onChange: hub.status,
    eventLoop: createEventLoopDelay(clock),
    sources: {
      counters: () => {
        const { outboxDepth: _outboxDepth, ...counters } = link.counters;
        return { ...counters, notRecorded: store.batch.notRecorded };
      },
      gauges: () => ({
        queueDepth: link.counters.outboxDepth,
        connected: link.connection.isOnline ? 1 : 0,
        breaker: breakerGauge[link.publisher.breakerState],
        ...deviceGauges(registry),
        ...(embedded && { brokerClients: embedded.statistics().clients }),
        storeSizeBytes: store.view().sizeBytes,
        rssBytes: process.memoryUsage.rss(),
      }),
    },
  });
  observeLink(link, { metrics, journal, clock, onBreaker: hub.status });
  return metrics;
}

function deviceGauges(registry: DeviceRegistry): GaugeValues {
  const devices = registry.all();
  const approved = devices.filter(({ approval }) => approval === 'approved');
  const count = (state: string) => approved.filter(({ presence }) => presence.state === state).length;
  return {
    devicesOnline: count('online'),
    devicesOffline: count('offline'),
    devicesUnknown: count('unknown'),
    devicesPending: devices.filter(({ approval }) => approval === 'pending').length,
  };
}
