import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const current = new AsyncLocalStorage<string | undefined>();

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

/**
 * Does something that belongs to no trace. Timers and sockets keep the trace in which they were made: a connection that breaks during a
 * command would otherwise put everything that devices say later under that command.
 */
export function withoutTrace<T>(action: () => T): T {
  return current.getStore() === undefined ? action() : current.run(undefined, action);
}

/** The action, bound to the present trace (or to none): for a callback that a socket or another room will call. */
export function keepTrace<V extends readonly unknown[]>(action: (...values: V) => void): (...values: V) => void {
  const trace = current.getStore();
  return (...values) => current.run(trace, action, ...values);
}

/** What every publication carries (MQTT 5 user property `trace`, our extension of the contract). One that belongs to no trace begins its own. */
export function traceProperties(): { readonly userProperties: { readonly trace: string } } {
  return { userProperties: { trace: current.getStore() ?? newTraceId() } };
}
