/*
 * One conversation with a chip's loader: from a leased port to a stub that takes commands at the fastest speed that works, and back to a running
 * application. Owns the open line. Used by the flash job and by `inspect`; expected failures are thrown as in loader-faults.ts and turned
 * into sentences by flash-failure-rules.ts.
 */
import { ESPLoader, UnexpectedChipIdError, UnexpectedChipMagicError } from 'esptool-js';
import { flashBauds } from '../../shared/api/flash';
import { jobFailure } from '../../shared/domain/job-errors';
import { must } from '../../shared/domain/assert';
import type { Clock } from '../clock';
import { readChip, readSecurity, type ConnectedChip } from './chip-facts';
import type { PortLease } from './flash-room';
import { LoaderCommands, classified } from './loader-commands';
import { ChipRefusal, JobFault, LineTrouble, valueOf } from './loader-faults';
import { QuickTransport } from './quick-transport';
import { hardReset, loaderReset } from './reset-rules';
import { playReset, wait } from './reset';
import { LineError, type SerialLine } from './serial-driver';

/** Speed at which every ROM loader starts. */
export const ROM_BAUD = 115_200;
/** A technician who is told to hold BOOT must find the button, with gloves on. */
export const CONNECT_DEADLINE_MS = 60_000;
/** Attempts with modem lines before the technician is asked for help. */
const ATTEMPTS_WITHOUT_HELP = 2;
/** Between attempts, so that a line that fails at once does not spin. */
const ATTEMPT_PAUSE_MS = 50;
/** The chip switches its UART after its answer has left (esptool). */
const BAUD_SETTLE_MS = 50;
const BAUD_DRAIN_MS = 20;
/** What is exchanged before a new speed is trusted: so many register reads, and a piece of flash with its MD5 (0.1 s at 921600). */
const TRIAL_READS = 8;
const TRIAL_BYTES = 8192;
/** The same on all chips and never the same on two: what a ROM is recognised by. */
const MAGIC_REGISTER = 0x4000_1000;

/** Remembers the fastest speed that worked with an adapter. */
export type SpeedMemory = {
  readonly recall: (adapterKey: string) => number | null;
  readonly remember: (adapterKey: string, baud: number) => void;
};

export type LoaderParts = {
  readonly lease: PortLease;
  readonly clock: Clock;
  readonly speeds: SpeedMemory;
  /** Stops everything but `restart`; its reason is thrown. */
  readonly signal: AbortSignal;
  readonly onHint: (hint: 'hold_boot' | null) => void;
};

type Link = { readonly loader: ESPLoader; readonly transport: QuickTransport; readonly commands: LoaderCommands };

const silentTerminal = { clean: () => undefined, writeLine: () => undefined, write: () => undefined };

/** The loader of the chip behind one leased port. */
export class LoaderSession {
  private line: SerialLine | null = null;
  private link: Link | null = null;
  private speed = ROM_BAUD;
  private canReset = true;
  private hasOpened = false;

  constructor(private readonly parts: LoaderParts) {}

  /** What the line runs at; null over a chip's own USB, which has no speed of its own. */
  get baud(): number | null {
    return this.parts.lease.isNativeUsb ? null : this.speed;
  }

  /** False once the port has shown that it has no modem lines. */
  get hasModemLines(): boolean {
    return this.canReset;
  }

  get commands(): LoaderCommands {
    return must(this.link, 'connect() comes first').commands;
  }

  /** Resets the chip into its loader, starts the stub, reads what the chip is, and finds the speed: at most `maxBaud`. */
  async connect(maxBaud: number, deadlineMs = CONNECT_DEADLINE_MS): Promise<ConnectedChip> {
    const untilMs = this.parts.clock.monotonic() + deadlineMs;
    const chip = await this.translated(async () => {
      const { loader } = await this.reach(untilMs);
      return await this.startStub(loader);
    });
    // Without flash there is nothing to try a speed on, and nothing to write.
    if (!this.parts.lease.isNativeUsb && chip.facts.flashSizeBytes !== null) await this.speedUp(maxBaud, untilMs);
    return chip;
  }

