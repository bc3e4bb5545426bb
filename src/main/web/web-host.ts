/*
 * The browser host's server: one HTTP port on loopback for the page, for scripts (HTTP) and for the page's connection (WebSocket).
 * Started by src/main/serve.ts. Every request passes, in this order: own host and origin, route, login, procedure.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { apiErrorStatus } from '../../shared/domain/error-codes';
import type { Failure } from '../../shared/domain/result';
import type { Clock } from '../clock';
import { errorBody, toApiError } from '../host/api-errors';
import { PageFiles } from '../host/page-files';
import { securityHeaders } from '../host/security-headers';
import { StartupError } from '../startup-error';
import { Access } from './access';
import { apiTokenFile, loadApiToken } from './api-token';
import { API_PREFIX, HttpApi, sendFailure, sendJson, type ApiRouter } from './http-api';
import { PageRoutes } from './page-routes';
import { foreignOrigin, ownHosts } from './request-guard';
import { WebSockets } from './web-sockets';

const LOOPBACK = '127.0.0.1';
const RPC_PATH = '/rpc';
const MAX_CONNECTIONS = 256;
/** What is being answered at the end may finish within this; an event stream never would. */
const STOP_GRACE_MS = 300;

export type WebHostOptions = {
  readonly router: ApiRouter;
  readonly version: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly dataDirectory: string;
  /** The built page. */
  readonly pageDirectory: string;
  /** Where Vite serves the page in development, for example `http://127.0.0.1:5173`; its origin then counts as ours. */
  readonly developmentPage?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

export type WebHost = {
  readonly url: string;
  readonly token: string;
  /** An address that logs one browser in, once, within ten minutes. */
  readonly loginUrl: () => string;
  readonly stop: () => Promise<void>;
};

/** Listens when it resolves; throws a StartupError when it can't. */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const token = await loadApiToken(options.dataDirectory);
  const files = await PageFiles.open(options.pageDirectory);
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, options.port);

  const access = new Access({ token, port, clock: options.clock });
  const sockets = new WebSockets(options.router, options.clock, options.log);
  const front = new FrontDoor({
    access,
    sockets,
    api: new HttpApi(options.router, options.version, options.log),
    pages: new PageRoutes({
      access,
      files,
      tokenFile: apiTokenFile(options.dataDirectory),
      developmentPage: options.developmentPage,
    }),
    hosts: new Set([...ownHosts(port), ...(options.developmentPage ? [new URL(options.developmentPage).host] : [])]),
    log: options.log,
  });
  server.on('request', (request, response) => void front.answer(request, response));
  server.on('upgrade', (request, socket, head) => front.upgrade(request, socket, head));
  sockets.start();

  const url = `http://${LOOPBACK}:${port}`;
  return {
    url,
    token,
    loginUrl: () => `${url}/?code=${access.createLoginCode()}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await sockets.stop();
      // Ends event streams too: their procedures see the abort.
      const cutOff = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
      await closed;
      clearTimeout(cutOff);
    },
  };
}

type FrontDoorOptions = {
  readonly access: Access;
  readonly sockets: WebSockets;
  readonly api: HttpApi;
  readonly pages: PageRoutes;
  readonly hosts: ReadonlySet<string>;
  readonly log: Logger;
};

/** Lets requests in, or not, and sends them where they belong. */
class FrontDoor {
  readonly #options: FrontDoorOptions;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      const refusal = toApiError(error, this.#options.log, `${request.method} ${request.url}`);
      if (response.headersSent) response.destroy();
      else sendJson(response, refusal.status, errorBody(refusal));
    }
  }

  /** WebSockets are held to the same rules; a refusal is an HTTP answer. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const { access, sockets, hosts } = this.#options;
    const url = parseUrl(request);
    const foreign = foreignOrigin({ method: '', path: '', headers: request.headers }, hosts);
    const caller = access.callerOf(request.headers);
    if (foreign !== null) refuseUpgrade(socket, { code: 'forbidden', message: foreign, retryable: false });
    else if (url?.pathname !== RPC_PATH) refuseUpgrade(socket, noWebSocket);
    else if (caller === null) refuseUpgrade(socket, notLoggedIn);
    else if (sockets.isFull) refuseUpgrade(socket, tooManyClients);
    else sockets.accept(request, socket, head, caller);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { access, api, pages, hosts } = this.#options;
    const { method = '', headers } = request;
    const url = parseUrl(request);
    const foreign = foreignOrigin({ method, path: url?.pathname ?? '', headers }, hosts);
    if (foreign !== null) {
      sendFailure(response, { code: 'forbidden', message: foreign, retryable: false });
    } else if (url === null) {
      sendFailure(response, { code: 'invalid', message: 'The address cannot be read.', retryable: false });
    } else if (url.pathname === RPC_PATH || `${url.pathname}/`.startsWith('/api/')) {
      const caller = access.callerOf(headers);
      if (caller === null) sendFailure(response, notLoggedIn);
      else if (url.pathname === RPC_PATH) sendFailure(response, onlyWebSocket);
      else await api.answer(request, response, url, caller);
    } else {
      await pages.answer(request, response, url);
    }
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program has it' : `the system answers ${code ?? 'with an error'}`;
    throw new StartupError(
      `The console cannot listen on port ${port}: ${reason}. Choose another one with --port N, or any free one with --port 0.`,
      { cause: error },
    );
  });
  return (server.address() as AddressInfo).port;
}

/** The target is appended to a fixed origin, so that `//host/…` stays a path. */
function parseUrl({ url = '' }: IncomingMessage): URL | null {
  return url.startsWith('/') ? URL.parse(`http://${LOOPBACK}${url}`) : null;
}

const notLoggedIn: Failure = {
  code: 'unauthorized',
  message:
    'Send the token of this console as "Authorization: Bearer TOKEN", or log in with the browser at the start page.',
  retryable: false,
};
const onlyWebSocket: Failure = {
  code: 'invalid',
  message: `${RPC_PATH} speaks WebSocket only. Scripts use ${API_PREFIX}.`,
  retryable: false,
};
const noWebSocket: Failure = {
  code: 'not_found',
  message: `WebSockets are served at ${RPC_PATH} only.`,
  retryable: false,
};
const tooManyClients: Failure = {
  code: 'busy',
  message: 'Too many pages are connected to this console. Close one of them.',
  retryable: true,
};

function refuseUpgrade(socket: Duplex, error: Failure): void {
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${apiErrorStatus[error.code]} Refused`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
