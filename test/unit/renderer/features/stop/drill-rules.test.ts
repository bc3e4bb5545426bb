import { describe, expect, it } from 'vitest';
import { drillCounts, latencyRows } from '../../../../../src/renderer/features/stop/drill-rules';
import type { DrillView, StopLatency } from '../../../../../src/shared/api/stop';
import type { DeviceId } from '../../../../../src/shared/domain/ids';

const id = (text: string) => text as DeviceId;
const drill: DrillView = {
  id: 'd',
  scope: { kind: 'all' },
  by: 'user:operator',
  startedAt: '2026-11-21T12:00:00.000Z',
  devices: [
    { deviceId: id('A'), state: 'confirmed', latencyMs: 12 },
    { deviceId: id('B'), state: 'unconfirmed' },
    { deviceId: id('C'), state: 'skipped', reason: 'offline' },
  ],
};
const measured: StopLatency = {
  deviceId: id('A'),
  count: 3,
  missed: 0,
  minMs: 10,
  p50Ms: 11,
  p95Ms: 12,
  maxMs: 12,
  lastMs: 12,
  lastAt: null,
};

describe('Drills', () => {
  it('count what became of each device', () => {
    expect(drillCounts(drill)).toEqual({ sent: 0, confirmed: 1, unconfirmed: 1, skipped: 1 });
  });

  it('name those without an answer first, and those that took no part with the reason', () => {
    const rows = latencyRows([measured], drill, { A: { name: 'Alpha' }, C: { name: '' } });
    expect(rows.map(({ name, state, reason, latency }) => [name, state, reason, latency.count])).toEqual([
      ['B', 'unconfirmed', 'other', 0],
      ['Alpha', 'confirmed', 'other', 3],
      ['C', 'skipped', 'offline', 0],
    ]);
  });

  it('show what was measured when there was no drill yet', () => {
    expect(latencyRows([measured], undefined, {})).toMatchObject([{ name: 'A', state: undefined }]);
  });
});
