import { describe, expect, test } from 'vitest';
import { SeriesRing } from '../../../../src/renderer/telemetry/series-ring';
import { sparklinePath } from '../../../../src/renderer/ui/sparkline-rules';

const window = { from: 0, to: 100_000, widthPx: 100, heightPx: 20 };

function ringOf(...points: readonly (readonly [at: number, value: number | null])[]): SeriesRing {
  const ring = new SeriesRing();
  for (const [at, value] of points) ring.push(at, value);
  return ring;
}

describe('a sparkline', () => {
  test('of nothing is nothing', () => {
    expect([sparklinePath(ringOf(), window), sparklinePath(ringOf([10_000, null]), window)]).toEqual([[], []]);
  });

  test('runs from left to right and keeps its ends inside', () => {
    const path = sparklinePath(ringOf([0, 10], [50_000, 20], [100_000, 30]), window);
    expect(path.map(({ x }) => x)).toEqual([0, 50, 100]);
    expect(path.every(({ y }) => y >= 0 && y <= 20)).toBe(true);
    expect(path[0]?.y).toBeGreaterThan(path[2]?.y ?? 99);
  });

  test('leaves out what is older than its window', () => {
    expect(
      sparklinePath(ringOf([0, 10], [50_000, 20]), { ...window, from: 40_000, to: 60_000 }).map(({ x }) => x),
    ).toEqual([50]);
  });

  test('draws a calm series calmly', () => {
    const path = sparklinePath(ringOf([0, 1000], [50_000, 1000.5], [100_000, 1000]), window);
    expect(Math.max(...path.map(({ y }) => y)) - Math.min(...path.map(({ y }) => y))).toBeLessThan(2);
  });

  test('lifts the pen over a missing value and over a long silence', () => {
    const times = [0, 2000, 4000, 6000, 60_000, 62_000];
    const silence = sparklinePath(ringOf(...times.map((at) => [at, 5] as const)), window);
    expect(silence.map(({ isGap }) => isGap)).toEqual([true, false, false, false, true, false]);
    const missing = sparklinePath(ringOf([0, 5], [2000, null], [4000, 5]), window);
    expect(missing.map(({ isGap }) => isGap)).toEqual([true, true]);
  });

  test('shows a short peak within one step', () => {
    const path = sparklinePath(ringOf([0, 5], [2000, 5], [2100, 50], [2200, 5]), window);
    const heights = path.map(({ y }) => y);
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(15);
  });
});
