import type { Clock } from '../clock';
import type { Ports } from '../flash/flash-room';

/**
 * How long a port may be gone after a restart of its device before the next step is tried nevertheless: chips with USB-Serial/JTAG are back
 * within three seconds. Milliseconds.
 */
export const PORT_RETURN_MS = 5_000;

/** Waits until a port is there, at most `PORT_RETURN_MS`; `stop` ends the wait. Whoever waits looks for himself what it came to. */
export function whenPresent(
  ports: Pick<Ports, 'list' | 'onPresence'>,
  path: string,
  clock: Clock,
): { readonly done: Promise<void>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const isThere = ports.list().ports.some((port) => port.path === path && port.isPresent);
  if (isThere) return { done: Promise.resolve(), stop: () => undefined };
  const stop = () => {
    stopListening();
    cancel();
    resolve();
  };
  const cancel = clock.after(PORT_RETURN_MS, stop);
  const stopListening = ports.onPresence((changed, isPresent) => {
    if (changed === path && isPresent) stop();
  });
  return { done: promise, stop };
}
