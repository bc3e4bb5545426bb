import { describe, expect, it } from 'vitest';
import { LatencyRing, RING_SAMPLES } from '../../../../src/main/metrics/latency-ring';

function ringOf(...samples: number[]) {
  const ring = new LatencyRing();
  for (const sample of samples) ring.add(sample);
  return ring.summary();
}
const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the ring of latencies', () => {
  it('knows nothing before the first sample', () => {
    expect(ringOf()).toEqual({ measured: 0, totalMs: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null });
  });

  it.each([
    ['one sample', [7], { measured: 1, totalMs: 7, p50Ms: 7, p95Ms: 7, p99Ms: 7, maxMs: 7 }],
    ['two samples', [9, 1], { measured: 2, totalMs: 10, p50Ms: 1, p95Ms: 9, p99Ms: 9, maxMs: 9 }],
    [
      '1 to 100, backwards',
      oneTo(100).reverse(),
      { measured: 100, totalMs: 5_050, p50Ms: 50, p95Ms: 95, p99Ms: 99, maxMs: 100 },
    ],
    [
      'times that sort wrongly as text',
      [10, 9, 100],
      { measured: 3, totalMs: 119, p50Ms: 10, p95Ms: 100, p99Ms: 100, maxMs: 100 },
    ],
  ])('gives nearest-rank percentiles of %s', (_name, samples, summary) => {
    expect(ringOf(...samples)).toEqual(summary);
  });

  it('forgets what is older than its size, but neither count nor sum', () => {
    const summary = ringOf(5_000, ...Array<number>(RING_SAMPLES).fill(2));
    expect(summary).toEqual({ measured: 1_025, totalMs: 7_048, p50Ms: 2, p95Ms: 2, p99Ms: 2, maxMs: 2 });
  });

  it('can be asked in between without losing its place', () => {
    const ring = new LatencyRing();
    ring.add(3);
    ring.add(1);
    ring.summary();
    for (const ms of Array<number>(RING_SAMPLES - 1).fill(2)) ring.add(ms);
    expect(ring.summary()).toMatchObject({ p50Ms: 2, maxMs: 2, measured: RING_SAMPLES + 1 });
  });
});
