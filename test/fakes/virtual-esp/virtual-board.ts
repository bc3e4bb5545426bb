/*
 * An ESP32 board as a host sees it through its serial port: ROM loader, stub loader, flash, fuses, reset circuit, and an application. It knows no
 * port: `MemorySerial` and `PtyPort` connect it. Tests of flashing and provisioning use it in place of hardware; Python's esptool proves it fair
 * (test/integration/flash/python-esptool.test.ts). Facts: docs of esptool ("Serial Protocol"), collected with their sources in issue 6.
 *
 * A board has power from `powerOn()` (its port does that) to `unplug()`; call `unplug()` at the end of a test: it stops its application and timers.
 */
import type { Clock } from '../../../src/main/clock';
import { systemClock } from '../../../src/main/clock';
import type { LineSignals } from '../../../src/main/flash/serial-driver';
import { seededRandom } from '../random';
import { newStats, noFaults, type BoardFaults, type BoardStats } from './board-faults';
import { bootLog, noApplicationLine, panicLines } from './boot-log';
import { chipModels, type ChipModel, type ChipName } from './chip-model';
import { Loader } from './loader';
import { ops, parseRequest } from './loader-protocol';
import { NorFlash } from './nor-flash';
import { garbled, NoisyLine } from './noisy-line';
import { Registers } from './registers';
import { isBootLow, nextCircuit, restingCircuit, type AutoReset } from './reset-circuit';
import { SlipDecoder, slipFrame } from './slip';

export type { BoardFaults, BoardStats } from './board-faults';
export type { ChipName } from './chip-model';

/** What runs when the flash holds an application. It is started after each reset into it, and stopped by the next one. */
export type BoardApp = {
  start(send: (bytes: Uint8Array) => void, board: VirtualBoard): void;
  feed(bytes: Uint8Array): void;
  stop(): void;
};

export type BoardMode = 'off' | 'reset' | 'app' | 'rom' | 'stub';

export type BoardOptions = {
  readonly chip: ChipName;
  /** Default 84:f7:03:01:02:03. */
  readonly mac?: string;
  /** Such as `0.3`; default: a common one of the chip. */
  readonly revision?: string;
  /** A power of two; default 4 MiB. */
  readonly flashSizeBytes?: number;
  readonly faults?: Partial<BoardFaults>;
  /** Default `classic`. `none`: the port has no modem lines. */
  readonly autoReset?: AutoReset;
  readonly app?: BoardApp;
  /** Where the application lies, bytes; default 0x10000. */
  readonly appOffset?: number;
  /** What it does when it gets power for the first time; default `app`. */
  readonly start?: 'app' | 'download';
  /** The first SYNC brings the chip from its application into download mode: for ports without modem lines. */
  readonly bootOnSync?: boolean;
  /** From the end of a reset to the first word of the ROM; IO0 is sampled then. Default 5; 0 = at once. */
  readonly bootMs?: number;
  /** From the start of the stub to its greeting. Default 2; 0 = at once. */
  readonly stubStartMs?: number;
  readonly clock?: Clock;
};

const ROM_BAUD = 115_200;
const DEFAULT_APP_OFFSET = 0x10000;
const IMAGE_MAGIC = 0xe9;
const STUB_GREETING = 'OHAI';
/** A board that finds nothing to start, or falls over, says so this often (a real one: about three times in a second). */
const RETRY_MS = 100;
const GARBAGE_SEED = 6;

export class VirtualBoard {
  readonly faults: BoardFaults;
  readonly stats: BoardStats = newStats();
  readonly mac: string;
  readonly autoReset: AutoReset;
  private readonly model: ChipModel;
  private readonly nor: NorFlash;
  private readonly registers: Registers;
  private readonly clock: Clock;
  private readonly decoder = new SlipDecoder();
  private readonly random = seededRandom(GARBAGE_SEED);
  private readonly toBoard: NoisyLine;
  private readonly toHost: NoisyLine;
  private readonly outputListeners = new Set<(bytes: Uint8Array) => void>();
  private readonly plugListeners = new Set<(isPlugged: boolean) => void>();
  private readonly cancels = new Set<() => void>();
  private circuit = restingCircuit;
  private loader: Loader | null = null;
  private app: BoardApp | null = null;
  private power: 'off' | 'reset' | 'app' | 'loader' = 'off';
  private plugged = true;
  private hasStarted = false;
  private baud = ROM_BAUD;
  private hostBaud = ROM_BAUD;
  private isBaudKnown = false;

