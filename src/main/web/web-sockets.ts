import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../clock';
import type { ApiContext } from '../api/context';
import { apiErrorInterceptors } from '../host/api-errors';
import { isRpcFrame } from '../host/rpc-frames';
import type { Caller } from './access';
import { actors, type ApiRouter } from './http-api';

const MAX_CLIENTS = 32;
const MAX_FRAME_BYTES = 1024 * 1024;
/** Above this, streams hold frames back for this client. */
const CONGESTED_BYTES = 1024 * 1024;
/** Above this, the client has not read for long: it is cut off before it costs memory. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const PING_INTERVAL_MS = 15_000;
/** How long a client may take to answer the closing handshake at the end. */
const CLOSE_GRACE_MS = 200;

const closeCodes = { goingAway: 1001, malformed: 1007 } as const;

/** Serves the contract over WebSockets: one peer per browser page, all streams of a page over its one socket. */
export class WebSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  });
  readonly #handler: RPCHandler<ApiContext>;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Clients that have not answered the last ping. */
  readonly #silent = new WeakSet<WebSocket>();
  #stopPinging = (): void => undefined;

  constructor(router: ApiRouter, clock: Clock, log: Logger) {
    this.#handler = new RPCHandler(router, apiErrorInterceptors(log));
    this.#clock = clock;
    this.#log = log;
  }

  start(): void {
    this.#stopPinging = this.#clock.every(PING_INTERVAL_MS, () => this.#pingAll());
  }

  get isFull(): boolean {
    return this.#server.clients.size >= MAX_CLIENTS;
  }

  /** Takes over a connection that is allowed in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client, caller));
  }

  /** Says goodbye to every client, and cuts those off that do not answer. */
  async stop(): Promise<void> {
    this.#stopPinging();
    const clients = [...this.#server.clients];
    const closed = Promise.all(clients.map((client) => new Promise((resolve) => client.once('close', resolve))));
    for (const client of clients) client.close(closeCodes.goingAway, 'The console stops');
    const cutOff = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, CLOSE_GRACE_MS);
    await closed;
    clearTimeout(cutOff);
    this.#server.close();
  }

  #serve(client: WebSocket, caller: Caller): void {
    const context: ApiContext = { actor: actors[caller], isCongested: () => client.bufferedAmount > CONGESTED_BYTES };
    client.on('error', (error) => this.#log.warn({ err: error }, 'A WebSocket failed'));
    client.on('pong', () => this.#silent.delete(client));
    void this.#handler.upgrade(guarded(client), { context });
  }

  #pingAll(): void {
    for (const client of this.#server.clients) {
      if (this.#silent.has(client)) {
        client.terminate();
      } else {
        this.#silent.add(client);
        client.ping();
      }
    }
  }
}

/** The socket as oRPC gets to see it: only well-formed frames come in, and nothing goes out to a client that stopped reading. */
function guarded(client: WebSocket): Pick<WebSocket, 'addEventListener' | 'send'> {
  const addEventListener = ((type: 'message' | 'close', listener: (event: { data?: unknown }) => void) => {
    if (type === 'close') {
      client.on('close', () => listener({}));
      return;
    }
    client.on('message', (data, isBinary) => {
      const frame = isBinary || !Buffer.isBuffer(data) ? undefined : data.toString('utf8');
      if (isRpcFrame(frame)) listener({ data: frame });
      else client.close(closeCodes.malformed, 'Not a frame of this API');
    });
  }) as WebSocket['addEventListener'];
  const send = ((data: string) => {
    if (client.bufferedAmount > MAX_BUFFERED_BYTES) client.terminate();
    else client.send(data);
  }) as WebSocket['send'];
  return { addEventListener, send };
}
