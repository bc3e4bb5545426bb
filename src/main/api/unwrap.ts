import { ORPCError } from '@orpc/server';
import { apiErrorStatus } from '../../shared/domain/error-codes';
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
