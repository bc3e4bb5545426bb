/* Durations in words: at most two units, and only units that matter at that length. */

export type DurationUnit = 'ms' | 's' | 'min' | 'h' | 'd';
export type DurationPart = { readonly unit: DurationUnit; readonly count: number };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * `212 ms`, `0.8 s` as one part; `4 min 35 s`, `3 h 12 min`; from ten of the bigger unit on the smaller one is left out (`18 d`, `21 h`
 * keeps minutes below a day). Negative becomes 0.
 */
export function durationParts(ms: number): readonly DurationPart[] {
  const rest = Math.max(0, ms);
  if (rest < SECOND) return [{ unit: 'ms', count: Math.round(rest) }];
  if (rest < 10 * SECOND) return [{ unit: 's', count: Math.floor(rest / 100) / 10 }];
  if (rest < MINUTE) return [{ unit: 's', count: Math.floor(rest / SECOND) }];
  if (rest < HOUR) return two(rest, ['min', MINUTE], ['s', SECOND]);
  if (rest < DAY) return two(rest, ['h', HOUR], ['min', MINUTE]);
  if (rest < 10 * DAY) return two(rest, ['d', DAY], ['h', HOUR]);
  return [{ unit: 'd', count: Math.floor(rest / DAY) }];
}

type Step = readonly [unit: DurationUnit, ms: number];

function two(ms: number, [bigUnit, big]: Step, [smallUnit, small]: Step): readonly DurationPart[] {
  const bigPart = { unit: bigUnit, count: Math.floor(ms / big) };
  const count = Math.floor((ms % big) / small);
  return count === 0 ? [bigPart] : [bigPart, { unit: smallUnit, count }];
}

/** An age in one unit, for narrow places: `45 s`, `6 min`, `3 h`, `18 d`. */
export function agePart(ms: number): DurationPart {
  const rest = Math.max(0, ms);
  if (rest < MINUTE) return { unit: 's', count: Math.floor(rest / SECOND) };
  if (rest < HOUR) return { unit: 'min', count: Math.floor(rest / MINUTE) };
  if (rest < DAY) return { unit: 'h', count: Math.floor(rest / HOUR) };
  return { unit: 'd', count: Math.floor(rest / DAY) };
}
