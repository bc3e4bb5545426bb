import type { IncomingMessage } from 'node:http';
import { apiError } from '../host/api-errors';

export const MAX_BODY_BYTES = 1024 * 1024;
/** The rest of an oversize body is read and thrown away up to here, so that the client gets to read the refusal. */
const MAX_DISCARDED_BYTES = 32 * MAX_BODY_BYTES;

/** The text of a request's body; throws `too_large` or `invalid`. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    if (size > MAX_DISCARDED_BYTES) break;
  }
  if (size > MAX_BODY_BYTES) throw tooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw apiError({ code: 'invalid', message: 'The body is not UTF-8 text.', retryable: false }, cause);
  }
}

/** The fields of a JSON body; none where there is no body. */
export async function readJsonFields(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = await readText(request);
  if (text === '') return {};
  if (!isJson(request.headers['content-type'])) {
    const message = 'The body must be JSON, announced by "Content-Type: application/json".';
    throw apiError({ code: 'invalid', message, retryable: false });
  }
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw apiError({ code: 'invalid', message: 'The body must be a JSON object.', retryable: false });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw apiError({ code: 'invalid', message: `The body is not valid JSON: ${reason}.`, retryable: false }, cause);
  }
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType ?? 'application/json');
}

function tooLarge(): Error {
  return apiError({
    code: 'too_large',
    message: `The body is larger than ${MAX_BODY_BYTES} bytes.`,
    retryable: false,
    details: { limitBytes: MAX_BODY_BYTES },
  });
}
