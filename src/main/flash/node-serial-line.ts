/*
 * One open port of this machine: NodeSerialDriver makes it, PortService hands it out. Owns the reading loop, the deadline of a write, and the watch
 * for a device that went away without a word.
 */
import { access } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import type { PortList } from '../../shared/api/flash';
import type { Clock } from '../clock';
import { ModemLineProcess } from './modem-line-process';
import { LineError, type LineSignals, type SerialLine } from './serial-driver';

/** The part of serialport's binding of an open port that we use, the same on all systems. */
export type Binding = Pick<
  Awaited<ReturnType<typeof SerialPort.binding.open>>,
  'fd' | 'close' | 'read' | 'write' | 'update' | 'set' | 'flush' | 'drain'
>;

/** What arrives between two turns of the event loop at 3 MBd is far less; larger reads bring nothing. */
const READ_BYTES = 16 * 1024;
/** On top of the time on the line: a native USB port whose chip takes no bytes would block a write for ever. */
const WRITE_SLACK_MS = 4_000;
/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10;
/** A hung-up tty can answer reads with nothing for ever in place of an error; its missing device node tells. */
const WATCH_MS = 1_000;
/** A close that does not return (a driver that waits for bytes to leave) must not hold whoever closes. */
const CLOSE_TIMEOUT_MS = 2_000;

/** ENOTTY: a port that is none, such as a pty. */
const isNoModem = /inappropriate ioctl/i;

export class NodeSerialLine implements SerialLine {
  private readonly dataListeners = new Set<(bytes: Uint8Array) => void>();
  private readonly closeListeners = new Set<(isUnplugged: boolean) => void>();
  /** Rejects whatever waits for the port when it closes. */
  private readonly waiting = new Set<(error: LineError) => void>();
  private baud: number;
  private ended: { readonly isUnplugged: boolean; readonly done: Promise<void> } | null = null;
  private stopWatch = () => {};
  /** Sets the modem lines where serialport cannot. */
  private lineProcess: ModemLineProcess | null = null;

  constructor(
    private readonly binding: Binding,
    readonly path: string,
    private readonly parts: { readonly baud: number; readonly clock: Clock; readonly platform: PortList['platform'] },
  ) {
    this.baud = parts.baud;
  }

  /** Releases both modem lines, which the system asserted on opening, and begins to read. */
  async start(): Promise<void> {
    if (this.parts.platform !== 'win32')
      this.stopWatch = this.parts.clock.every(WATCH_MS, () => void this.closeIfGone());
    void this.readOn();
    try {
      await this.setSignals({ dtr: false, rts: false });
    } catch (error) {
      await this.end(true);
      throw error;
    }
  }

  readonly onData = (listener: (bytes: Uint8Array) => void): (() => void) => {
    this.dataListeners.add(listener);
    return () => void this.dataListeners.delete(listener);
  };

  readonly onClose = (listener: (isUnplugged: boolean) => void): (() => void) => {
    this.closeListeners.add(listener);
    return () => void this.closeListeners.delete(listener);
  };

  readonly write = async (bytes: Uint8Array): Promise<void> => {
    const deadlineMs = WRITE_SLACK_MS + (bytes.length * BITS_PER_BYTE * 1000) / this.baud;
    try {
      await this.whileOpen('the port takes no bytes', deadlineMs, async () => {
        await this.binding.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      });
    } catch (error) {
      // Refused by the system, and not late or closed by us: the device has gone, and the reading loop just does not know yet.
      if (!(error instanceof LineError) || error.cause === undefined) throw error;
      await this.end(true);
      throw this.closedError(true);
    }
  };

  readonly setBaudRate = async (baud: number): Promise<void> => {
    await this.whileOpen('the port does not change its speed', WRITE_SLACK_MS, async () => {
      // Only here: on Unix a drain holds one of Node's four worker threads, and a bench has more boards than that.
      await this.binding.drain();
      await this.binding.update({ baudRate: baud });
    });
    this.baud = baud;
  };

