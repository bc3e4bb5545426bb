/** First wait before a reconnect. A broker that restarts is back within seconds. */
const BASE_MS = 500;
/** Longest wait: an operator sees the plant again at most this long after the broker returned. */
const LONGEST_MS = 15_000;

/** Wait before reconnect attempt `attempt` (1, 2, …): exponential, with up to half of it as jitter. `random` in 0..1. */
export function backOffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, BASE_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(full / 2 + (full / 2) * random);
}
