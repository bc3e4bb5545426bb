import { describe, expect, test } from 'vitest';
import { RING_POINTS, SeriesRing } from '../../../../src/renderer/telemetry/series-ring';

const STEP_MS = 1500;

const contentOf = (ring: SeriesRing) =>
  Array.from({ length: ring.length }, (_, index) => [ring.timeAt(index), ring.valueAt(index)]);

describe('a ring of readings', () => {
  test('keeps the newest points in order', () => {
    const ring = new SeriesRing();
    for (let index = 0; index < RING_POINTS + 10; index += 1) ring.push(index * STEP_MS, index);
    expect([ring.length, ring.valueAt(0), ring.valueAt(RING_POINTS - 1)]).toEqual([RING_POINTS, 10, RING_POINTS + 9]);
  });

  test('merges the readings of one step and keeps their extremes', () => {
    const ring = new SeriesRing();
    for (const [at, value] of [
      [0, 5],
      [100, 90],
      [200, 1],
      [300, 6],
    ] as const)
      ring.push(at, value);
    expect([contentOf(ring), ring.lowAt(0), ring.highAt(0)]).toEqual([[[300, 6]], 1, 90]);
  });

  test('a missing value is a point of its own: a gap', () => {
    const ring = new SeriesRing();
    ring.push(0, 5);
    ring.push(10, null);
    ring.push(STEP_MS, 6);
    expect(contentOf(ring)).toEqual([
      [0, 5],
      [10, Number.NaN],
      [STEP_MS, 6],
    ]);
  });

  test('leaves a reading out that is older than the last one', () => {
    const ring = new SeriesRing();
    ring.push(5000, 1);
    ring.push(4000, 2);
    expect(contentOf(ring)).toEqual([[5000, 1]]);
  });

  test('history goes in front of what arrived meanwhile', () => {
    const ring = new SeriesRing();
    ring.push(20_000, 3);
    ring.seed([
      { at: 10_000, value: 1, low: 0, high: 2 },
      { at: 15_000, value: 2 },
      { at: 30_000, value: 9 },
    ]);
    expect(contentOf(ring)).toEqual([
      [10_000, 1],
      [15_000, 2],
      [20_000, 3],
    ]);
    expect([ring.lowAt(0), ring.highAt(0)]).toEqual([0, 2]);
  });
});
