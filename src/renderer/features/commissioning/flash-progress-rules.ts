import type { FlashJob } from '../../../shared/api/flash';

/* How far a flash job is, as numbers for a bar and a line of text. */

export type FlashProgressFacts = {
  /** 0 to 1; null while there is nothing to measure. */
  readonly share: number | null;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number | null;
  /** Null: not known, or not worth a number (`isAlmostDone`). */
  readonly remainingS: number | null;
  readonly isAlmostDone: boolean;
};

/** Below this a number of seconds would only flicker. */
const ALMOST_DONE_S = 2;

/** Speed and remaining time are given only while bytes move. */
export function flashProgress(
  job: Pick<FlashJob, 'state' | 'bytesWritten' | 'bytesTotal' | 'bytesPerSecond' | 'remainingS'>,
): FlashProgressFacts {
  const isMoving = job.state === 'writing' || job.state === 'reading';
  const doneBytes = Math.min(job.bytesWritten, job.bytesTotal);
  const remainingS = isMoving ? job.remainingS : null;
  const isAlmostDone = remainingS !== null && remainingS < ALMOST_DONE_S;
  return {
    share: job.bytesTotal > 0 ? doneBytes / job.bytesTotal : null,
    doneBytes,
    totalBytes: job.bytesTotal,
    bytesPerSecond: isMoving ? job.bytesPerSecond : null,
    remainingS: isAlmostDone ? null : remainingS,
    isAlmostDone,
  };
}
