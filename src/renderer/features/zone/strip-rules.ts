import type { Points } from '../../telemetry/series-ring';

/** A hole longer than this many usual distances is a gap. */
const GAP_FACTOR = 6;
const SHORTEST_GAP_MS = 20_000;

export type StripData = [times: number[], values: (number | null)[]];

/**
 * A ring as two columns for a strip. A step in which the value moved shows its lowest and highest too, so that peaks stay; a hole gets a
 * null, so that no line is drawn over it.
 */
export function stripData(points: Points): StripData {
  const times: number[] = [];
  const values: (number | null)[] = [];
  const gapMs = Math.max(SHORTEST_GAP_MS, usualDistance(points) * GAP_FACTOR);
  for (let index = 0; index < points.length; index += 1) {
    const time = points.timeAt(index);
    const value = points.valueAt(index);
    const lastTime = times.at(-1);
    if (lastTime !== undefined && time - lastTime > gapMs) {
      times.push(lastTime + 1);
      values.push(null);
    }
    const extreme = points.lowAt(index) < value ? points.lowAt(index) : points.highAt(index);
    if (extreme !== value && !Number.isNaN(extreme)) {
      times.push(time - 1);
      values.push(extreme);
    }
    times.push(time);
    values.push(Number.isNaN(value) ? null : value);
  }
  return [times, values];
}

function usualDistance(points: Points): number {
  const distances: number[] = [];
  for (let index = 1; index < points.length; index += 1)
    distances.push(points.timeAt(index) - points.timeAt(index - 1));
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? 0;
}