  constructor(private readonly options: BoardOptions) {
    this.faults = { ...noFaults, ...options.faults };
    this.mac = options.mac ?? '84:f7:03:01:02:03';
    this.autoReset = options.autoReset ?? 'classic';
    this.clock = options.clock ?? systemClock;
    this.model = chipModels[options.chip];
    this.nor = new NorFlash(options.flashSizeBytes ?? 4 * 1024 * 1024, this.faults, this.stats);
    this.registers = new Registers(this.model, this.nor);
    this.toBoard = new NoisyLine(this.faults);
    this.toHost = new NoisyLine(this.faults);
  }

  get flash(): Buffer {
    return this.nor.bytes;
  }

  get isPlugged(): boolean {
    return this.plugged;
  }

  get mode(): BoardMode {
    if (this.power !== 'loader') return this.power;
    return this.loader?.isStub === true ? 'stub' : 'rom';
  }

  /** Speed at which the board talks now; a USB-Serial/JTAG has none and takes every one. */
  get lineBaud(): number {
    return this.baud;
  }

  /** Gives it power, unless it has it or is unplugged. */
  powerOn(): void {
    if (!this.plugged || this.power !== 'off') return;
    const isFirst = !this.hasStarted;
    this.hasStarted = true;
    this.boot(isFirst && this.options.start === 'download' ? 'download' : 'app');
  }

  /** Bytes from the host, at the speed that it has set. */
  feed(bytes: Uint8Array): void {
    const { faults, stats } = this;
    if (!this.plugged) return;
    for (const piece of this.piecesUntilFault(bytes)) {
      const isLost = faults.dropAfterBytes !== null && stats.bytesReceived >= faults.dropAfterBytes;
      stats.bytesReceived += piece.length;
      if (!isLost) this.hear(this.toBoard.pass(piece, this.hostBaud));
      if (faults.unplugAfterBytes !== null && stats.bytesReceived >= faults.unplugAfterBytes) {
        faults.unplugAfterBytes = null;
        this.unplug();
        return;
      }
    }
  }

  /** Told what the board says. Returns how to stop listening. */
  onOutput(listener: (bytes: Uint8Array) => void): () => void {
    this.outputListeners.add(listener);
    return () => void this.outputListeners.delete(listener);
  }

  /** Told when the cable is pulled or put in. Returns how to stop listening. */
  onPlug(listener: (isPlugged: boolean) => void): () => void {
    this.plugListeners.add(listener);
    return () => void this.plugListeners.delete(listener);
  }

  /** The host sets both modem lines; true = asserted. */
  setSignals(signals: LineSignals): void {
    if (!this.plugged) return;
    this.stats.signals.push(`${signals.dtr ? 1 : 0}${signals.rts ? 1 : 0}`);
    const { state, event } = nextCircuit(this.autoReset, this.circuit, signals);
    this.circuit = state;
    if (event === 'nothing' || this.power === 'off' || (this.faults.stuckInStub && this.mode === 'stub')) return;
    if (event === 'hold') return this.hold();
    if (this.power !== 'reset') this.hold();
    const { release } = event;
    this.soon(this.options.bootMs ?? 5, () =>
      this.boot(release === 'sampled' ? (isBootLow(this.circuit.signals) ? 'download' : 'app') : release),
    );
  }

  setHostBaud(baud: number): void {
    this.hostBaud = baud;
  }

  /** A finger holds BOOT, taps RESET, and lets go. */
  holdBootAndReset(): void {
    this.restart('download');
  }

  /** A finger taps RESET. */
  pressReset(): void {
    this.restart('app');
  }

  /** The cable is pulled: no power, no port. */
  unplug(): void {
    if (!this.plugged) return;
    this.plugged = false;
    this.halt();
    this.power = 'off';
    this.circuit = restingCircuit;
    for (const listener of this.plugListeners) listener(false);
  }

  /** The cable is put in again; it starts its application. */
  plugIn(): void {
    if (this.plugged) return;
    this.plugged = true;
    this.powerOn();
    for (const listener of this.plugListeners) listener(true);
  }

  private restart(mode: 'app' | 'download'): void {
    if (this.power === 'off') return;
    this.hold();
    this.soon(this.options.bootMs ?? 5, () => this.boot(mode));
  }

  private hold(): void {
    this.halt();
    this.power = 'reset';
    this.stats.resets++;
  }

  /** Everything that runs ends. */
  private halt(): void {
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
    this.loader?.kill();
    this.loader = null;
    this.app?.stop();
    this.app = null;
  }

