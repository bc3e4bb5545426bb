import type { Server } from 'node:net';
import { StartupError } from '../startup-error';

/** The broker is for this machine only. */
export const LOOPBACK = '127.0.0.1';

/** Listens on loopback; rejects with a sentence about the port. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => reject(describeListenError(error, port));
    server.once('error', refuse);
    server.listen(port, LOOPBACK, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function describeListenError(cause: unknown, port: number): Error {
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
  return cause instanceof Error ? cause : new Error('the embedded broker cannot listen', { cause });
}
