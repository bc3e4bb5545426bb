import type { SeriesId } from '../../../shared/domain/ids';
import type { ZoneContent } from '../../plant/zone-rules';

/** More pens than this can't be told apart. */
export const MAX_PENS = 6;
const PROPOSED = 3;

/** The selection with a series put in at the end or taken out; null when there is no pen left. */
export function toggledSeries(series: readonly SeriesId[], seriesId: SeriesId): readonly SeriesId[] | null {
  if (series.includes(seriesId)) return series.filter((id) => id !== seriesId);
  return series.length >= MAX_PENS ? null : [...series, seriesId];
}

/** What a plot shows by itself: the first value of the first zones that have one of the same unit, so that one axis serves them. */
export function proposedSeries(contents: readonly ZoneContent[]): readonly SeriesId[] {
  const firsts = contents.flatMap(({ sensors }) => sensors.slice(0, 1));
  const unit = firsts[0]?.unit;
  return contents
    .flatMap(({ sensors }) => sensors.filter((sensor) => sensor.unit === unit).slice(0, 1))
    .slice(0, PROPOSED)
    .map(({ seriesId }) => seriesId);
}

export type PlotPoint = { readonly at: number; readonly value: number | null };

/** A series as the plot draws it: seconds for uPlot, NaN-free. */
export type PlotTrack = { readonly times: readonly number[]; readonly values: readonly (number | null)[] };

export type Gap = { readonly from: number; readonly to: number };

/** A hole longer than this many usual distances is a gap, and never less than `SHORTEST_GAP_MS`. */
const GAP_FACTOR = 6;
const SHORTEST_GAP_MS = 60_000;

/** Puts a null into every hole, so that no line is drawn over a time without readings, and names the holes. */
export function withGaps(points: readonly PlotPoint[]): {
  readonly points: readonly PlotPoint[];
  readonly gaps: readonly Gap[];
} {
  const limit = Math.max(SHORTEST_GAP_MS, usualDistance(points) * GAP_FACTOR);
  const filled: PlotPoint[] = [];
  const gaps: Gap[] = [];
  let last: PlotPoint | undefined;
  for (const point of points) {
    if (last && point.at - last.at > limit) {
      filled.push({ at: last.at + 1, value: null });
      gaps.push({ from: last.at, to: point.at });
    }
    filled.push(point);
    if (point.value !== null) last = point;
  }
  return { points: filled, gaps };
}

function usualDistance(points: readonly PlotPoint[]): number {
  const distances = points.slice(1).map((point, index) => point.at - (points[index]?.at ?? point.at));
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}
