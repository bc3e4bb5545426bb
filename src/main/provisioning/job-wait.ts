import type { Clock } from '../clock';

/** Resolves after `ms`, or at once when the job is ended from outside. Leaves neither timer nor listener behind. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
  });
}

/** Asks until there is an answer; null when there is none within the deadline, or the job is ended from outside. */
export async function pollUntil<T>(
  ask: () => T | null | Promise<T | null>,
  {
    clock,
    signal,
    everyMs,
    deadlineMs,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly everyMs: number; readonly deadlineMs: number },
): Promise<T | null> {
  const untilMs = clock.monotonic() + deadlineMs;
  while (!signal.aborted) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (clock.monotonic() >= untilMs) return null;
    await pause(clock, everyMs, signal);
  }
  return null;
}
