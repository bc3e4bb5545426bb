import type { DeviceView } from '../../../shared/api/devices';
import type { DrillView, StopLatency } from '../../../shared/api/stop';

export type SkipReason = 'offline' | 'no_capability' | 'not_approved' | 'stopped' | 'other';

export type LatencyRow = {
  readonly latency: StopLatency;
  readonly name: string;
  /** What the last drill was for this device; undefined when it was not part of it. */
  readonly state: DrillView['devices'][number]['state'] | undefined;
  readonly reason: SkipReason;
};

const reasons: readonly SkipReason[] = ['offline', 'no_capability', 'not_approved', 'stopped'];

/** How many devices of a drill are in each state. */
export function drillCounts({ devices }: DrillView): Record<DrillView['devices'][number]['state'], number> {
  const counts = { sent: 0, confirmed: 0, unconfirmed: 0, skipped: 0 };
  for (const { state } of devices) counts[state] += 1;
  return counts;
}

/** One row per device that was measured or took part, those without an answer first, then by name. */
export function latencyRows(
  latencies: readonly StopLatency[],
  drill: DrillView | undefined,
  devices: Readonly<Record<string, Pick<DeviceView, 'name'>>>,
): LatencyRow[] {
  const measured = new Map(latencies.map((latency) => [latency.deviceId, latency]));
  for (const { deviceId } of drill?.devices ?? [])
    if (!measured.has(deviceId)) measured.set(deviceId, { ...nothing, deviceId });
  return [...measured.values()]
    .map((latency) => {
      const row = drill?.devices.find(({ deviceId }) => deviceId === latency.deviceId);
      return {
        latency,
        name: devices[latency.deviceId]?.name || latency.deviceId,
        state: row?.state,
        reason: reasons.find((reason) => reason === row?.reason) ?? 'other',
      };
    })
    .sort(
      (a, b) => Number(b.state === 'unconfirmed') - Number(a.state === 'unconfirmed') || a.name.localeCompare(b.name),
    );
}

const nothing: Omit<StopLatency, 'deviceId'> = {
  count: 0,
  missed: 0,
  minMs: null,
  p50Ms: null,
  p95Ms: null,
  maxMs: null,
  lastMs: null,
  lastAt: null,
};
