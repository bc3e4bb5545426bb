import type { Points } from '../telemetry/series-ring';

export type Window = {
  readonly from: number;
  readonly to: number;
  readonly widthPx: number;
  readonly heightPx: number;
};

/** A path in pixels: lines between points, and `gap` where the pen is lifted. */
export type PathStep = { readonly x: number; readonly y: number; readonly isGap: boolean };

/** Half of the shown range at least this share of the value, so that noise of a calm series does not look like a storm. */
const CALM_SHARE = 0.01;
/** A hole longer than this many usual distances is a gap. */
const GAP_FACTOR = 6;
const SHORTEST_GAP_MS = 20_000;

/** The points of a window as a path; each pixel column shows its lowest and highest value. */
export function sparklinePath(points: Points, window: Window): readonly PathStep[] {
  const first = firstIndexFrom(points, window.from);
  const range = rangeOf(points, first);
  if (!range) return [];
  const [low, high] = range;
  const x = (time: number) => ((time - window.from) / (window.to - window.from)) * window.widthPx;
  const y = (value: number) => window.heightPx - ((value - low) / (high - low)) * window.heightPx;
  const gapMs = Math.max(SHORTEST_GAP_MS, usualDistance(points, first) * GAP_FACTOR);
  const path: PathStep[] = [];
  let isGap = true;
  let lastTime = Number.NaN;
  for (let index = first; index < points.length; index += 1) {
    const time = points.timeAt(index);
    const value = points.valueAt(index);
    if (Number.isNaN(value)) {
      isGap = true;
      continue;
    }
    isGap ||= time - lastTime > gapMs;
    const lowest = points.lowAt(index);
    const highest = points.highAt(index);
    path.push({ x: x(time), y: y(lowest < value ? lowest : highest), isGap });
    if (lowest !== highest) path.push({ x: x(time), y: y(lowest < value ? highest : value), isGap: false });
    isGap = false;
    lastTime = time;
  }
  return path;
}

function firstIndexFrom(points: Points, from: number): number {
  let index = 0;
  while (index < points.length && points.timeAt(index) < from) index += 1;
  return index;
}

function rangeOf(points: Points, first: number): readonly [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (let index = first; index < points.length; index += 1) {
    if (Number.isNaN(points.valueAt(index))) continue;
    low = Math.min(low, points.lowAt(index));
    high = Math.max(high, points.highAt(index));
  }
  if (low > high) return null;
  const middle = (low + high) / 2;
  const half = Math.max((high - low) / 2, Math.abs(middle) * CALM_SHARE, 1e-9) * 1.15;
  return [middle - half, middle + half];
}

/** Mean distance of neighbours; robust enough, since a gap is many of them. */
function usualDistance(points: Points, first: number): number {
  const distances: number[] = [];
  for (let index = Math.max(1, first + 1); index < points.length; index += 1) {
    distances.push(points.timeAt(index) - points.timeAt(index - 1));
  }
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? 0;
}
