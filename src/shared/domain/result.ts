import type { ApiErrorCode } from './error-codes';

/** An expected failure: a value, never thrown. `message` names the mistake and the next step. */
export type Failure = {
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
};

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

/** Wraps a value as success. */
export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Builds a failure; `details` carry the live values that the sentence speaks of. */
export function failure(
  code: ApiErrorCode,
  message: string,
  options: { retryable?: boolean; details?: Readonly<Record<string, unknown>> } = {},
): { readonly ok: false; readonly error: Failure } {
  const { retryable = false, details } = options;
  return { ok: false, error: { code, message, retryable, ...(details && { details }) } };
}
