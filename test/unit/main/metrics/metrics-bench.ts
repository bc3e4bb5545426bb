import { Metrics } from '../../../../src/main/metrics/metrics';
import { observeLink } from '../../../../src/main/metrics/observe-link';
import { heartbeat } from '../../../../src/shared/wire/messages/heartbeat';
import { openCore } from '../devices/core-bench';

/** The core with its link measured, as build-metrics.ts does it; the event loop is still. */
export function openMetrics() {
  const core = openCore();
  const { clock, journal, counters, messages: registry, publisher } = core;
  const eventLoop = { isRunning: false, delayMs: 0 };
  let changes = 0;
  const onChange = () => void (changes += 1);
  const metrics = new Metrics({
    clock,
    journal,
    counters,
    onChange,
    eventLoop: {
      start: () => void (eventLoop.isRunning = true),
      stop: () => void (eventLoop.isRunning = false),
      p99Ms: () => eventLoop.delayMs,
    },
    sources: {
      counters: () => {
        const { outboxDepth: _outboxDepth, ...counts } = counters;
        return { ...counts, notRecorded: 0 };
      },
      gauges: () => ({ queueDepth: counters.outboxDepth }),
    },
  });
  observeLink({ registry, publisher }, { metrics, journal, clock, onBreaker: onChange });
  registry.register(heartbeat, () => clock.advance(handlingMs.shift() ?? 0));
  /** How long the handler of each of the next heartbeats takes. */
  const handlingMs: number[] = [];
  const receive = (payload: unknown, path = 'system/heartbeat'): void =>
    registry.dispatch({
      topic: `kaiser/god/esp/ESP_A/${path}`,
      payload: Buffer.from(JSON.stringify(payload)),
      isRetained: false,
      isRedelivered: false,
    });
  return { ...core, metrics, eventLoop, handlingMs, receive, changes: () => changes };
}

export const validBeat = { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 };
