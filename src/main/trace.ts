import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const current = new AsyncLocalStorage<string>();

/** A new trace id: it joins everything from a click to the device's answer. */
export function newTraceId(): string {
  return randomUUID();
}

/** The trace id of what is being done now, if it belongs to one. Journal, log and publisher take it from here. */
export function currentTraceId(): string | undefined {
  return current.getStore();
}

/** Does something as a part of a trace; without an id it stays in the present one. */
export function withTrace<T>(traceId: string | undefined, action: () => T): T {
  return traceId === undefined ? action() : current.run(traceId, action);
}
