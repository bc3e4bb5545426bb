import type { ListedPort, SerialDriver, SerialLine } from '../../src/main/flash/serial-driver';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../src/shared/domain/job-errors';

/** A line without a board: a test says what arrives on it, and when its cable is pulled. */
export class ScriptedLine implements SerialLine {
  readonly written: Uint8Array[] = [];
  isOpen = true;
  private readonly dataListeners = new Set<(bytes: Uint8Array) => void>();
  private readonly closeListeners = new Set<(isUnplugged: boolean) => void>();

  constructor(
    readonly path: string,
    readonly baud: number,
    /** Resolves when a close may end; for lines that close slowly. */
    private readonly mayClose: Promise<void> = Promise.resolve(),
  ) {}

  readonly onData = (listener: (bytes: Uint8Array) => void) => {
    this.dataListeners.add(listener);
    return () => void this.dataListeners.delete(listener);
  };
  readonly onClose = (listener: (isUnplugged: boolean) => void) => {
    this.closeListeners.add(listener);
    return () => void this.closeListeners.delete(listener);
  };
  readonly write = (bytes: Uint8Array) => {
    this.written.push(bytes);
    return Promise.resolve();
  };
  readonly setBaudRate = () => Promise.resolve();
  readonly setSignals = () => Promise.resolve(true);
  readonly close = async () => {
    await this.mayClose;
    this.end(false);
  };

  say(text: string | Uint8Array): void {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    for (const listener of this.dataListeners) listener(bytes);
  }

  end(isUnplugged: boolean): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const listener of this.closeListeners) listener(isUnplugged);
  }
}

/** A driver whose ports and failures a test sets. Ports are exclusive, as real ones are. */
export class ScriptedSerial implements SerialDriver {
  ports: ListedPort[] = [];
  /** The next opens fail with these, one after the other. */
  readonly failures: JobError['code'][] = [];
  readonly opened: ScriptedLine[] = [];
  lists = 0;
  attempts = 0;
  /** Thrown by `list`; a promise that never ends hangs it. */
  listFault: Error | Promise<never> | null = null;
  mayClose: Promise<void> = Promise.resolve();

  readonly list = async (): Promise<readonly ListedPort[]> => {
    this.lists += 1;
    if (this.listFault instanceof Error) throw this.listFault;
    if (this.listFault) return await this.listFault;
    return [...this.ports];
  };

  readonly open = async (path: string, baud: number): Promise<JobResult<SerialLine>> => {
    this.attempts += 1;
    await Promise.resolve();
    const code = this.failures.shift() ?? (this.isOpen(path) ? 'port_in_use' : undefined);
    if (code !== undefined) return jobFailure(code, `${path}: ${code}`);
    const line = new ScriptedLine(path, baud, this.mayClose);
    this.opened.push(line);
    return jobSuccess(line);
  };

  isOpen(path: string): boolean {
    return this.opened.some((line) => line.path === path && line.isOpen);
  }
}
