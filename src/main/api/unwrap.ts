import { ORPCError } from '@orpc/server';
import { apiErrorStatus } from '../../shared/domain/error-codes';
import type { JobErrorCode, JobResult } from '../../shared/domain/job-errors';
import type { Failure, Result } from '../../shared/domain/result';

/** The value of a result, or its failure as the API's error. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw apiError(result.error);
}

/** A failure in the form that every transport understands. */
export function apiError({ code, message, retryable, details }: Failure): ORPCError<string, unknown> {
  return new ORPCError(code, {
    defined: true,
    status: apiErrorStatus[code],
    message,
    data: { retryable, ...(details && { details }) },
  });
}

/** The value of a job's step, or its failure as the API's error; `details.job` has the job's own code. */
export function unwrapJob<T>(result: JobResult<T>): T {
  if (result.ok) return result.value;
  const { code, message, retryable, details } = result.error;
  const apiCode = notFoundCodes.has(code) ? 'not_found' : code === 'internal' ? 'internal' : 'conflict';
  throw apiError({ code: apiCode, message, retryable, details: { ...details, job: code } });
}

const notFoundCodes: ReadonlySet<JobErrorCode> = new Set(['port_absent', 'image_missing']);
