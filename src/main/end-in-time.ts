import type { Logger } from 'pino';
import type { Clock } from './clock';

/**
 * Waits for the end of a part of the console, `ms` at most, so that what is stopped behind it still gets its turn. Never rejects: a part that is late
 * or fails is logged, and its end goes on by itself.
 */
export async function endInTime(
  { clock, log }: { readonly clock: Clock; readonly log: Pick<Logger, 'warn' | 'error'> },
  { part, ms }: { readonly part: string; readonly ms: number },
  ending: Promise<unknown>,
): Promise<void> {
  const late = Promise.withResolvers<'late'>();
  const cancel = clock.after(ms, () => late.resolve('late'));
  const ended = ending.catch((error: unknown) => log.error({ err: error, part }, 'a part of the console did not stop cleanly')); // prettier-ignore
  if ((await Promise.race([ended, late.promise])) === 'late')
    log.warn({ part, ms }, 'a part of the console stops late');
  cancel();
}