  /**
   * Leaves the loader, so that the application runs; without modem lines by a command, which not every stub obeys. Works after the session was
   * stopped, too. Throws nothing but what a line in use throws.
   */
  async restart(): Promise<void> {
    const { clock, lease } = this.parts;
    const { line, link } = this;
    if (!line) return;
    if (!this.canReset && link) await this.rebootByCommand(link);
    this.leave();
    await line.setBaudRate(ROM_BAUD);
    this.speed = ROM_BAUD;
    if (this.canReset) await playReset(line, hardReset(lease.isNativeUsb), clock);
  }

  /** The line after `restart`, for reading the boot log; opened anew when the chip's own USB has gone with the reset. */
  async openLine(): Promise<SerialLine> {
    this.line ??= await this.open();
    return this.line;
  }

  /** Ends the conversation. The lease closes the line. */
  leave(): void {
    this.link?.transport.detach();
    this.link = null;
  }

  /** After a fault, or to begin anew: the next use opens the port again, which may come back under a new handle. */
  async abandonLine(): Promise<void> {
    const { line } = this;
    this.leave();
    this.line = null;
    await line?.close();
  }

  private async open(): Promise<SerialLine> {
    const opened = await this.parts.lease.open(ROM_BAUD);
    // It was there before: not missing, but pulled.
    if (!opened.ok && opened.error.code === 'port_absent' && this.hasOpened)
      throw new JobFault({ ...opened.error, code: 'port_vanished' });
    const line = valueOf(opened);
    this.hasOpened = true;
    line.onClose(() => {
      if (this.line === line) this.line = null;
    });
    return line;
  }

