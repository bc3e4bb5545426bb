import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { createRouterClient, type Router } from '@orpc/server';
import type { Logger } from 'pino';
import type { Contract } from '../../shared/api/contract';
import { apiErrorStatus } from '../../shared/domain/error-codes';
import type { Failure } from '../../shared/domain/result';
import type { ApiContext } from '../api/context';
import { apiErrorInterceptors, errorBody, toApiError } from '../host/api-errors';
import { prometheusText } from '../metrics/prometheus-rules';
import { newTraceId, withTrace } from '../trace';
import type { Caller } from './access';
import { describeApi } from './openapi-document';
import { readJsonFields } from './request-body';
import { METRICS_TEXT_TYPE, wantsMetricsText } from './metrics-text';
import { TRACE_HEADER, traceIdOf } from './trace-header';

export const API_PREFIX = '/api/v1';
/** A comment line in a silent event stream, so that both ends notice a dead connection. */
const KEEP_ALIVE_MS = 15_000;

/** How the journal names each kind of caller. */
export const actors: Readonly<Record<Caller, string>> = { operator: 'user:operator', script: 'user:script' };

export type ApiRouter = Router<Contract, ApiContext>;

/** Serves the contract over plain HTTP, and its description. */
export class HttpApi {
  readonly #handler: OpenAPIHandler<ApiContext>;
  readonly #router: ApiRouter;
  readonly #log: Logger;
  readonly #version: string;
  #description: Promise<object> | undefined;

  constructor(router: ApiRouter, version: string, log: Logger) {
    this.#log = log;
    this.#router = router;
    this.#version = version;
    this.#handler = new OpenAPIHandler(router, {
      ...apiErrorInterceptors(log),
      customErrorResponseBodyEncoder: errorBody,
      eventIteratorKeepAliveInterval: KEEP_ALIVE_MS,
    });
  }

  /** Answers one request below `API_PREFIX`; `url` is its parsed address. */
  async answer(request: IncomingMessage, response: ServerResponse, url: URL, caller: Caller): Promise<void> {
    const traceId = traceIdOf(request.headers) ?? newTraceId();
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader(TRACE_HEADER, traceId);
    try {
      if (request.method === 'GET' && url.pathname === `${API_PREFIX}/openapi.json`) {
        sendJson(response, 200, await this.#describe());
        return;
      }
      const isCongested = () => response.writableNeedDrain;
      const context: ApiContext = { actor: actors[caller], isCongested, traceId };
      if (url.pathname === `${API_PREFIX}/metrics` && wantsMetricsText(request)) {
        const text = await withTrace(traceId, () => this.#metricsText(context));
        response.writeHead(200, { 'Content-Type': METRICS_TEXT_TYPE }).end(text);
        return;
      }
      // oRPC takes the query of a GET, and of any other method the body that it finds here.
      if (request.method !== 'GET') Object.assign(request, { body: await readAllFields(request, url) });
      const { matched } = await this.#handler.handle(request, response, { prefix: API_PREFIX, context });
      if (!matched) sendFailure(response, unknownRoute(request.method ?? '', url.pathname));
    } catch (error) {
      withTrace(traceId, () => this.#sendError(response, error, `${request.method} ${url.pathname}`));
    }
  }

  async #metricsText(context: ApiContext): Promise<string> {
    const { metrics } = createRouterClient(this.#router, { context });
    return prometheusText(await metrics.get());
  }

  #describe(): Promise<object> {
    this.#description ??= describeApi(this.#version, API_PREFIX);
    return this.#description;
  }

  #sendError(response: ServerResponse, error: unknown, where: string): void {
    // The answer had begun, or the client is gone: nothing can be said any more.
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const refusal = toApiError(error, this.#log, where);
    sendJson(response, refusal.status, errorBody(refusal));
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** Refuses a request before it reached a procedure. */
export function sendFailure(response: ServerResponse, error: Failure): void {
  sendJson(response, apiErrorStatus[error.code], { error });
}

/** Outside GET, the query counts as well as the body, so that an unknown field is refused wherever it stands. The path's fields win. */
async function readAllFields(request: IncomingMessage, url: URL): Promise<Record<string, unknown>> {
  return { ...Object.fromEntries(url.searchParams), ...(await readJsonFields(request)) };
}

function unknownRoute(method: string, path: string): Failure {
  const message = `There is no ${method} ${path}. GET ${API_PREFIX}/openapi.json lists what there is.`;
  return { code: 'not_found', message, retryable: false };
}
