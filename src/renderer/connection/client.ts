import { createORPCClient, type ClientContext, type ClientLink, type ClientOptions } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/api/contract';
import { noteSignOfLife, setConnection, useConnection } from './connection-store';
import { reconnectDelayMs } from './reconnect-rules';
import { openTransport, type Transport } from './transport';

/*
 * The one connection of this page to the console: opens it, keeps watch over it, opens it again for ever. `api` is the same object all
 * the time; a call while nothing is connected is refused at once, never queued (a command must not fire late).
 */

/** After this long without a sign of life we ask for one, and give it as long again. */
const SILENCE_MS = 5_000;

/** Thrown by every call while there is no connection. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

let transport: Transport | undefined;
const listeners = new Set<(signal: AbortSignal) => void>();

const delegatingLink: ClientLink<ClientContext> = {
  call(path, input, options) {
    if (!transport) return Promise.reject(new NotConnectedError('No connection to the console.'));
    return transport.link.call(path, input, withSignal(options, transport.signal));
  },
};

/** The console's API, typed by the contract. */
export const api = createORPCClient<ContractRouterClient<Contract>>(delegatingLink);

/**
 * Calls `listener` on every new connection, and at once when there is one. The signal is aborted when that connection is lost.
 * The answer takes the listener off again.
 */
export function whenConnected(listener: (signal: AbortSignal) => void): () => void {
  listeners.add(listener);
  if (transport) listener(transport.signal);
  return () => listeners.delete(listener);
}

/** Connects and stays connected. Call once. */
export function connect(): void {
  void keepConnected();
  setInterval(() => void watch(), SILENCE_MS / 2);
}

async function keepConnected(): Promise<never> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const opened = await openTransport();
      attempt = 0;
      await live(opened);
    } catch {
      setConnection(stateWithoutConnection(), await hasSessionEnded());
    }
    await delay(reconnectDelayMs(attempt, Math.random()));
  }
}

/** Resolves when the connection is lost. */
async function live(opened: Transport): Promise<void> {
  transport = opened;
  noteSignOfLife();
  setConnection('live');
  for (const listener of listeners) listener(opened.signal);
  await new Promise<void>((resolve) => {
    if (opened.signal.aborted) resolve();
    opened.signal.addEventListener('abort', () => resolve());
  });
  transport = undefined;
  setConnection('lost');
}

/** Before the first connection we are still connecting; later we have lost it. */
function stateWithoutConnection(): 'connecting' | 'lost' {
  return useConnection.getState().lastEventAt === null ? 'connecting' : 'lost';
}

/** A transport may hang without being closed (suspended laptop, dead network): ask, and close it when no answer comes. */
async function watch(): Promise<void> {
  const watched = transport;
  const { lastEventAt } = useConnection.getState();
  if (!watched || (lastEventAt !== null && Date.now() - lastEventAt < SILENCE_MS)) return;
  const timer = setTimeout(() => watched.close(), SILENCE_MS);
  try {
    await api.console.status();
    noteSignOfLife();
  } catch {
    // A refusal is a sign of life too; a broken transport closes by itself.
  } finally {
    clearTimeout(timer);
  }
}

/** A page can't see why a WebSocket was refused, so it asks over HTTP. */
async function hasSessionEnded(): Promise<boolean> {
  if (window.location.protocol === 'app:') return false;
  try {
    const { status } = await fetch('/api/v1/status', { credentials: 'same-origin' });
    return status === 401 || status === 403;
  } catch {
    return false;
  }
}

/** Ends the call when its own signal or the transport's is aborted. */
function withSignal(options: ClientOptions<ClientContext>, signal: AbortSignal): ClientOptions<ClientContext> {
  if (!options.signal) return { ...options, signal };
  const either = new AbortController();
  for (const source of [options.signal, signal]) {
    if (source.aborted) either.abort();
    source.addEventListener('abort', () => either.abort(), { once: true, signal: either.signal });
  }
  return { ...options, signal: either.signal };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
