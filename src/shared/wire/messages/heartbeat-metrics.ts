import { z } from 'zod';
import { inbound } from '../message';

/** The contract lists 18 counters; more are ignored. */
const MAX_COUNTERS = 32;
/** What the device refused last about an acknowledgement: the one text among the counters. */
const LAST_REJECT = 'handover_contract_last_reject';
/** What it says while it refused nothing. */
const NO_REJECT = 'NONE';

/** The counters that a device may send by themselves or, unsplit, inside its heartbeat (1.2, 1.3). */
const splitCounters = [
  'metrics_schema_version', 'offline_enter_count', 'adopting_enter_count', 'adoption_noop_count', 'adoption_delta_count',
  'handover_abort_count', 'handover_contract_reject_count', 'persistence_drift_count', 'critical_outcome_drop_count',
  'publish_outbox_drop_count', 'publish_queue_fill', 'publish_queue_hwm', 'publish_queue_shed_count', 'publish_queue_drop_count',
  'sensor_command_queue_overflow_count', 'safe_publish_retry_count', 'emergency_rejected_no_token_total',
] as const; // prettier-ignore

export type DeviceMetrics = {
  readonly counters: Readonly<Record<string, number>>;
  /** Why the device refused an acknowledgement last; absent when it refused none. */
  readonly lastReject?: string | undefined;
};

/** The same keys as fields of the heartbeat; a broken one costs only itself. The version has its own rule there. */
export const splitCounterFields = {
  ...Object.fromEntries(
    splitCounters
      .filter((name) => name !== 'metrics_schema_version')
      .map((name) => [name, z.number().optional().catch(undefined)]),
  ),
  [LAST_REJECT]: z.string().max(48).optional().catch(undefined),
};

/** The counters of an unsplit heartbeat; nothing when it carries none (a version alone is none). */
export function pickCounters(beat: Readonly<Record<string, unknown>>): { readonly metrics?: DeviceMetrics } {
  const metrics = metricsOf(
    splitCounters.map((name) => [name, beat[name]]),
    beat[LAST_REJECT],
  );
  const isEmpty = Object.keys(metrics.counters).every((name) => name === 'metrics_schema_version');
  return isEmpty && metrics.lastReject === undefined ? {} : { metrics };
}

function metricsOf(entries: readonly (readonly [string, unknown])[], lastReject: unknown): DeviceMetrics {
  const counters = entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return {
    counters: Object.fromEntries(counters.slice(0, MAX_COUNTERS)),
    lastReject: typeof lastReject === 'string' && lastReject !== NO_REJECT ? lastReject : undefined,
  };
}

/** 1.3: counters split out of the heartbeat. Every key is optional; the time of sending is of no use. */
export const heartbeatMetrics = inbound({
  name: 'heartbeat metrics',
  path: 'system/heartbeat_metrics',
  qos: 0,
  schema: z
    .record(z.string().max(48), z.unknown())
    .transform(({ ts: _ts, seq: _seq, ...payload }) => metricsOf(Object.entries(payload), payload[LAST_REJECT])),
});
