/*
 * A line that takes as long as a UART does: ten bit times for a byte, in both directions, at the speed of that moment. Benches put it between a port
 * and a board. What is due is reckoned in fractions of a millisecond from the end of the byte before, so that many small pieces take as long as one
 * large one, however late a timer comes.
 */
import type { LineSignals } from '../../../src/main/flash/serial-driver';
import type { BoardEnd } from './board-end';
import type { VirtualBoard } from './virtual-board';

const BITS_PER_BYTE = 10;
/** A timer may come a millisecond late; the rest of the wait is looked at in each turn. */
const TIMER_SLACK_MS = 1.2;
/** Speed at which a host opens its port, until it says so. */
const FIRST_BAUD = 115_200;

/** One direction: pieces leave in order, each when its last bit has. */
class PacedDirection {
  private busyUntilMs = 0;
  private readonly waiting: { readonly dueMs: number; readonly deliver: () => void }[] = [];
  private cancel: (() => void) | null = null;
  /** Milliseconds in which the line was busy. */
  busyMs = 0;

  send(byteCount: number, baud: number, deliver: () => void): void {
    const durationMs = (byteCount * BITS_PER_BYTE * 1000) / baud;
    this.busyUntilMs = Math.max(performance.now(), this.busyUntilMs) + durationMs;
    this.busyMs += durationMs;
    this.waiting.push({ dueMs: this.busyUntilMs, deliver });
    if (!this.cancel) this.wait();
  }

  clear(): void {
    this.cancel?.();
    this.cancel = null;
    this.waiting.length = 0;
  }

  private wait(): void {
    const [next] = this.waiting;
    if (!next) return;
    const leftMs = next.dueMs - performance.now();
    if (leftMs > TIMER_SLACK_MS) {
      const timer = setTimeout(() => this.work(), leftMs - TIMER_SLACK_MS);
      this.cancel = () => clearTimeout(timer);
    } else {
      const turn = setImmediate(() => this.work());
      this.cancel = () => clearImmediate(turn);
    }
  }

  private work(): void {
    this.cancel = null;
    const nowMs = performance.now();
    while (this.waiting[0] && this.waiting[0].dueMs <= nowMs) this.waiting.shift()?.deliver();
    if (!this.cancel) this.wait();
  }
}

/** A board behind a timed line: give it to `MemorySerial.attach` or `PtyPort.open` in place of the board. */
export class PacedLine implements BoardEnd {
  private readonly toBoard = new PacedDirection();
  private readonly toHost = new PacedDirection();
  private readonly listeners = new Set<(bytes: Uint8Array) => void>();
  private hostBaud = FIRST_BAUD;

  constructor(private readonly board: VirtualBoard) {
    board.onOutput((bytes) => this.toHost.send(bytes.length, board.lineBaud, () => this.deliver(bytes)));
    board.onPlug((isPlugged) => {
      if (isPlugged) return;
      this.toBoard.clear();
      this.toHost.clear();
    });
  }

  /** Milliseconds of line time so far, by direction. */
  get busyMs(): { readonly toBoard: number; readonly toHost: number } {
    return { toBoard: this.toBoard.busyMs, toHost: this.toHost.busyMs };
  }

  get autoReset(): BoardEnd['autoReset'] {
    return this.board.autoReset;
  }

  get isPlugged(): boolean {
    return this.board.isPlugged;
  }

  async feed(bytes: Uint8Array): Promise<void> {
    const copy = Uint8Array.from(bytes);
    await new Promise<void>((resolve) => {
      // Pulled in the middle: the bytes never leave, and the port says why.
      const stop = this.board.onPlug(() => {
        stop();
        resolve();
      });
      this.toBoard.send(copy.length, this.hostBaud, () => {
        stop();
        this.board.feed(copy);
        resolve();
      });
    });
  }

  onOutput(listener: (bytes: Uint8Array) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  onPlug(listener: (isPlugged: boolean) => void): () => void {
    return this.board.onPlug(listener);
  }

  setHostBaud(baud: number): void {
    this.hostBaud = baud;
    this.board.setHostBaud(baud);
  }

  setSignals(signals: LineSignals): void {
    this.board.setSignals(signals);
  }

  powerOn(): void {
    this.board.powerOn();
  }

  plugIn(): void {
    this.board.plugIn();
  }

  unplug(): void {
    this.board.unplug();
  }

  private deliver(bytes: Uint8Array): void {
    for (const listener of this.listeners) listener(bytes);
  }
}
