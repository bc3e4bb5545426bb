import type { FlashJob } from '../../shared/api/flash';
import { jobFailure, type JobError } from '../../shared/domain/job-errors';
import { ChipRefusal, JobFault, JobStopped, LineTrouble } from './loader-faults';
import { LineError } from './serial-driver';

/** How far a job was when it ended. */
export type Progress = Pick<FlashJob, 'kind' | 'state' | 'bytesWritten' | 'bytesTotal' | 'baud' | 'facts'> & {
  readonly isTouched: boolean;
};

/** Whether bytes were lost or changed on a port that is still there: a lower speed may help. */
export function isLineTrouble(error: unknown): boolean {
  return error instanceof LineTrouble || (error instanceof LineError && !error.isUnplugged);
}

/** What ended a job, as its sentence; null: a bug. */
export function jobErrorOf(error: unknown, progress: Progress): JobError | null {
  if (error instanceof JobStopped) return stopped(error, progress);
  if (error instanceof LineError && error.isUnplugged) return vanished(progress);
  if (error instanceof JobFault) return error.error.code === 'port_vanished' ? vanished(progress) : error.error;
  if (error instanceof LineTrouble || error instanceof LineError) return unreliable(error, progress);
  if (error instanceof ChipRefusal) return refused(error);
  return null;
}

/** A bug, without its words: they are for the log. */
export function internalError(): JobError {
  return jobFailure('internal', 'The console made a mistake in this job; its log tells more. Try again.').error;
}

function stopped({ reason }: JobStopped, progress: Progress): JobError {
  const what = reason === 'cancelled' ? 'The job was cancelled' : 'The console was closed';
  return jobFailure(reason, `${what} ${whereIn(progress)}. ${consequenceOf(progress)}`, percentOf(progress)).error;
}

function vanished(progress: Progress): JobError {
  const isSaved = progress.kind === 'backup' && progress.state === 'resetting';
  const remedy = isSaved ? ': it starts by itself.' : ' and start once more: that is enough.';
  const message = `The port went away ${whereIn(progress)}. Plug the board in again${remedy}`;
  return jobFailure('port_vanished', message, percentOf(progress)).error;
}

function unreliable(error: Error, progress: Progress): JobError {
  const speed = progress.baud === null ? '' : ` at ${progress.baud} baud`;
  const message = `Bytes were lost or changed on the way${speed}, ${whereIn(progress)}. Use a shorter cable or another USB port, without a hub, and try again.`;
  return jobFailure('line_unreliable', message, {
    ...percentOf(progress),
    reason: error.message,
    ...(progress.baud !== null && { baud: progress.baud }),
  }).error;
}

function refused({ address, status, op }: ChipRefusal): JobError {
  const message = `The chip refused a command at address 0x${address.toString(16)} (status 0x${status.toString(16)}). Try again; if it happens again, the flash memory of the board is defective: use another board.`;
  return jobFailure('write_refused', message, { address, status, command: op }).error;
}

function whereIn({ state, bytesWritten, bytesTotal, kind }: Progress): string {
  switch (state) {
    case 'queued':
      return 'before it began';
    case 'connecting':
      return 'while connecting';
    case 'resetting':
      return kind === 'backup'
        ? 'while restarting the device, after the backup was saved'
        : 'while restarting the device, after everything was written and verified';
    default:
      return `at ${percent(bytesWritten, bytesTotal)} %`;
  }
}

function consequenceOf({ state, kind, isTouched }: Progress): string {
  if (kind === 'write' && state === 'resetting') return 'The flash is complete.';
  return !isTouched
    ? 'Nothing was changed by that.'
    : 'The flash is incomplete: flash this board again before you use it.';
}

function percentOf({ bytesWritten, bytesTotal }: Progress): JobError['details'] {
  return { percent: percent(bytesWritten, bytesTotal) };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((100 * part) / whole);
}
