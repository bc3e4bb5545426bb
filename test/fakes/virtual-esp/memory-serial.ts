/*
 * Serial ports in memory, with virtual boards behind them: the fake beside the real driver of src/main/flash. A port has one holder at a time,
 * its list changes with the plugs, and a line whose board is unplugged closes as the real one does.
 */
import {
  LineError,
  type LineSignals,
  type ListedPort,
  type SerialDriver,
  type SerialLine,
} from '../../../src/main/flash/serial-driver';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../../src/shared/domain/job-errors';
import type { BoardEnd } from './board-end';

type Attachment = {
  readonly board: BoardEnd;
  readonly listing: ListedPort;
  readonly stopWatching: () => void;
  line: MemoryLine | null;
};

export class MemorySerial implements SerialDriver {
  private readonly attachments = new Map<string, Attachment>();
  private readonly failures = new Map<string, JobError>();

  /** Puts a board at a path, and gives it power. `listing`: what the system says of the port beside its path. */
  attach(path: string, board: BoardEnd, listing: Omit<ListedPort, 'path'> = {}): void {
    if (this.attachments.has(path)) throw new Error(`There is a board at ${path} already`);
    const stopWatching = board.onPlug((isPlugged) => {
      if (!isPlugged) this.attachments.get(path)?.line?.end(true);
    });
    this.attachments.set(path, { board, listing: { ...listing, path }, stopWatching, line: null });
    board.powerOn();
  }

  /** Unplugs the board at a path for good. */
  detach(path: string): void {
    const attachment = this.attachments.get(path);
    if (!attachment) return;
    attachment.board.unplug();
    attachment.stopWatching();
    this.attachments.delete(path);
  }

  /** Every open of a path fails like this, until it is called with null. */
  failOpen(path: string, error: JobError | null): void {
    if (error) this.failures.set(path, error);
    else this.failures.delete(path);
  }

  /** Unplugs all boards. */
  [Symbol.dispose](): void {
    for (const path of this.attachments.keys()) this.detach(path);
  }

  readonly list = async (): Promise<readonly ListedPort[]> =>
    Promise.resolve(
      [...this.attachments.values()].filter(({ board }) => board.isPlugged).map(({ listing }) => listing),
    );

  readonly open = async (path: string, baud: number): Promise<JobResult<SerialLine>> => {
    await nextTurn();
    const failure = this.failures.get(path);
    if (failure) return { ok: false, error: failure };
    const attachment = this.attachments.get(path);
    if (!attachment?.board.isPlugged)
      return jobFailure('port_absent', `There is no port ${path}. Plug the device in.`, { path });
    if (attachment.line)
      return jobFailure('port_in_use', `${path} is open in another program. Close it there.`, { path });
    const line = new MemoryLine(path, attachment.board, () => {
      attachment.line = null;
    });
    attachment.line = line;
    line.begin(baud);
    return jobSuccess(line);
  };
}

class MemoryLine implements SerialLine {
  private readonly dataListeners = new Set<(bytes: Uint8Array) => void>();
  private readonly closeListeners = new Set<(isUnplugged: boolean) => void>();
  private stopListening: () => void = () => undefined;
  private isOpen = true;

  constructor(
    readonly path: string,
    private readonly board: BoardEnd,
    private readonly onEnd: () => void,
  ) {}

  begin(baud: number): void {
    this.stopListening = this.board.onOutput((bytes) => {
      // A copy, and in a later turn: as from a driver.
      const copy = Uint8Array.from(bytes);
      setImmediate(() => {
        if (this.isOpen) for (const listener of this.dataListeners) listener(copy);
      });
    });
    this.board.setHostBaud(baud);
    if (this.board.autoReset !== 'none') this.board.setSignals({ dtr: false, rts: false });
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
    this.requireOpen();
    const copy = Uint8Array.from(bytes);
    await nextTurn();
    this.requireOpen();
    await this.board.feed(copy);
    await nextTurn();
    this.requireOpen();
  };

  readonly setBaudRate = async (baud: number): Promise<void> => {
    await nextTurn();
    this.requireOpen();
    this.board.setHostBaud(baud);
  };

  readonly setSignals = async (signals: LineSignals): Promise<boolean> => {
    await nextTurn();
    this.requireOpen();
    if (this.board.autoReset === 'none') return false;
    this.board.setSignals(signals);
    return true;
  };

  readonly close = async (): Promise<void> => {
    await nextTurn();
    this.end(false);
  };

  /** Ends the line once; `isUnplugged` when its port went away. */
  end(isUnplugged: boolean): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.stopListening();
    this.onEnd();
    for (const listener of this.closeListeners) listener(isUnplugged);
  }

  private requireOpen(): void {
    if (!this.isOpen) throw new LineError(`${this.path} is closed`, !this.board.isPlugged);
  }
}

const nextTurn = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
