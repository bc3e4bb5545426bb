import { jobFailure, type JobResult } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import type { PortLease, PortUse } from './flash-room';
import type { SerialDriver, SerialLine } from './serial-driver';

/** A native USB port is gone for about a second when its chip restarts (measured on C3 and S3: 0.3 to 1.2 s, Windows being the slowest). */
const REAPPEAR_MS = 2_000;
/** Between two tries to open; a lock is released and a device node appears within about this time. */
const RETRY_MS = 100;

/** Failures that pass by themselves: the port re-enumerates, its last holder is just closing it, udev has not set its rights yet. */
const passing = new Set(['port_absent', 'port_in_use', 'port_no_permission']);

export type LeaseParts = {
  readonly path: string;
  readonly use: PortUse;
  readonly adapterKey: string;
  readonly isNativeUsb: boolean;
  readonly driver: SerialDriver;
  readonly clock: Clock;
  /** The close of the port's last line, by whoever held it before. */
  readonly predecessor: Promise<void>;
  /** Called once, when the port is wanted for something more important. */
  readonly onWanted: (() => void) | undefined;
  /** `closed` resolves when the line is closed. */
  readonly onReleased: (lease: HeldPort, closed: Promise<void>) => void;
  readonly onUnplugged: () => void;
};

/** The right to one port, and the one line that may be open on it. Made by PortService. */
export class HeldPort implements PortLease {
  private line: SerialLine | null = null;
  private opening: Promise<unknown> | null = null;
  private releasing: Promise<void> | null = null;
  /** Wakes an `open` that waits for its next try. */
  private wake = () => {};

  constructor(private readonly parts: LeaseParts) {}

  get path(): string {
    return this.parts.path;
  }
  get use(): PortUse {
    return this.parts.use;
  }
  get adapterKey(): string {
    return this.parts.adapterKey;
  }
  get isNativeUsb(): boolean {
    return this.parts.isNativeUsb;
  }

  readonly open = async (baud: number): Promise<JobResult<SerialLine>> => {
    if (this.line || this.opening) throw new Error(`A line is already open on ${this.path}`);
    const opening = this.openInTime(baud);
    this.opening = opening;
    try {
      return await opening;
    } finally {
      this.opening = null;
    }
  };

  readonly release = (): Promise<void> => {
    if (!this.releasing) {
      this.releasing = this.close();
      this.parts.onReleased(this, this.releasing);
    }
    return this.releasing;
  };

  /** Takes the port away for a more important use; its holder is told first. Resolves when the line is closed. */
  giveWay(): Promise<void> {
    if (!this.releasing) this.parts.onWanted?.();
    return this.release();
  }

  private async openInTime(baud: number): Promise<JobResult<SerialLine>> {
    const { clock, driver, predecessor } = this.parts;
    await predecessor;
    const deadlineMs = clock.monotonic() + REAPPEAR_MS;
    for (;;) {
      if (this.releasing) return releasedFailure(this.path);
      const result = await driver.open(this.path, baud);
      if (result.ok) return await this.adopt(result.value);
      if (!passing.has(result.error.code) || clock.monotonic() >= deadlineMs) return result;
      await this.pause();
    }
  }

  private async adopt(line: SerialLine): Promise<JobResult<SerialLine>> {
    if (this.releasing) {
      await line.close();
      return releasedFailure(this.path);
    }
    this.line = line;
    line.onClose((isUnplugged) => {
      if (this.line === line) this.line = null;
      if (isUnplugged) this.parts.onUnplugged();
    });
    return { ok: true, value: line };
  }

  private async pause(): Promise<void> {
    let cancel = () => {};
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      cancel = this.parts.clock.after(RETRY_MS, resolve);
    });
    cancel();
  }

  private async close(): Promise<void> {
    this.wake();
    await Promise.allSettled([this.opening, this.line?.close()]);
  }
}

function releasedFailure(path: string): JobResult<never> {
  return jobFailure('cancelled', `The use of ${path} was ended.`, { path });
}
