import type { JobResult } from '../../shared/domain/job-errors';

/** Both modem lines; true = asserted (the pin is low). With the usual reset circuit EN is low when RTS and not DTR, IO0 is low when DTR and not RTS. */
export type LineSignals = { readonly dtr: boolean; readonly rts: boolean };

/** One open serial port, 8N1, without flow control. Nothing is buffered: bytes go to whoever listens when they arrive. */
export type SerialLine = {
  readonly path: string;
  /** Returns how to stop listening. */
  readonly onData: (listener: (bytes: Uint8Array) => void) => () => void;
  /** Called once, also for a close of our own. `isUnplugged`: the port went away. */
  readonly onClose: (listener: (isUnplugged: boolean) => void) => () => void;
  /** Resolves when the system has taken the bytes, with at most a few kilobytes of them not on the line yet; rejects with a LineError when the port is gone or closed. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** From the bytes after those that were written before. */
  readonly setBaudRate: (baud: number) => Promise<void>;
  /** Sets both lines in one call. False: this port has no modem lines (ENOTTY), so nothing can reset the chip but a finger. */
  readonly setSignals: (signals: LineSignals) => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/** A line that cannot be used any more; `isUnplugged` when its port went away. */
export class LineError extends Error {
  override readonly name = 'LineError';
  constructor(
    message: string,
    readonly isUnplugged: boolean,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** A port as the operating system lists it. Ids are four lower-case hexadecimal digits. */
export type ListedPort = {
  readonly path: string;
  readonly manufacturer?: string;
  readonly vendorId?: string;
  readonly productId?: string;
  readonly serialNumber?: string;
};

/** The way to the serial ports of this machine: one real driver (serialport), one in memory for tests. */
export type SerialDriver = {
  readonly list: () => Promise<readonly ListedPort[]>;
  /** Opens with both modem lines released, so that the device keeps running. Fails with the codes `port_*`. */
  readonly open: (path: string, baud: number) => Promise<JobResult<SerialLine>>;
};
