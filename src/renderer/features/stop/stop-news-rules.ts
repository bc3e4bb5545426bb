import type { StopView } from '../../../shared/api/stop';
import { stopCounts, type StopCounts, type StopRow } from './stop-rules';

/** How long a cleared stop is still news. */
const CLEARED_NEWS_MS = 10_000;

/** What a screen reader is told of a stop. It changes only when something is worth saying, not with every answer. */
export type StopNews =
  | { readonly phase: 'sent'; readonly devices: number }
  | { readonly phase: 'settled'; readonly counts: StopCounts; readonly unconfirmed: readonly StopRow[] }
  | { readonly phase: 'cleared' };

/** The news of one stop, or null when a cleared one is old. */
export function stopNews(stop: Pick<StopView, 'clearedAt'>, rows: readonly StopRow[], now: number): StopNews | null {
  if (stop.clearedAt !== undefined) {
    return now - Date.parse(stop.clearedAt) < CLEARED_NEWS_MS ? { phase: 'cleared' } : null;
  }
  const counts = stopCounts(rows);
  if (counts.waiting > 0) return { phase: 'sent', devices: rows.length };
  return { phase: 'settled', counts, unconfirmed: rows.filter(({ state }) => state === 'unconfirmed') };
}
