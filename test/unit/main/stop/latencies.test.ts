import { describe, expect, it } from 'vitest';
import { percentile, summarize } from '../../../../src/main/stop/latency-rules';
import { A, B, OPERATOR, openCore } from '../devices/core-bench';

describe('the nearest-rank percentile', () => {
  it.each([
    [[], 50, null],
    [[7], 50, 7],
    [[7], 95, 7],
    [[1, 2], 50, 1],
    [[1, 2, 3], 50, 2],
    [[1, 2, 3, 4], 50, 2],
    [[15, 20, 35, 40, 50], 30, 20],
    [[15, 20, 35, 40, 50], 40, 20],
    [[15, 20, 35, 40, 50], 100, 50],
    [[15, 20, 35, 40, 50], 0, 15],
    [Array.from({ length: 20 }, (_, index) => index + 1), 95, 19],
    [Array.from({ length: 100 }, (_, index) => index + 1), 95, 95],
  ] as const)('of %j at %i is %s', (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });
});

describe('the latency of a device', () => {
  it('counts answers and misses apart, and knows the last of both', () => {
    const measured = [30, 10, null, 20].map((latencyMs, at) => ({ at, latencyMs }));
    expect(summarize(A, measured)).toEqual({
      deviceId: A,
      count: 3,
      missed: 1,
      minMs: 10,
      p50Ms: 20,
      p95Ms: 30,
      maxMs: 30,
      lastMs: 20,
      lastAt: '1970-01-01T00:00:00.003Z',
    });
  });

  it('that never answered has no figures but its misses', () => {
    expect(summarize(A, [{ at: 0, latencyMs: null }])).toMatchObject({
      count: 0,
      missed: 1,
      minMs: null,
      p50Ms: null,
      maxMs: null,
      lastMs: null,
    });
    expect(summarize(A, []).lastAt).toBeNull();
  });
});

describe('latencies', () => {
  it('of stops are measured and missed, once each; a late answer stays a miss', () => {
    const core = openCore();
    for (const id of [A, B]) core.approved(id);
    const stop = core.stop.engage({ kind: 'all' }, '', OPERATOR);
    if (!stop.ok) throw new Error(stop.error.message);
    core.clock.advance(120);
    core.stop.confirmed(A, stop.value.id);
    core.clock.advance(10_000);
    core.stop.confirmed(B, stop.value.id);
    expect(core.drills.latencies()).toMatchObject([
      { deviceId: A, count: 1, missed: 0, lastMs: 120 },
      { deviceId: B, count: 0, missed: 1, lastMs: null },
    ]);
  });

  it('keep the newest five hundred of a device, over a restart, until it is forgotten', () => {
    const core = openCore();
    core.approved(A);
    for (let ms = 1; ms <= 510; ms += 1) core.latencies.add(A, 'drill', ms);
    expect(core.latencies.list()).toMatchObject([{ count: 500, minMs: 11, maxMs: 510, p50Ms: 260, lastMs: 510 }]);
    core.latencies.add(A, 'stop', null);
    const again = core.restart();
    expect(again.latencies.list()).toMatchObject([{ count: 499, missed: 1, minMs: 12, lastMs: null }]);
    again.devices.remove(A, OPERATOR);
    expect(again.latencies.list()).toEqual([]);
  });
});
