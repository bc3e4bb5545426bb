import type { SerialLogLine } from '../../shared/api/flash';
import type { JobError } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import type { MonitorEvent, PortLease, Ports } from './flash-room';
import { feedLine, flushLine, noLine } from './monitor-rules';
import { portFailed, portInUse, portVanished } from './port-error-rules';
import type { SerialLine } from './serial-driver';

/** At most ten events per second: more than an eye follows, and a busy log costs no more than a quiet one. */
const BATCH_MS = 100;
/** A prompt or a half line is shown after this silence. */
const PARTIAL_MS = 200;
/** Lines that wait for a slow page; three seconds of a full line at 115200 baud. */
const MAX_WAITING_LINES = 1_000;

/** Shows what a device says on its port, as long as nobody needs the port for something more important. */
export class SerialMonitor {
  constructor(private readonly parts: { readonly ports: Ports; readonly clock: Clock }) {}

  /**
   * Opens the port; the first event says that it is open. The last one carries why it ended: `port_in_use` (wanted by a job, or held by one),
   * `port_vanished`, or what kept the port from being opened. Aborting ends it without a last event.
   */
  readonly monitor = async function* (
    this: SerialMonitor,
    port: string,
    baud: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<MonitorEvent> {
    const { ports, clock } = this.parts;
    const listening = new Listening(port, clock);
    const leased = ports.lease(port, 'monitor', () => listening.end(wanted(port)));
    if (!leased.ok) {
      yield { lines: [], dropped: 0, ended: leased.error };
      return;
    }
    const abort = () => {
      listening.abort();
      void leased.value.release();
    };
    signal?.addEventListener('abort', abort);
    try {
      if (signal?.aborted) return;
      await listening.open(leased.value, baud);
      yield* listening.events();
    } finally {
      signal?.removeEventListener('abort', abort);
      listening.abort();
      await leased.value.release();
    }
  }.bind(this);
}

/** One run of the monitor: what has arrived and was not taken yet. */
class Listening {
  private line = noLine;
  private waiting: SerialLogLine[] = [];
  private dropped = 0;
  private ended: JobError | null = null;
  private isAborted = false;
  private stopPartial = () => {};
  private stopData = () => {};
  private wake = () => {};

  constructor(
    private readonly port: string,
    private readonly clock: Clock,
  ) {}

  async open(lease: PortLease, baud: number): Promise<void> {
    const opened = await lease.open(baud);
    if (opened.ok) this.listen(opened.value);
    else this.end(opened.error);
  }

  /** Batches, at most one per BATCH_MS; the first comes at once, empty as it may be. */
  async *events(): AsyncGenerator<MonitorEvent> {
    while (!this.isAborted) {
      const { waiting: lines, dropped, ended } = this;
      [this.waiting, this.dropped] = [[], 0];
      yield { lines, dropped, ended };
      if (ended) return;
      await this.pause();
      while (!this.isAborted && !this.ended && this.waiting.length === 0) await this.news();
    }
  }

  /** The first reason counts. */
  end(error: JobError): void {
    if (this.ended) return;
    this.flush();
    this.ended = error;
    this.stopData();
    this.wake();
  }

  abort(): void {
    this.isAborted = true;
    this.stopPartial();
    this.stopData();
    this.wake();
  }

  private listen(line: SerialLine): void {
    this.stopData = line.onData((bytes) => this.take(bytes));
    line.onClose((isUnplugged) =>
      this.end(isUnplugged ? portVanished(this.port).error : portFailed(this.port, 'it was closed').error),
    );
  }

  private take(bytes: Uint8Array): void {
    const { state, lines } = feedLine(this.line, bytes, this.clock.now());
    this.line = state;
    for (const line of lines) this.queue(line);
    this.stopPartial();
    if (state.bytes.length > 0) this.stopPartial = this.clock.after(PARTIAL_MS, () => this.flush());
  }

  private flush(): void {
    this.stopPartial();
    const line = flushLine(this.line);
    this.line = noLine;
    if (line) this.queue(line);
  }

  /** Drops the oldest: whoever looks wants to see what is said now. */
  private queue(line: SerialLogLine): void {
    this.waiting.push(line);
    if (this.waiting.length > MAX_WAITING_LINES) {
      this.waiting.shift();
      this.dropped += 1;
    }
    this.wake();
  }

  private async news(): Promise<void> {
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = () => {};
  }

  private async pause(): Promise<void> {
    if (this.isAborted) return;
    let cancel = () => {};
    const time = new Promise<void>((resolve) => (cancel = this.clock.after(BATCH_MS, resolve)));
    // An end or an abort is not held back; lines are.
    await Promise.race([time, this.finished()]);
    cancel();
  }

  private async finished(): Promise<void> {
    while (!this.isAborted && !this.ended) await this.news();
  }
}

function wanted(port: string): JobError {
  return {
    ...portInUse(port).error,
    message: `${port} is needed for a job now. Open the monitor again when it has ended.`,
  };
}