  /** Tries to reach the loader again and again, until the deadline. */
  private async reach(untilMs: number): Promise<Link> {
    const { clock, signal, onHint } = this.parts;
    let isFresh = false; // it has come back from a reset: one more would only make it go again
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        const link = await this.attempt(attempt, isFresh);
        isFresh = false;
        if (link) {
          onHint(null);
          return link;
        }
      } catch (error) {
        if (!(error instanceof LineError) || signal.aborted) throw error;
        await this.abandonLine();
        isFresh = true;
      }
      if (!this.canReset || attempt + 1 >= ATTEMPTS_WITHOUT_HELP) onHint('hold_boot');
      if (clock.monotonic() >= untilMs) throw new JobFault(noAnswer(this.canReset));
      await wait(clock, ATTEMPT_PAUSE_MS, signal);
    }
  }

  /** One reset and five SYNCs; null when no loader answers. */
  private async attempt(attempt: number, isFresh: boolean): Promise<Link | null> {
    const { lease, clock, signal } = this.parts;
    this.leave();
    const line = await this.openLine();
    await line.setBaudRate(ROM_BAUD);
    this.speed = ROM_BAUD;
    const transport = new QuickTransport(line, clock, signal);
    transport.attach();
    const loader = new ESPLoader({ transport, baudrate: ROM_BAUD, romBaudrate: ROM_BAUD, terminal: silentTerminal });
    this.link = { loader, transport, commands: new LoaderCommands(loader, transport) };
    if (!isFresh) this.canReset = await playReset(line, loaderReset(lease.isNativeUsb, attempt), clock, signal);
    try {
      await loader.connect('no_reset', 1);
      return this.link;
    } catch (error) {
      if (transport.failure) throw transport.failure;
      if (error instanceof UnexpectedChipIdError || error instanceof UnexpectedChipMagicError)
        throw new JobFault(unknownChip().error);
      const trouble = classified(error);
      if (!(trouble instanceof LineTrouble || trouble instanceof ChipRefusal)) throw error;
      return null;
    }
  }

  private async startStub(loader: ESPLoader): Promise<ConnectedChip> {
    const security = await readSecurity(loader);
    if (loader.secureDownloadMode || security?.parsedFlags.SECURE_DOWNLOAD_ENABLE === true)
      throw new JobFault(secureDownload(loader.chip.CHIP_NAME));
    await this.runStub(loader);
    return await readChip(loader, security);
  }

  private async runStub(loader: ESPLoader): Promise<void> {
    await loader.chip.postConnect?.(loader);
    await loader.runStub();
    if (!loader.IS_STUB) throw new JobFault(unknownChip(loader.chip.CHIP_NAME).error);
  }

  /** From the fastest speed down to the first at which a checked exchange succeeds. */
  private async speedUp(maxBaud: number, untilMs: number): Promise<void> {
    const candidates = flashBauds.filter((candidate) => candidate <= maxBaud);
    for (const baud of candidates) {
      if (baud === ROM_BAUD || (await this.tries(baud))) {
        this.remember(baud, baud !== candidates[0]);
        return;
      }
      await this.translated(async () => {
        const { loader } = await this.reach(untilMs);
        await this.runStub(loader);
      });
    }
  }

  /** A speed that was asked for says nothing about faster ones. */
  private remember(baud: number, hasFasterFailed: boolean): void {
    const { lease, speeds } = this.parts;
    const known = speeds.recall(lease.adapterKey);
    const isFaster = known === null ? baud === flashBauds[0] : baud > known;
    if (hasFasterFailed || isFaster) speeds.remember(lease.adapterKey, baud);
  }

  private async tries(baud: number): Promise<boolean> {
    const { transport, commands } = must(this.link, 'the stub runs');
    try {
      const magic = await commands.register(MAGIC_REGISTER);
      await commands.changeBaud(baud, this.speed);
      await transport.pause(BAUD_SETTLE_MS);
      await transport.changeBaudrate(baud);
      this.speed = baud;
      await transport.drainInput(BAUD_DRAIN_MS, 5 * BAUD_DRAIN_MS);
      for (let read = 0; read < TRIAL_READS; read += 1)
        if ((await commands.register(MAGIC_REGISTER)) !== magic) return false;
      await commands.read(0, TRIAL_BYTES, () => undefined);
      return true;
    } catch (error) {
      if (error instanceof LineTrouble || error instanceof ChipRefusal) return false;
      // Not every adapter, or its driver, knows every speed: it refuses to be set to it, and is still there.
      if (error instanceof LineError && !error.isUnplugged && !transport.failure) return false;
      throw error;
    }
  }

  /** The library's errors become ours. */
  private async translated<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw this.link?.transport.failure ?? classified(error);
    }
  }

  private async rebootByCommand({ commands, transport }: Link): Promise<void> {
    if (transport.failure) return;
    try {
      await commands.reboot();
    } catch (error) {
      // It went before it answered, or does not know how.
      const known = classified(error);
      if (!(known instanceof LineTrouble || known instanceof ChipRefusal)) throw error;
    }
  }
}

function noAnswer(hasModemLines: boolean) {
  const message = hasModemLines
    ? 'No chip answers on this port. Hold the BOOT key of the board, press RESET once, let go of BOOT, and try again. If that does not help, try another cable: some carry power only.'
    : 'No chip answers, and this port cannot reset the board. Hold the BOOT key of the board, press RESET once, let go of BOOT, and try again.';
  return jobFailure('no_answer', message, { hasModemLines }).error;
}

function secureDownload(chip: string) {
  const message = `This ${chip} is in secure download mode: it lets nobody read or replace what is in its flash over USB. Use another board.`;
  return jobFailure('secure_download', message, { chip }, false).error;
}

function unknownChip(chip = 'an unknown chip') {
  const message = `A loader answers, but it belongs to ${chip}, for which this console has no stub loader. Flash that board with Espressif's esptool.`;
  return jobFailure('wrong_chip', message, { chip, expected: 'ESP' }, false);
}
