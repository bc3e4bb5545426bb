import { setTimeout as pause } from 'node:timers/promises';

const pollIntervalMs = 20;

/**
 * Polls `check` until it yields something other than undefined or false, and returns that.
 * A check that throws counts as "not yet"; the last thing seen is named when the deadline (in ms) passes.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  deadlineMs: number,
  what: string,
): Promise<Exclude<T, undefined | false>> {
  const startedMs = performance.now();
  let last = 'nothing';
  for (;;) {
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>;
      last = String(result);
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() - startedMs > deadlineMs)
      throw new Error(`Waited ${deadlineMs} ms for ${what}; last seen: ${last}`);
    await pause(pollIntervalMs);
  }
}

/** The promise's value, or a rejection with a sentence once `deadlineMs` has passed. */
export async function withDeadline<T>(promise: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${deadlineMs} ms for ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** For a value that the test cannot go on without. */
export function must<T>(value: T | undefined | null, reason: string): T {
  if (value === undefined || value === null) throw new Error(`Missing: ${reason}`);
  return value;
}