  private boot(mode: 'app' | 'download'): void {
    this.halt();
    this.decoder.clear();
    this.baud = ROM_BAUD;
    this.isBaudKnown = false;
    this.registers.reset({
      name: this.options.chip,
      mac: this.mac,
      revision: this.options.revision ?? this.model.defaultRevision,
      isUsb: this.autoReset === 'usb_jtag',
    });
    this.registers.burn(this.faults);
    this.registers.setBaud(this.baud);
    this.power = mode === 'app' ? 'app' : 'loader';
    if (mode === 'download') this.loader = this.newLoader();
    this.sayText(bootLog(this.model, mode));
    if (mode === 'app') this.startApplication();
  }

  private startApplication(): void {
    const hasImage = this.nor.read(this.options.appOffset ?? DEFAULT_APP_OFFSET, 1)[0] === IMAGE_MAGIC;
    const complaint = hasImage ? panicLines : noApplicationLine;
    if (!hasImage || this.faults.bootLoop) {
      this.sayText(complaint);
      this.cancels.add(this.clock.every(RETRY_MS, () => this.sayText(bootLog(this.model, 'app') + complaint)));
      return;
    }
    if (!this.options.app) return;
    this.app = this.options.app;
    const started = this.app;
    started.start((bytes) => {
      if (this.app === started && this.power === 'app') this.say(bytes);
    }, this);
  }

  private newLoader(): Loader {
    const loader = new Loader({
      model: this.model,
      flash: this.nor,
      registers: this.registers,
      faults: this.faults,
      stats: this.stats,
      send: (payload) => this.say(slipFrame(payload)),
      setBaud: (baud) => {
        this.baud = baud;
        this.isBaudKnown = true;
        this.registers.setBaud(baud);
      },
      restart: () => this.restart('app'),
      startStub: () => this.soon(this.options.stubStartMs ?? 2, () => this.say(slipFrame(Buffer.from(STUB_GREETING)))),
    });
    return loader;
  }

  private hear(bytes: Uint8Array): void {
    if (this.faults.garbage) return this.say(Uint8Array.from(bytes, () => Math.floor(this.random() * 256)));
    if (this.power === 'off' || this.power === 'reset') return;
    if (!this.hasSameBaud()) {
      this.stats.garbledBytes += bytes.length;
      this.decoder.clear();
      return;
    }
    if (this.power === 'app') this.app?.feed(bytes);
    if (this.power === 'app' && this.options.bootOnSync !== true) return;
    for (const frame of this.decoder.take(bytes)) this.takeFrame(frame);
  }

  private takeFrame(frame: Buffer): void {
    const isSync = parseRequest(frame)?.op === ops.sync;
    if (this.power === 'app' && isSync) this.boot('download');
    if (isSync) this.isBaudKnown = true;
    this.loader?.take(frame);
  }

  /** The ROM measures the host's speed until it has heard a SYNC; from then on, and elsewhere, both must agree (within 3 %, as UARTs do). */
  private hasSameBaud(): boolean {
    if (this.autoReset === 'usb_jtag') return true;
    if (this.power === 'loader' && !this.isBaudKnown) this.baud = this.hostBaud;
    return Math.abs(this.hostBaud - this.baud) <= 0.03 * this.baud;
  }

  private say(bytes: Uint8Array): void {
    const { faults, stats } = this;
    const isLost = faults.dropAfterBytes !== null && stats.bytesReceived >= faults.dropAfterBytes;
    if (!this.plugged || faults.silent || isLost) return;
    const isReadable = this.autoReset === 'usb_jtag' || Math.abs(this.hostBaud - this.baud) <= 0.03 * this.baud;
    if (!isReadable) stats.garbledBytes += bytes.length;
    const arriving = isReadable ? this.toHost.pass(bytes, this.baud) : garbled(bytes);
    if (arriving.length === 0) return;
    stats.bytesSent += arriving.length;
    for (const listener of this.outputListeners) listener(arriving);
  }

  private sayText(text: string): void {
    this.say(Buffer.from(text, 'latin1'));
  }

  /** These bytes, cut where a fault takes effect. */
  private piecesUntilFault(bytes: Uint8Array): Uint8Array[] {
    const { faults, stats } = this;
    const cuts = [faults.dropAfterBytes, faults.unplugAfterBytes]
      .map((at) => (at === null ? 0 : at - stats.bytesReceived))
      .filter((at) => at > 0 && at < bytes.length)
      .sort((a, b) => a - b);
    const edges = [0, ...cuts, bytes.length];
    return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
  }

  /** Runs unless a reset comes first; with 0 at once. */
  private soon(ms: number, action: () => void): void {
    if (ms === 0) return action();
    const cancel = this.clock.after(ms, () => {
      this.cancels.delete(cancel);
      action();
    });
    this.cancels.add(cancel);
  }
}
