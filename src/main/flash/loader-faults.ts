import type { JobError, JobResult } from '../../shared/domain/job-errors';

/**
 * Nothing, or nothing that makes sense, came from the chip: bytes are lost or changed, or it was reset. A lower speed may help.
 */
export class LineTrouble extends Error {
  override readonly name = 'LineTrouble';
}

/** The chip understood and said no. `status` is its error number (flashing.md 5.2), `op` the command's. */
export class ChipRefusal extends Error {
  override readonly name = 'ChipRefusal';
  constructor(
    readonly op: number,
    readonly status: number,
    readonly address: number,
  ) {
    super(`The chip refuses command 0x${op.toString(16)} with status 0x${status.toString(16)}.`);
  }
}

/** Ends a job from outside: by the technician, or because the console stops. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped';
  constructor(readonly reason: 'cancelled' | 'interrupted') {
    super(`The job was ${reason}.`);
  }
}

/** A failure with its sentence, on its way up through a step of a job; it is caught once, by the job. */
export class JobFault extends Error {
  override readonly name = 'JobFault';
  constructor(readonly error: JobError) {
    super(error.message);
  }
}

/** The value, or the failure as a JobFault. */
export function valueOf<T>(result: JobResult<T>): T {
  if (!result.ok) throw new JobFault(result.error);
  return result.value;
}
