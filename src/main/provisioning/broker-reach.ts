import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Clock } from '../clock';

/** `reason` completes "because …". */
export type Reached = { readonly ok: true; readonly address: string } | { readonly ok: false; readonly reason: string };

/** Whether this machine gets through to a broker: its name, then its port. */
export type BrokerReach = {
  readonly lookUp: (host: string, signal: AbortSignal) => Promise<Reached>;
  readonly connect: (address: string, port: number, signal: AbortSignal) => Promise<Reached>;
};

/** In a plant network either takes milliseconds; a firewall that drops packets is told apart from a slow link by this. */
const LOOK_UP_MS = 5_000;
const CONNECT_MS = 5_000;

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known in this network',
  ENODATA: 'its name has no address',
  EAI_AGAIN: 'no name server answers',
  ECONNREFUSED: 'nothing listens at that port',
  EHOSTUNREACH: 'no machine with that address answers',
  ENETUNREACH: 'there is no way to that network from here',
  EADDRNOTAVAIL: 'there is no way to that address from here',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection at once',
  EACCES: 'this machine does not allow the connection',
};

/** The real way, by the machine's resolver and a TCP connection that is closed at once. */
export function createBrokerReach(clock: Clock): BrokerReach {
  return {
    lookUp: (host, signal) =>
      limited(
        clock,
        signal,
        { ms: LOOK_UP_MS, late: `no name server answers within ${LOOK_UP_MS / 1000} s` },
        (done) => {
          lookup(host).then(
            ({ address }) => done({ ok: true, address }),
            (error: unknown) => done(refusalOf(error)),
          );
          return () => undefined; // a look-up cannot be ended; its late answer is nobody's
        },
      ),
    connect: (address, port, signal) =>
      limited(clock, signal, { ms: CONNECT_MS, late: `it does not answer within ${CONNECT_MS / 1000} s` }, (done) => {
        const socket = connect({ host: address, port });
        socket.once('connect', () => done({ ok: true, address }));
        socket.on('error', (error) => done(refusalOf(error)));
        return () => socket.destroy();
      }),
  };
}

/** The first of: the answer, the deadline, the end of the job. Takes the attempt back in each case. */
function limited(
  clock: Clock,
  signal: AbortSignal,
  { ms, late }: { readonly ms: number; readonly late: string },
  attempt: (done: (reached: Reached) => void) => () => void,
): Promise<Reached> {
  if (signal.aborted) return Promise.resolve({ ok: false, reason: 'the job was ended' });
  return new Promise((resolve) => {
    const done = (reached: Reached): void => {
      cancel();
      signal.removeEventListener('abort', stop);
      end();
      resolve(reached);
    };
    const stop = (): void => done({ ok: false, reason: 'the job was ended' });
    const cancel = clock.after(ms, () => done({ ok: false, reason: late }));
    signal.addEventListener('abort', stop);
    const end = attempt(done);
  });
}

function refusalOf(error: unknown): Reached {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { ok: false, reason: reasons[code] ?? (error instanceof Error ? error.message : String(error)) };
}
