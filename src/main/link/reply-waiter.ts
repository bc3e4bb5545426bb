import type { Clock } from '../clock';
import { keepTrace } from '../trace';

type Waiting<T> = { readonly finish: (reply: T | null) => void; readonly cancel: () => void };

/**
 * Waits for device answers by correlation id, nothing else; a late, foreign or repeated answer finds nobody and is left to the caller.
 * Every wait has a deadline.
 */
export class ReplyWaiter<T> {
  private readonly waiting = new Map<string, Waiting<T>>();

  constructor(private readonly clock: Clock) {}

  /** Calls `onEnd` once: with the reply, or with null after `deadlineMs`. Returns what gives the wait up silently. */
  expect(correlationId: string, deadlineMs: number, onEnd: (reply: T | null) => void): () => void {
    const stopTimer = this.clock.after(deadlineMs, () => this.end(correlationId, null));
    const cancel = () => {
      stopTimer();
      this.waiting.delete(correlationId);
    };
    this.waiting.set(correlationId, { finish: keepTrace(onEnd), cancel });
    return cancel;
  }

  /** Hands over an answer; false when nobody waits for it. */
  resolve(correlationId: string | undefined, reply: T): boolean {
    return correlationId !== undefined && this.end(correlationId, reply);
  }

  /** Gives all waits up (at stop). */
  cancelAll(): void {
    for (const { cancel } of this.waiting.values()) cancel();
  }

  private end(correlationId: string, reply: T | null): boolean {
    const entry = this.waiting.get(correlationId);
    if (!entry) return false;
    entry.cancel();
    entry.finish(reply);
    return true;
  }
}
