import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';

/** One open way to the console. `signal` is aborted when it is gone, from whichever side. */
export type Transport = {
  readonly link: ClientLink<ClientContext>;
  readonly signal: AbortSignal;
  close(): void;
};

const OPEN_TIMEOUT_MS = 10_000;

/** In Electron the page is `app:` and gets a MessagePort from the preload script; everywhere else it speaks WebSocket. */
export function openTransport(): Promise<Transport> {
  return window.location.protocol === 'app:' ? openPort() : openSocket();
}

/** Rejects when the socket can't be opened; the reason (401, refused, …) is not visible to a page. */
function openSocket(): Promise<Transport> {
  const { protocol, host } = window.location;
  const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`);
  const closed = new AbortController();
  const link = new SocketLink({ websocket: socket });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.close(), OPEN_TIMEOUT_MS);
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      resolve({ link, signal: closed.signal, close: () => socket.close() });
    });
    socket.addEventListener('close', () => {
      clearTimeout(timer);
      closed.abort();
      reject(new Error('The console did not accept the connection.'));
    });
  });
}

/** Asks the preload script for a port and waits for it. */
function openPort(): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const stopWaiting = () => {
      clearTimeout(timer);
      window.removeEventListener('message', receive);
    };
    const receive = (event: MessageEvent) => {
      const [port] = event.ports;
      if (event.source !== window || event.data !== 'leitstand:port' || !port) return;
      stopWaiting();
      resolve(portTransport(port));
    };
    const timer = setTimeout(() => {
      stopWaiting();
      reject(new Error('The window got no port to the console.'));
    }, OPEN_TIMEOUT_MS);
    window.addEventListener('message', receive);
    window.postMessage('leitstand:request-port', '/');
  });
}

function portTransport(port: MessagePort): Transport {
  const closed = new AbortController();
  const link = new PortLink({ port });
  port.addEventListener('close', () => closed.abort());
  port.start();
  return {
    link,
    signal: closed.signal,
    close: () => {
      port.close();
      closed.abort();
    },
  };
}
