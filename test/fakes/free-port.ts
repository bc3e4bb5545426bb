import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** A listener that occupies a loopback port until it is disposed. */
export type TakenPort = AsyncDisposable & { readonly port: number };

export async function takePort(): Promise<TakenPort> {
  const server: Server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** A loopback port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  await using taken = await takePort();
  return taken.port;
}
