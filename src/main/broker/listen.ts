import type { Server } from 'node:net';
import { StartupError } from '../startup-error';

/** Unless it is asked for more, the broker is for this machine only. */
export const LOOPBACK = '127.0.0.1';

/** The address by which this machine itself reaches a server that listens at `host`. */
export function reachableHere(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}

/** Listens; rejects with a sentence about port or address. */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => reject(describeListenError(error, port, host));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function describeListenError(cause: unknown, port: number, host: string): Error {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    const remedy =
      'End that program (perhaps Mosquitto or a second console), or choose another port with --broker-port N; 0 takes any free one.';
    return new StartupError(`The embedded broker cannot start: port ${port} is taken by another program. ${remedy}`, {
      cause,
    });
  }
  if (code === 'EACCES') {
    return new StartupError(
      `The embedded broker cannot start: port ${port} needs special rights. Choose one above 1023 with --broker-port N.`,
      { cause },
    );
  }
  if (code === 'EADDRNOTAVAIL') {
    return new StartupError(
      `The embedded broker cannot start: this machine has no address ${host}. Name one of its own with --broker-host, or 0.0.0.0 for all.`,
      { cause },
    );
  }
  return cause instanceof Error ? cause : new Error('the embedded broker cannot listen', { cause });
}
