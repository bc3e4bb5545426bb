import type { Clock } from '../clock';

/** What may wait at most, bytes: some hundred readings. A network that is slower than its device talks breaks the connection. */
const MAX_WAITING_BYTES = 262_144;

export type DelayLineParts = {
  readonly clock: Clock;
  readonly deliver: (bytes: Uint8Array) => void;
  /** More is waiting than a network would hold. */
  readonly onOverflow: () => void;
};

/** Bytes that arrive later, in the order in which they were sent, also when the delay changes in between. */
export class DelayLine {
  private readonly waiting: { readonly dueMs: number; readonly bytes: Uint8Array }[] = [];
  private waitingBytes = 0;
  private lastDueMs = -Infinity;
  private cancel: () => void = () => undefined;

  constructor(private readonly parts: DelayLineParts) {}

  /** `bytes` must stay as they are until they are delivered. */
  push(bytes: Uint8Array, delayMs: number): void {
    if (this.waiting.length === 0 && delayMs === 0) {
      this.parts.deliver(bytes);
      return;
    }
    if (this.waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.clear();
      this.parts.onOverflow();
      return;
    }
    this.lastDueMs = Math.max(this.lastDueMs, this.parts.clock.monotonic() + delayMs);
    this.waiting.push({ dueMs: this.lastDueMs, bytes });
    this.waitingBytes += bytes.length;
    if (this.waiting.length === 1) this.schedule();
  }

  /** The connection is gone: nothing of it arrives any more. */
  clear(): void {
    this.cancel();
    this.waiting.length = 0;
    this.waitingBytes = 0;
    this.lastDueMs = -Infinity;
  }

  private schedule(): void {
    this.cancel();
    const next = this.waiting[0];
    if (next) this.cancel = this.parts.clock.after(next.dueMs - this.parts.clock.monotonic(), () => this.deliverDue());
  }

  private deliverDue(): void {
    const nowMs = this.parts.clock.monotonic();
    for (let next = this.waiting[0]; next && next.dueMs <= nowMs; next = this.waiting[0]) {
      this.waiting.shift();
      this.waitingBytes -= next.bytes.length;
      this.parts.deliver(next.bytes);
    }
    this.schedule();
  }
}