  readonly setSignals = async (signals: LineSignals): Promise<boolean> => {
    let isSet = false;
    await this.whileOpen('the port does not set its modem lines', WRITE_SLACK_MS, async () => {
      isSet = this.lineProcess ? await this.lineProcess.set(signals) : await this.setLines(signals);
    });
    return isSet;
  };

  readonly close = (): Promise<void> => this.end(false);

  /** serialport says in words only why it did not set them, and in the machine's language: whatever it was, a port that is still there has none. */
  private async setLines(signals: LineSignals): Promise<boolean> {
    const { platform, clock } = this.parts;
    const set = () => this.binding.set({ ...signals, brk: false, cts: false, dsr: false });
    try {
      await set();
      // Windows' own USB driver (usbser.sys) sends DTR only along with RTS, which serialport sets first: say it again.
      if (platform === 'win32') await set();
      return true;
    } catch (error) {
      if (platform !== 'win32') await this.closeIfGone();
      if (platform !== 'linux' || this.ended || isNoModem.test(String(error)) || this.binding.fd === null) return false;
      this.lineProcess = new ModemLineProcess(this.binding.fd, clock);
      return await this.lineProcess.set(signals);
    }
  }

  private async readOn(): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    try {
      while (this.ended === null) {
        const { bytesRead } = await this.binding.read(buffer, 0, READ_BYTES);
        // Copied: the listener may keep what it got.
        if (bytesRead > 0 && this.ended === null) this.deliver(Uint8Array.from(buffer.subarray(0, bytesRead)));
      }
    } catch {
      // A close of our own has set `ended` before the read is cancelled; all else means that the device has gone.
      await this.end(true);
    }
  }

  private deliver(bytes: Uint8Array): void {
    for (const listener of this.dataListeners) listener(bytes);
  }

  private async closeIfGone(): Promise<void> {
    await access(this.path).catch(() => this.end(true));
  }

  /** Runs a call of the binding until it is done, the port closes, or the deadline passes; all failures are LineErrors. */
  private async whileOpen(complaint: string, deadlineMs: number, action: () => Promise<void>): Promise<void> {
    if (this.ended) throw this.closedError(this.ended.isUnplugged);
    let giveUp: (error: LineError) => void = () => {};
    const closed = new Promise<never>((_resolve, reject) => (giveUp = reject));
    this.waiting.add(giveUp);
    const stopTimer = this.parts.clock.after(deadlineMs, () =>
      giveUp(new LineError(`${this.path}: ${complaint} (waited ${Math.round(deadlineMs)} ms)`, false)),
    );
    try {
      await Promise.race([action(), closed]);
    } catch (error) {
      if (error instanceof LineError) throw error;
      throw new LineError(`${this.path} failed: ${String(error)}`, false, { cause: error });
    } finally {
      stopTimer();
      this.waiting.delete(giveUp);
    }
  }

  private end(isUnplugged: boolean): Promise<void> {
    if (this.ended) return this.ended.done;
    this.stopWatch();
    this.ended = { isUnplugged, done: this.closeBinding() };
    for (const reject of this.waiting) reject(this.closedError(isUnplugged));
    for (const listener of this.closeListeners) listener(isUnplugged);
    this.closeListeners.clear();
    this.dataListeners.clear();
    return this.ended.done;
  }

  /** Bytes that wait in the driver are thrown away first, else Linux waits up to 30 s for them to leave. Never throws: there is nothing left to do. */
  private async closeBinding(): Promise<void> {
    const closing = (async () => {
      await this.lineProcess?.stop();
      await this.binding.flush().catch(() => undefined);
      await this.binding.close().catch(() => undefined);
    })();
    let cancel = () => {};
    const late = new Promise<void>((resolve) => (cancel = this.parts.clock.after(CLOSE_TIMEOUT_MS, resolve)));
    await Promise.race([closing, late]);
    cancel();
  }

  private closedError(isUnplugged: boolean): LineError {
    return new LineError(isUnplugged ? `${this.path} was unplugged` : `${this.path} is closed`, isUnplugged);
  }
}
