import type { Clock } from '../clock';
import type { ResetStep } from './reset-rules';
import type { SerialLine } from './serial-driver';

/**
 * Plays a sequence on both modem lines. False: this port has none, so nothing was reset. Rejects with a LineError when the port goes away,
 * and with the signal's reason when it is aborted; the lines are released then, so that no chip stays in reset.
 */
export async function playReset(
  line: SerialLine,
  steps: readonly ResetStep[],
  clock: Clock,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    for (const { dtr, rts, waitMs } of steps) {
      if (!(await line.setSignals({ dtr, rts }))) return false;
      if (waitMs > 0) await wait(clock, waitMs, signal);
    }
    return true;
  } catch (error) {
    if (signal?.aborted) await line.setSignals({ dtr: false, rts: false });
    throw error;
  }
}

/** Resolves after so many milliseconds; rejects with the signal's reason when that comes first. */
export function wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stopTimer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = () => {
      stopTimer();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
