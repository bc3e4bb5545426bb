import { expect, test } from 'vitest';
import { stripData } from '../../../../../src/renderer/features/zone/strip-rules';
import { SeriesRing } from '../../../../../src/renderer/telemetry/series-ring';

function ringOf(...points: readonly (readonly [at: number, value: number | null])[]): SeriesRing {
  const ring = new SeriesRing();
  for (const [at, value] of points) ring.push(at, value);
  return ring;
}

test('a strip has its points, a null where one is missing, and a null in a long silence', () => {
  const times = [0, 2000, 4000, 6000];
  expect(stripData(ringOf(...times.map((at) => [at, 5] as const), [8000, null], [60_000, 6]))).toEqual([
    [0, 2000, 4000, 6000, 8000, 8001, 60_000],
    [5, 5, 5, 5, null, null, 6],
  ]);
});

test('a strip shows the extreme of a step before its last value', () => {
  expect(stripData(ringOf([0, 5], [2000, 5], [2100, 50], [2200, 6]))).toEqual([
    [0, 2199, 2200],
    [5, 5, 6],
  ]);
});
