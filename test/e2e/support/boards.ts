/*
 * Boards on USB cables, for tests of commissioning: virtual chips on real ptys with our real firmware as their application, and a hand that plugs,
 * pulls, and presses the keys. A pty has no modem lines, so a restart into the firmware always takes a finger; `Boards` keeps one ready.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from '@playwright/test';
import type { SetupJob } from '../../../src/shared/api/commissioning';
import type { FlashJob } from '../../../src/shared/api/flash';
import type { ConsoleClient } from '../../fakes/console-client';
import { openTempDir, type TempDir } from '../../fakes/temp-dir';
import type { BoardEnd } from '../../fakes/virtual-esp/board-end';
import { HostFirmwareApp } from '../../fakes/virtual-esp/host-firmware-app';
import { PacedLine } from '../../fakes/virtual-esp/paced-line';
import { ptySkipReason, PtyPort } from '../../fakes/virtual-esp/pty-port';
import { RadioApp } from '../../fakes/virtual-esp/radio-app';
import { VirtualBoard, type ChipName } from '../../fakes/virtual-esp/virtual-board';
import { must, until } from '../../fakes/wait';

const firmwareImage = resolve(import.meta.dirname, '../../../resources/firmware/esp32c3/merged.bin');
const plugDeadlineMs = 10_000;
/** A person would look about as often. */
const fingerLooksMs = 100;

/** Leaves the test out, visibly, where there can be no boards. */
export function skipWithoutBoards(): void {
  const reason = ptySkipReason() ?? (process.env['LEITSTAND_SKIP_NODE_PROGRAM'] || undefined);
  if (reason !== undefined) console.warn(`Skipped, no boards: ${reason}`);
  test.skip(reason !== undefined, `no boards: ${reason}`);
}

export type BoardKind = {
  /** Default `esp32c3`. */
  readonly chip?: ChipName;
  /** Default: the first contact brings it into download mode. Else somebody has to hold BOOT and tap RESET. */
  readonly needsFinger?: boolean;
  /** Our firmware for the C3 is on it already; default: blank. */
  readonly hasFirmware?: boolean;
  /** Its line takes as long as a real one; default: as fast as the machine. */
  readonly isPaced?: boolean;
};

/** The network at the place of the boards. */
export const wifi = { ssid: 'Greenhouse', password: 'tomatoes', rssiDbm: -61 };

/** One board, blank at first, with the socket that it is plugged into. */
export class UsbBoard {
  readonly chip: VirtualBoard;
  readonly #firmware = new HostFirmwareApp();
  readonly #end: BoardEnd;
  #port: PtyPort | null = null;

  constructor(
    readonly path: string,
    { chip = 'esp32c3', needsFinger = false, hasFirmware = false, isPaced = false }: BoardKind,
    number: number,
  ) {
    this.chip = new VirtualBoard({
      chip,
      mac: `84:f7:03:0a:0b:${(0x10 + number).toString(16)}`,
      autoReset: 'none',
      bootOnSync: !needsFinger,
      app: new RadioApp(this.#firmware, [wifi]),
    });
    this.#end = isPaced ? new PacedLine(this.chip) : this.chip;
    if (hasFirmware) readFileSync(firmwareImage).copy(this.chip.flash);
  }

  /** What our firmware calls itself by this chip's MAC. */
  get deviceId(): string {
    return `ESP_${this.chip.mac.replaceAll(':', '').slice(-6).toUpperCase()}`;
  }

  async plugIn(): Promise<void> {
    this.#port = await PtyPort.open(this.#end, { link: this.path });
    this.chip.plugIn();
  }

  async unplug(): Promise<void> {
    const port = this.#port;
    this.#port = null;
    await port?.close();
  }

  /** A finger holds BOOT and taps RESET. */
  holdBootAndReset(): void {
    this.chip.holdBootAndReset();
  }

  async dispose(): Promise<void> {
    await this.unplug();
    await this.#firmware[Symbol.asyncDispose]();
  }
}

export class Boards implements AsyncDisposable {
  readonly #all: UsbBoard[];
  #isOver = false;
  #finger: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folder: TempDir,
    kinds: readonly BoardKind[],
  ) {
    this.#all = kinds.map((kind, index) => new UsbBoard(join(folder.path, `usb${index}`), kind, index));
  }

  /** Makes the boards and their sockets; none is plugged in. */
  static async make(...kinds: readonly BoardKind[]): Promise<Boards> {
    return new Boards(await openTempDir('usb'), kinds);
  }

  /** For `--serial-port`. */
  get paths(): readonly string[] {
    return this.#all.map(({ path }) => path);
  }

  board(index: number): UsbBoard {
    return must(this.#all[index], `board ${index}`);
  }

  async plugInAll(): Promise<void> {
    for (const board of this.#all) await board.plugIn();
  }

  /**
   * From now on a finger taps RESET on each board that the console has asked to restart, and, with `boot`, holds BOOT where a job asks for it: a
   * stub that an earlier look has left behind talks at another speed.
   */
  helpByHand(client: ConsoleClient, keys: 'reset' | 'boot and reset' = 'boot and reset'): void {
    const watch = async (): Promise<void> => {
      while (!this.#isOver) {
        await this.#press(client, keys).catch(() => undefined); // a console that is away for a moment is asked again
        await pause(fingerLooksMs);
      }
    };
    this.#finger = watch();
  }

  async #press(client: ConsoleClient, keys: 'reset' | 'boot and reset'): Promise<void> {
    for (const { port, hint } of await client.call<readonly FlashJob[]>('GET', '/flash/jobs')) {
      const board = this.#all.find(({ path }) => path === port)?.chip;
      if (!board) continue;
      if (hint === 'press_reset' && board.mode !== 'app') board.pressReset();
      if (keys !== 'reset' && hint === 'hold_boot' && board.mode !== 'rom') board.holdBootAndReset();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#finger;
    for (const board of this.#all) await board.dispose();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Waits until the console says that nothing is plugged in at this path, or that something is. */
export async function portWhen(client: ConsoleClient, path: string, isPresent: boolean): Promise<void> {
  type List = { readonly ports: readonly { readonly path: string; readonly isPresent: boolean }[] };
  await until(
    async () => {
      const { ports } = await client.call<List>('GET', '/flash/ports');
      return ports.find((port) => port.path === path)?.isPresent === isPresent;
    },
    plugDeadlineMs,
    `${path} to be ${isPresent ? 'plugged in' : 'unplugged'}`,
  );
}

/** The newest setup, once it fits. */
export async function setupWhen(
  client: ConsoleClient,
  fits: (job: SetupJob) => boolean,
  deadlineMs = 30_000,
): Promise<SetupJob> {
  return until(
    async () => {
      const [job] = await client.call<readonly SetupJob[]>('GET', '/setups');
      if (job && fits(job)) return job;
      throw new Error(JSON.stringify(job));
    },
    deadlineMs,
    'the setup to get there',
  );
}
