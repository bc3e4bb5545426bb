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
import { newStats, noFaults, type BoardFaults, type BoardStats } from './board-faults';
import { BoardLine } from './board-line';
import { bootLog, noApplicationLine, panicLines } from './boot-log';
import { chipModels, type ChipModel, type ChipName } from './chip-model';
import { Loader } from './loader';
import { ops, parseRequest } from './loader-protocol';
import { NorFlash } from './nor-flash';
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
  /** The port goes away with each reset and comes back after this time, as that of a chip with USB-OTG does; default: it stays. Not for a pty. */
  readonly reenumerateMs?: number;
  readonly clock?: Clock;
};

const DEFAULT_APP_OFFSET = 0x10000;
const IMAGE_MAGIC = 0xe9;
const STUB_GREETING = 'OHAI';
/** A board that finds nothing to start, or falls over, says so this often (a real one: about three times in a second). */
const RETRY_MS = 100;

export class VirtualBoard {
  readonly faults: BoardFaults;
  readonly stats: BoardStats = newStats();
  readonly chip: ChipName;
  readonly mac: string;
  readonly autoReset: AutoReset;
  private readonly model: ChipModel;
  private readonly nor: NorFlash;
  private readonly registers: Registers;
  private readonly clock: Clock;
  private readonly decoder = new SlipDecoder();
  private readonly line: BoardLine;
  private readonly plugListeners = new Set<(isPlugged: boolean) => void>();
  private readonly cancels = new Set<() => void>();
  private circuit = restingCircuit;
  private loader: Loader | null = null;
  private app: BoardApp | null = null;
  private power: 'off' | 'reset' | 'app' | 'loader' = 'off';
  private plugged = true;
  private hasStarted = false;
  private isPortAway = false;
  private cancelReturn: () => void = () => undefined;

  constructor(private readonly options: BoardOptions) {
    this.faults = { ...noFaults, ...options.faults };
    this.chip = options.chip;
    this.mac = options.mac ?? '84:f7:03:01:02:03';
    this.autoReset = options.autoReset ?? 'classic';
    this.clock = options.clock ?? systemClock;
    this.model = chipModels[options.chip];
    this.nor = new NorFlash(options.flashSizeBytes ?? 4 * 1024 * 1024, this.faults, this.stats, () => this.unplug());
    this.registers = new Registers(this.model, this.nor);
    this.line = new BoardLine(this.faults, this.stats, this.autoReset !== 'usb_jtag');
  }

  get flash(): Buffer {
    return this.nor.bytes;
  }

  /** Whether its port is there. */
  get isPlugged(): boolean {
    return this.plugged && !this.isPortAway;
  }

  get mode(): BoardMode {
    if (this.power !== 'loader') return this.power;
    return this.loader?.isStub === true ? 'stub' : 'rom';
  }

  /** Speed at which the board talks now; a USB-Serial/JTAG has none and takes every one. */
  get lineBaud(): number {
    return this.line.baud;
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
    if (!this.isPlugged) return;
    const isPulled = this.line.receive(bytes, (heard) => this.hear(heard));
    if (isPulled) this.unplug();
  }

  /** Told what the board says. Returns how to stop listening. */
  onOutput(listener: (bytes: Uint8Array) => void): () => void {
    return this.line.onOutput(listener);
  }

  /** Told when the cable is pulled or put in. Returns how to stop listening. */
  onPlug(listener: (isPlugged: boolean) => void): () => void {
    this.plugListeners.add(listener);
    return () => void this.plugListeners.delete(listener);
  }

  /** The host sets both modem lines; true = asserted. */
  setSignals(signals: LineSignals): void {
    if (!this.isPlugged) return;
    this.stats.signals.push(`${signals.dtr ? 1 : 0}${signals.rts ? 1 : 0}`);
    const { state, event } = nextCircuit(this.autoReset, this.circuit, signals);
    this.circuit = state;
    if (event === 'nothing' || this.power === 'off' || (this.faults.stuckInStub && this.mode === 'stub')) return;
    if (event === 'hold') return this.hold();
    if (this.power !== 'reset') this.hold();
    this.bootSoon(event.release);
  }

  setHostBaud(baud: number): void {
    this.line.hostBaud = baud;
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
    const wasThere = this.isPlugged;
    this.plugged = false;
    this.isPortAway = false;
    this.cancelReturn();
    this.halt();
    this.power = 'off';
    this.circuit = restingCircuit;
    if (wasThere) this.tellPlug();
  }

  /** The cable is put in again; it starts its application. */
  plugIn(): void {
    if (this.plugged) return;
    this.plugged = true;
    this.powerOn();
    this.tellPlug();
  }

  private restart(into: 'app' | 'download' | 'sampled'): void {
    if (this.power === 'off') return;
    this.hold();
    this.bootSoon(into);
  }

  /** `sampled`: the level counts that IO0 has once EN has risen. */
  private bootSoon(into: 'app' | 'download' | 'sampled'): void {
    this.soon(this.options.bootMs ?? 5, () => {
      const isLow = this.autoReset === 'classic' && isBootLow(this.circuit.signals);
      this.boot(into === 'sampled' ? (isLow ? 'download' : 'app') : into);
    });
  }

  private hold(): void {
    this.halt();
    this.power = 'reset';
    this.stats.resets++;
    if (this.options.reenumerateMs !== undefined) this.leavePort(this.options.reenumerateMs);
  }

  private leavePort(forMs: number): void {
    this.cancelReturn();
    this.cancelReturn = this.clock.after(forMs, () => {
      this.isPortAway = false;
      this.tellPlug();
    });
    if (this.isPortAway) return;
    this.isPortAway = true;
    this.tellPlug();
  }

  private tellPlug(): void {
    for (const listener of this.plugListeners) listener(this.isPlugged);
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
    this.nor.configuredBytes = this.nor.bytes.length;
    this.line.reset(mode === 'download');
    this.registers.reset({
      name: this.options.chip,
      mac: this.mac,
      revision: this.options.revision ?? this.model.defaultRevision,
      isUsb: this.autoReset === 'usb_jtag',
    });
    this.registers.burn(this.faults);
    this.registers.setBaud(this.line.baud);
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
        this.line.settle(baud);
        this.registers.setBaud(baud);
      },
      restart: (into) => this.restart(into),
      startStub: () => this.soon(this.options.stubStartMs ?? 2, () => this.say(slipFrame(Buffer.from(STUB_GREETING)))),
    });
    return loader;
  }

  private hear(bytes: Uint8Array): void {
    if (this.power === 'off' || this.power === 'reset') return;
    if (this.power === 'app') this.app?.feed(bytes);
    if (this.power === 'app' && this.options.bootOnSync !== true) return;
    for (const frame of this.decoder.take(bytes)) this.takeFrame(frame);
  }

  private takeFrame(frame: Buffer): void {
    const isSync = parseRequest(frame)?.op === ops.sync;
    if (this.power === 'app' && isSync) this.boot('download');
    // From its first SYNC on the ROM knows the host's speed.
    if (isSync) this.line.settle();
    this.loader?.take(frame);
  }

  private say(bytes: Uint8Array): void {
    if (this.isPlugged) this.line.say(bytes);
  }

  private sayText(text: string): void {
    this.say(Buffer.from(text, 'latin1'));
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
