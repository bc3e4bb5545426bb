/*
 * Every error that leaves the console passes here, whatever the transport: HTTP, WebSocket and MessagePort show the same codes and
 * sentences. A procedure's refusal keeps its code, refused input becomes `invalid` with the fields, and everything else is a bug: it is
 * logged, and the client learns no more than `internal`.
 */
import { mapEventIterator } from '@orpc/client';
import { ORPCError, ValidationError } from '@orpc/contract';
import type { StandardHandlerOptions } from '@orpc/server/standard';
import type { Logger } from 'pino';
import { apiErrorStatus, type ApiErrorCode } from '../../shared/domain/error-codes';
import type { Failure } from '../../shared/domain/result';
import type { ApiContext } from '../api/context';
import { newTraceId, withTrace } from '../trace';

type ErrorData = Pick<Failure, 'retryable' | 'details'>;
export type ApiError = ORPCError<ApiErrorCode, ErrorData>;

type FieldProblem = { readonly field: string; readonly message: string };

/** The interceptors that each transport's handler is made with. */
export function apiErrorInterceptors(
  log: Logger,
): Pick<StandardHandlerOptions<ApiContext>, 'interceptors' | 'clientInterceptors'> {
  return {
    // Around decoding and encoding: what arrives here and is no ApiError yet could not be read.
    interceptors: [
      inTrace,
      async (options) => {
        const { request } = options;
        try {
          return await options.next();
        } catch (error) {
          throw toApiError(error, log, `${request.method} ${request.url.pathname}`);
        }
      },
    ],
    // Around the procedure, and around each event of a stream that it returned.
    clientInterceptors: [
      async (options) => {
        const { path, procedure, input, signal } = options;
        const name = path.join('.');
        try {
          if (!procedure['~orpc'].inputSchema) refuseFields(input);
          const output = await options.next();
          return isStream(output) ? watchStream(output, signal, (error) => toApiError(error, log, name)) : output;
        } catch (error) {
          throw toApiError(error, log, name);
        }
      },
    ],
  };
}

type RequestInterceptor = Extract<StandardHandlerOptions<ApiContext>['interceptors'], readonly unknown[]>[number];

/**
 * Decoding, procedure, answer and error log of one call belong to one trace: the client's, or a new one. A stream is only made within; what it
 * does later, event by event, belongs to none.
 */
const inTrace: RequestInterceptor = (options) => {
  const { context } = options;
  const traceId = context.traceId ?? newTraceId();
  return withTrace(traceId, () => options.next({ ...options, context: { ...context, traceId } }));
};

/** An error as the API shows it. */
export function apiError(failure: Failure, cause?: unknown): ApiError {
  const { code, message, retryable, details } = failure;
  const data = { retryable, ...(details && { details }) };
  return new ORPCError(code, { status: apiErrorStatus[code], message, data, cause, defined: true });
}

/** The body of a refused HTTP request. */
export function errorBody({ code, message, data }: ORPCError<string, unknown>): { readonly error: Failure } {
  const { retryable = false, details } = (data ?? {}) as Partial<ErrorData>;
  return { error: { code: isApiCode(code) ? code : 'internal', message, retryable, ...(details && { details }) } };
}

/** Classifies whatever was thrown, and logs what is a bug; `where` says in what. */
export function toApiError(error: unknown, log: Logger, where: string): ApiError {
  if (!(error instanceof ORPCError)) return internalError(error, log, where);
  const data = error.data as Partial<ErrorData> | undefined;
  if (isApiCode(error.code)) {
    return apiError({ ...data, code: error.code, message: error.message, retryable: data?.retryable ?? false }, error);
  }
  if (error.code !== 'BAD_REQUEST') return internalError(error, log, where);
  const problems = error.cause instanceof ValidationError ? error.cause.issues.flatMap(describeIssue) : [];
  return problems.length > 0 ? invalidFields(problems) : unreadable(error);
}

function internalError(error: unknown, log: Logger, where: string): ApiError {
  const isAbort = error instanceof Error && error.name === 'AbortError';
  const issues = error instanceof Error && error.cause instanceof ValidationError ? error.cause.issues : undefined;
  // A client that went away is no bug of ours.
  if (!isAbort) log.error({ err: error, where, ...(issues && { issues }) }, 'A request failed unexpectedly');
  const message = 'The console failed at this request. Its log says why; please report it.';
  return apiError({ code: 'internal', message, retryable: false }, error);
}

function unreadable(cause: unknown): ApiError {
  return apiError({ code: 'invalid', message: 'The request could not be read.', retryable: false }, cause);
}

function invalidFields(fields: readonly FieldProblem[]): ApiError {
  const sentences = fields.map(
    ({ field, message }) => `${field === '' ? '' : `${field}: `}${message.replace(/\.$/, '')}`,
  );
  return apiError({
    code: 'invalid',
    message: `The request is refused: ${sentences.join('; ')}.`,
    retryable: false,
    details: { fields },
  });
}

function refuseFields(input: unknown): void {
  if (typeof input !== 'object' || input === null) return;
  const names = Object.keys(input);
  if (names.length > 0) throw invalidFields(names.map((field) => ({ field, message: 'Unknown field' })));
}

type Issue = ValidationError['issues'][number];

function describeIssue(issue: Issue): readonly FieldProblem[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  // Zod names unknown fields in a list of its own; the standard schema interface does not know it.
  const { keys } = issue as { readonly keys?: readonly string[] };
  if (keys === undefined) return [{ field: path.join('.'), message: issue.message }];
  return keys.map((key) => ({ field: [...path, key].join('.'), message: 'Unknown field' }));
}

type Stream = AsyncIterator<unknown> & AsyncIterable<unknown>;

function isStream(output: unknown): output is Stream {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output && 'next' in output;
}

/** Errors of a stream are classified like any other, and a client that goes away ends it at once. */
function watchStream(stream: Stream, signal: AbortSignal | undefined, classify: (error: unknown) => ApiError): Stream {
  const end = () => void stream.return?.()?.catch(() => undefined);
  signal?.addEventListener('abort', end, { once: true });
  return mapEventIterator(stream, { value: async (value) => value, error: async (error) => classify(error) });
}

function isApiCode(code: string): code is ApiErrorCode {
  return Object.hasOwn(apiErrorStatus, code);
}
