import { describe, expect, it } from 'vitest';
import { stopNews } from '../../../../../src/renderer/features/stop/stop-news-rules';
import { stopCounts, type StopRow, type StopRowState } from '../../../../../src/renderer/features/stop/stop-rules';
import { at, noon } from '../devices/sample-plant';

const row = (deviceId: string, state: StopRowState): StopRow => ({
  deviceId,
  name: deviceId,
  zoneName: null,
  zoneOrder: 0,
  state,
  isOnline: true,
  hasRefused: false,
  refusal: null,
  latencyMs: null,
  waitedMs: 0,
  offlineSince: null,
  place: '',
  lastOn: [],
});

describe('what a screen reader is told of a stop', () => {
  it('stays the same sentence while the answers come in', () => {
    const first = stopNews({}, [row('A', 'waiting'), row('B', 'waiting')], noon);
    const second = stopNews({}, [row('A', 'confirmed'), row('B', 'waiting')], noon);
    expect(first).toEqual({ phase: 'sent', devices: 2 });
    expect(second).toEqual(first);
  });

  it('names who did not confirm when nobody is waited for any more', () => {
    const rows = [row('A', 'confirmed'), row('B', 'unconfirmed'), row('C', 'offline')];
    expect(stopNews({}, rows, noon)).toEqual({ phase: 'settled', counts: stopCounts(rows), unconfirmed: [rows[1]] });
  });

  it('tells of a clear for ten seconds', () => {
    expect(stopNews({ clearedAt: at(-9_000) }, [], noon)).toEqual({ phase: 'cleared' });
    expect(stopNews({ clearedAt: at(-10_000) }, [], noon)).toBeNull();
  });
});
