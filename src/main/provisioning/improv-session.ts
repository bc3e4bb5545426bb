/*
 * A conversation with the device at the other end of a cable: one request at a time, sent again where the device may not have understood it,
 * each with a deadline. Called by cable-steps.ts and by the scan. It opens the port through its lease and closes it; the lease itself is
 * released by whoever took it.
 *
 * What the device answers (firmware/core/src/serial/mod.rs): error 00 when it has understood, then the result or an error; nothing at all to a
 * damaged packet. So a request that was not understood is sent again after a second. One that was understood is not, when its work takes
 * long (join, scan), because that would begin it anew.
 */
import { jobFailure, jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import type { PortLease } from '../flash/flash-room';
import { LineError, type SerialLine } from '../flash/serial-driver';
import { encodeCommand, improvErrors, ImprovParser, rpcs, type ImprovCommand, type Received } from './improv-codec';
import { ImprovExchange, type Reply } from './improv-exchange';
import { pause } from './job-wait';
import { cancelled, deviceStoppedAnswering, portVanished, refused, silentDevice } from './provisioning-sentences';

/** Improv-Serial, and the log of our firmware. */
const BAUD = 115_200;
/** The device answers an order within milliseconds; after this long it has not understood it. */
const RESEND_MS = 1_000;
const RESENDS = 3;
/** For an answer that needs no work: the sends, and the last one's second. */
const ANSWER_MS = (RESENDS + 1) * RESEND_MS;
/** The firmware gives up a join after 30 s (requests.rs, JOIN_TIMEOUT_MS); the margin is for a busy line. */
const JOIN_MS = 35_000;
/** An active scan of all channels takes the chip 2 to 5 s; joined, it has to interrupt its traffic for it. */
const SCAN_MS = 20_000;
/** How often a device that says "busy" is asked again, and how long it is left alone before. */
const BUSY_TRIES = 5;
const BUSY_MS = 1_000;
/** A packet takes 23 ms; a half one is given up when the line has been silent this long (as the firmware does). */
const SILENCE_MS = 500;
/** After a request that was sent twice its second answer may still come; it must not be taken for that of the next one. */
const SETTLE_MS = 150;
/** Lines of the device's log that are kept for a failure's sentence. */
const KEPT_LINES = 50;

/** Deadlines of what takes longer than an answer. */
const workMs: ReadonlyMap<number, number> = new Map([
  [rpcs.setWifi, JOIN_MS],
  [rpcs.scanWifi, SCAN_MS],
]);

export class ImprovSession {
  /** What the device wrote beside its answers, oldest first. */
  readonly log: string[] = [];
  private line: SerialLine | null = null;
  private parser = new ImprovParser();
  private stopListening: (() => void)[] = [];
  private waiting: ImprovExchange | null = null;
  private isUnplugged = false;
  private hasAnswered = false;
  private cancelSilence = (): void => undefined;

  constructor(
    private readonly parts: {
      readonly lease: Pick<PortLease, 'path' | 'open'>;
      readonly clock: Clock;
      readonly signal: AbortSignal;
    },
  ) {}

  get path(): string {
    return this.parts.lease.path;
  }

  get isOpen(): boolean {
    return this.line !== null;
  }

  /** Opens the port, again after it went away. Fails with the codes `port_*`. */
  async open(): Promise<JobResult<null>> {
    if (this.line) return jobSuccess(null);
    const opened = await this.parts.lease.open(BAUD);
    if (!opened.ok) return opened;
    this.isUnplugged = false;
    this.parser = new ImprovParser();
    this.line = opened.value;
    this.stopListening = [
      opened.value.onData((bytes) => this.heard(bytes)),
      opened.value.onClose((isUnplugged) => this.closed(isUnplugged)),
    ];
    return jobSuccess(null);
  }

  /** Asks and awaits the answer. Fails with `device_refused` (details: rpc, error), `no_firmware`, `port_*` or `cancelled`. */
  async request(command: ImprovCommand): Promise<JobResult<Reply>> {
    for (let tries = 1; ; tries += 1) {
      const reply = await this.ask(command);
      if (reply.ok || tries >= BUSY_TRIES || reply.error.details['error'] !== improvErrors.busy) return reply;
      await pause(this.parts.clock, BUSY_MS, this.parts.signal);
    }
  }

  /** Closes the port; never throws. */
  async close(): Promise<void> {
    const { line } = this;
    this.forgetLine();
    try {
      await line?.close();
    } catch (error) {
      if (!(error instanceof LineError)) throw error; // it is gone already
    }
  }

  private async ask(command: ImprovCommand): Promise<JobResult<Reply>> {
    const { clock, signal } = this.parts;
    if (signal.aborted) return cancelled(signal);
    if (!this.line) return portVanished(this.path);
    const exchange = new ImprovExchange(command.rpc);
    this.waiting = exchange;
    const sent = await this.converse(exchange, encodeCommand(command));
    this.waiting = null;
    if (!sent.ok) return sent;
    if (sent.value > 1 && exchange.isOver) await pause(clock, SETTLE_MS, signal);
    return this.outcome(exchange);
  }

  /** Sends, and sends again, until the exchange is over or cannot go on; how often it was sent. */
  private async converse(exchange: ImprovExchange, bytes: Uint8Array): Promise<JobResult<number>> {
    const { clock, signal } = this.parts;
    const untilMs = clock.monotonic() + (workMs.get(exchange.rpc) ?? ANSWER_MS);
    const isOpen = (): boolean => !exchange.isOver && !signal.aborted && this.line !== null;
    let sends = 0;
    while (isOpen() && clock.monotonic() < untilMs) {
      if (sends === 0 || (sends <= RESENDS && exchange.mayBeSentAgain)) {
        sends += 1;
        const sent = await this.send(bytes);
        if (!sent.ok) return sent;
      }
      const restMs = Math.min(RESEND_MS, Math.max(0, untilMs - clock.monotonic()));
      if (isOpen()) await exchange.turn((wake) => this.wakeAfter(restMs, wake));
    }
    return jobSuccess(sends);
  }

  private outcome(exchange: ImprovExchange): JobResult<Reply> {
    const { rpc, error, results, isOver } = exchange;
    this.hasAnswered ||= isOver;
    if (error !== null) return refused(rpc, error);
    if (isOver) return jobSuccess(results);
    if (this.parts.signal.aborted) return cancelled(this.parts.signal);
    if (!this.line) return portVanished(this.path);
    return this.hasAnswered ? deviceStoppedAnswering(this.path) : silentDevice(this.path, this.log);
  }

  /** Calls `wake` after `ms` or when the job is ended; the result takes both back. */
  private wakeAfter(ms: number, wake: () => void): () => void {
    const { clock, signal } = this.parts;
    const cancel = clock.after(ms, wake);
    signal.addEventListener('abort', wake);
    return () => {
      cancel();
      signal.removeEventListener('abort', wake);
    };
  }

  /** A port whose buffer is full for good never says that the bytes have left: then the request's own deadline ends it. */
  private async send(bytes: Uint8Array): Promise<JobResult<null>> {
    const { line } = this;
    if (!line) return portVanished(this.path);
    let failed: unknown = null;
    const written = line.write(bytes).catch((error: unknown) => {
      failed = error;
    });
    await new Promise<void>((resolve) => {
      const end = (): void => {
        disarm();
        resolve();
      };
      const disarm = this.wakeAfter(RESEND_MS, end);
      void written.then(end);
    });
    if (failed === null) return jobSuccess(null);
    if (!(failed instanceof LineError)) throw failed;
    return failed.isUnplugged || this.isUnplugged
      ? portVanished(this.path)
      : jobFailure('port_failed', `The port ${this.path} failed: ${failed.message}. Plug the device in again and try again.`, { reason: failed.message }); // prettier-ignore
  }

  private heard(bytes: Uint8Array): void {
    this.cancelSilence();
    this.cancelSilence = this.parts.clock.after(SILENCE_MS, () => this.sort(this.parser.expire()));
    this.sort(this.parser.feed(bytes));
  }

  private sort(received: readonly Received[]): void {
    for (const each of received) {
      if (each.kind === 'line') this.keep(each.text);
      else this.waiting?.take(each);
    }
  }

  private keep(text: string): void {
    this.log.push(text);
    if (this.log.length > KEPT_LINES) this.log.shift();
  }

  private closed(isUnplugged: boolean): void {
    this.isUnplugged = isUnplugged;
    const { waiting } = this;
    this.forgetLine();
    waiting?.wake();
  }

  private forgetLine(): void {
    this.cancelSilence();
    for (const stop of this.stopListening.splice(0)) stop();
    this.line = null;
  }
}
