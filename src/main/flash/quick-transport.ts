/*
 * The transport of esptool-js, made anew on a SerialLine. The library's own polls every millisecond, appends byte by byte and prints to the
 * console; this one waits for events, cuts frames as they arrive, can be stopped at any moment and says nothing. Used by loader-session.ts.
 */
import { Transport } from 'esptool-js';
import type { Clock } from '../clock';
import { LineTrouble } from './loader-faults';
import { LineError, type SerialLine } from './serial-driver';
import { SlipReader, slipFrame } from './slip';
import { webSerialPort } from './web-serial-port';

/** Frames that wait to be read; answers come one at a time, SYNC's eight at once. Beyond that the oldest go: they answer nobody. */
const MAX_FRAMES = 64;
/** A write may take twice as long as its bytes need on the wire, and this much more for a busy machine. */
const WRITE_SLACK_MS = 3_000;
const BITS_PER_BYTE = 10;

type Waiter = { readonly resolve: (frame: Uint8Array) => void; readonly reject: (reason: Error) => void };

/** One loader conversation over one open line. It ends with `detach`, with the line, or when `signal` is aborted: its reason is thrown then. */
export class QuickTransport extends Transport {
  private readonly slip = new SlipReader((frame) => this.arrived(frame));
  private frames: Uint8Array[] = [];
  private waiter: Waiter | null = null;
  private ended: Error | null = null;
  private receivedBytes = 0;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly line: SerialLine,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    super(webSerialPort(line));
    this.baudrate = 115_200;
  }

  /** Starts to listen. */
  attach(): void {
    const stopData = this.line.onData((bytes) => {
      this.receivedBytes += bytes.length;
      this.slip.feed(bytes);
    });
    const stopClose = this.line.onClose((isUnplugged) => {
      this.end(new LineError('The port was closed.', isUnplugged));
    });
    const onAbort = () => this.end(this.signal.reason as Error);
    this.signal.addEventListener('abort', onAbort);
    if (this.signal.aborted) onAbort();
    this.stopListening = () => {
      stopData();
      stopClose();
      this.signal.removeEventListener('abort', onAbort);
    };
  }

  detach(): void {
    this.stopListening();
    this.end(new LineError('The conversation was ended.', false));
  }

  /** Why nothing more can be read or written; null while it can. */
  get failure(): Error | null {
    return this.ended;
  }

  /** The next frame; rejects with LineTrouble when none is whole within `timeoutMs`. */
  override async read(timeoutMs: number): Promise<Uint8Array> {
    const frame = this.frames.shift();
    if (frame) return frame;
    if (this.ended) throw this.ended;
    return await new Promise<Uint8Array>((resolve, reject) => {
      const stopTimer = this.clock.after(timeoutMs, () => {
        this.waiter = null;
        reject(new LineTrouble(`No answer within ${timeoutMs} ms.`));
      });
      this.waiter = {
        resolve: (value) => {
          stopTimer();
          resolve(value);
        },
        reject: (reason) => {
          stopTimer();
          reject(reason);
        },
      };
    });
  }

  override async write(payload: Uint8Array): Promise<void> {
    if (this.ended) throw this.ended;
    const frame = slipFrame(payload);
    const limitMs = WRITE_SLACK_MS + (2 * 1_000 * BITS_PER_BYTE * frame.length) / this.baudrate;
    await this.unlessEnded(this.line.write(frame), limitMs);
  }

  override async changeBaudrate(baud: number): Promise<boolean> {
    await this.unlessEnded(this.line.setBaudRate(baud), WRITE_SLACK_MS);
    this.baudrate = baud;
    return false;
  }

  override flushInput(): void {
    this.frames = [];
    this.slip.reset();
  }

  /** Waits until nothing has come for `quietMs`, at most `maxMs`, and forgets what came. */
  override async drainInput(quietMs = 100, maxMs = 400): Promise<void> {
    const deadlineMs = this.clock.monotonic() + maxMs;
    let before = -1;
    while (before !== this.receivedBytes && this.clock.monotonic() < deadlineMs) {
      before = this.receivedBytes;
      await this.pause(quietMs);
    }
    this.flushInput();
  }

  /** Resolves after so many milliseconds, or rejects when the conversation ends. */
  async pause(ms: number): Promise<void> {
    await this.unlessEnded(new Promise<void>((resolve) => void this.clock.after(ms, resolve)), ms + WRITE_SLACK_MS);
  }

  // What the library would do with streams and with one modem line at a time.
  override trace(): void {}
  override peek(): Uint8Array {
    return new Uint8Array();
  }
  override inWaiting(): number {
    return this.frames.length;
  }
  override readLoop(): Promise<void> {
    return Promise.resolve();
  }
  override connect(): Promise<void> {
    return this.ended ? Promise.reject(this.ended) : Promise.resolve();
  }
  override disconnect(): Promise<void> {
    return Promise.resolve();
  }
  override setRTS(): Promise<void> {
    return Promise.reject(new Error('Modem lines are set together, by reset.ts.'));
  }
  override setDTR(): Promise<void> {
    return this.setRTS();
  }

  private readonly endListeners = new Set<(reason: Error) => void>();

  private async unlessEnded(action: Promise<void>, limitMs: number): Promise<void> {
    if (this.ended) throw this.ended;
    await new Promise<void>((resolve, reject) => {
      const stopTimer = this.clock.after(limitMs, () =>
        settle(() => reject(new LineTrouble('The port takes no bytes.'))),
      );
      const onEnd = (reason: Error) => settle(() => reject(reason));
      const settle = (then: () => void) => {
        stopTimer();
        this.endListeners.delete(onEnd);
        then();
      };
      this.endListeners.add(onEnd);
      action.then(
        () => settle(resolve),
        (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
      );
    });
  }

  private arrived(frame: Uint8Array): void {
    const { waiter } = this;
    if (waiter) {
      this.waiter = null;
      waiter.resolve(frame);
      return;
    }
    this.frames.push(frame);
    if (this.frames.length > MAX_FRAMES) this.frames.shift();
  }

  private end(reason: Error): void {
    if (this.ended) return;
    this.ended = reason;
    const { waiter } = this;
    this.waiter = null;
    waiter?.reject(reason);
    for (const listener of this.endListeners) listener(reason);
  }
}
