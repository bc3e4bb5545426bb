const FIRST_MS = 250;
const LONGEST_MS = 5_000;
const FACTOR = 1.8;

/**
 * Wait before attempt number `attempt` (0 = the first one after a loss). Half of it is random, so that many screens don't come back at
 * the same instant; `random` is 0 to 1.
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** attempt);
  return Math.round(full / 2 + (full / 2) * random);
}
