import { LineError, type LineSignals, type SerialLine } from '../../src/main/flash/serial-driver';

export type FakeLine = SerialLine & {
  readonly written: Uint8Array[];
  readonly signals: LineSignals[];
  readonly bauds: number[];
  /** Bytes arrive. */
  say(bytes: readonly number[] | Uint8Array): void;
  /** The port goes away, or is closed by somebody. */
  end(isUnplugged: boolean): void;
};

/** An open line that a test speaks through. Writes are taken at once, unless `isStuck`. */
export function fakeLine(options: { readonly hasModemLines?: boolean; readonly isStuck?: boolean } = {}): FakeLine {
  const dataListeners = new Set<(bytes: Uint8Array) => void>();
  const closeListeners = new Set<(isUnplugged: boolean) => void>();
  let isOpen = true;
  const line: FakeLine = {
    path: '/dev/ttyFAKE0',
    written: [],
    signals: [],
    bauds: [],
    onData: (listener) => {
      dataListeners.add(listener);
      return () => void dataListeners.delete(listener);
    },
    onClose: (listener) => {
      closeListeners.add(listener);
      return () => void closeListeners.delete(listener);
    },
    write: async (bytes) => {
      if (!isOpen) throw new LineError('closed', false);
      line.written.push(bytes);
      if (options.isStuck === true) await new Promise(() => undefined);
    },
    setBaudRate: (baud) => {
      line.bauds.push(baud);
      return Promise.resolve();
    },
    setSignals: (signals) => {
      if (options.hasModemLines === false) return Promise.resolve(false);
      line.signals.push(signals);
      return Promise.resolve(true);
    },
    close: () => {
      line.end(false);
      return Promise.resolve();
    },
    say: (bytes) => {
      for (const listener of dataListeners) listener(Uint8Array.from(bytes));
    },
    end: (isUnplugged) => {
      if (!isOpen) return;
      isOpen = false;
      for (const listener of closeListeners) listener(isUnplugged);
    },
  };
  return line;
}
