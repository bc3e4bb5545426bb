import type { Logger } from 'pino';
import type { Clock } from '../clock';

/** The promise is to be gone within 5 s (shared/api.md); the rest is for leaving the process. */
export const END_DEADLINE_MS = 4_500;

export type EndResult = 'in_time' | 'late';

/** Stops what was started, in reverse order, once, within a deadline. Both hosts end through it. */
export class OrderlyEnd {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #stops: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  #result: Promise<EndResult> | undefined;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  get hasBegun(): boolean {
    return this.#result !== undefined;
  }

  /** Registers how to stop something. What is still starting may be registered too: its `stop` then waits for the start. */
  add(name: string, stop: () => Promise<void>): void {
    this.#stops.push({ name, stop });
  }

  /** Stops everything; further calls get the same result. A stop that fails is logged and does not keep the others from stopping. */
  begin(): Promise<EndResult> {
    this.#result ??= this.#run();
    return this.#result;
  }

  async #run(): Promise<EndResult> {
    let cancel = (): void => undefined;
    const deadline = new Promise<EndResult>((resolve) => {
      cancel = this.#clock.after(END_DEADLINE_MS, () => resolve('late'));
    });
    // The clock's timers keep no process alive; this one has to, since the result is awaited.
    const keepAlive = setInterval(() => undefined, END_DEADLINE_MS);
    const result = await Promise.race([this.#stopAll(), deadline]);
    cancel();
    clearInterval(keepAlive);
    return result;
  }

  async #stopAll(): Promise<EndResult> {
    for (const { name, stop } of this.#stops.toReversed()) {
      try {
        await stop();
      } catch (error) {
        this.#log.error({ err: error, part: name }, 'A part of the console did not stop cleanly');
      }
    }
    return 'in_time';
  }
}
