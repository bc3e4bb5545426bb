import type { LiveValue } from '../telemetry/series-hub';
import { deviationOf, type BarScale } from './bar-rules';

/** `bad` is red, `doubtful` is a word, everything else is quiet. */
export type ValueTone = 'bad' | 'doubtful' | 'quiet';

export type ValueState = {
  readonly tone: ValueTone;
  /** Key of the word beside the name, or null. */
  readonly word: `quality.${'poor' | 'suspect' | 'critical' | 'error'}` | `value.${'below' | 'above'}` | null;
};

/** What is said beside a value: its quality when that is in doubt, else on which side of the normal range it lies. */
export function valueState(
  { value, quality }: Pick<LiveValue, 'value' | 'quality'>,
  scale: BarScale | null,
): ValueState {
  switch (quality) {
    case 'critical':
    case 'error':
      return { tone: 'bad', word: `quality.${quality}` };
    case 'poor':
    case 'suspect':
      return { tone: 'doubtful', word: `quality.${quality}` };
    case 'good':
    case 'fair':
    case 'unknown':
      break;
  }
  if (value === null || !scale) return { tone: 'quiet', word: null };
  const deviation = deviationOf(value, scale.normal);
  return { tone: 'quiet', word: deviation === 'normal' ? null : `value.${deviation}` };
}
