import type { IncomingHttpHeaders } from 'node:http';

/** The answer's header with the trace id; a request may bring its own in it. */
export const TRACE_HEADER = 'x-trace-id';

/** W3C Trace Context: version, trace id, parent id, flags. A later version may append more. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const OWN_ID = /^[A-Za-z0-9-]{1,64}$/;
const NOTHING = /^0+$/;

/** The trace id that a client brought, from `traceparent` or `x-trace-id`; undefined when there is none that may be stored and logged. */
export function traceIdOf(headers: IncomingHttpHeaders): string | undefined {
  const parent = single(headers['traceparent']);
  const [, traceId, parentId] = TRACEPARENT.exec(parent ?? '') ?? [];
  if (traceId !== undefined && parentId !== undefined && !NOTHING.test(traceId) && !NOTHING.test(parentId))
    return traceId;
  const own = single(headers[TRACE_HEADER]);
  return own !== undefined && OWN_ID.test(own) ? own : undefined;
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
