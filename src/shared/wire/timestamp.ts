/** Above this a number is milliseconds, not seconds (wire contract 0.4). */
const MILLISECONDS_ABOVE = 1e10;
/** 2020-01-01: an older device time means "clock not set" (wire contract 0.4). */
export const OLDEST_VALID_S = 1_577_836_800;
/** 2080-01-01: a later device time is no time; beyond 2088 a reading's identity would lose its counter, and far beyond there are no dates. */
const NEWEST_VALID_S = 3_471_292_800;

/** Device time in Unix milliseconds, or null when the clock was not set. Input: seconds or milliseconds. */
export function deviceTimeMs(ts: number, isTimeValid = true): number | null {
  if (!isTimeValid || ts <= 0) return null;
  const ms = ts > MILLISECONDS_ABOVE ? ts : ts * 1000;
  return ms < OLDEST_VALID_S * 1000 || ms >= NEWEST_VALID_S * 1000 ? null : Math.round(ms);
}
