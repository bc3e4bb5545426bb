/*
 * Our real firmware as the application of a virtual board: the host program (`leitstand-node`) on a pty. It reads its settings from the board's
 * partition `cfg` and leaves them there when it is stopped, so that what was flashed is what it knows, and what it was told survives a reset. Its network is there as soon as it has a name for one; `world({ network: 'down' })` takes it away.
 */
import { constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { FirmwareNode } from '../firmware-node';
import type { JsonObject } from '../message-log';
import { until } from '../wait';
import type { BoardApp, VirtualBoard } from './virtual-board';

export type HostFirmwareOptions = {
  /** Where the settings lie in the board's flash, bytes; default: as in firmware/esp/partitions.csv. */
  readonly settings?: { readonly offset: number; readonly sizeBytes: number };
};

const defaultSettings = { offset: 0x3b2000, sizeBytes: 0x10000 };
const linkDeadlineMs = 10_000;

/** One run of the program, from a reset to the next. */
type Run = {
  readonly board: VirtualBoard;
  readonly node: FirmwareNode;
  readonly folder: string;
  readonly flashFile: string;
  /** Settles when the line is open, or the run is over. */
  connected: Promise<void> | null;
  port: ReadStream | null;
  isOver: boolean;
};

type Places = { readonly folder: string; readonly flashFile: string; readonly serial: string };

function launch(board: VirtualBoard, { folder, flashFile, serial }: Places): FirmwareNode {
  try {
    return FirmwareNode.launch({
      // Without a stored id the program makes one of its MAC, and its MAC of this.
      id: `ESP_${board.mac.replaceAll(':', '').slice(-6).toUpperCase()}`,
      flash: flashFile,
      isManualClock: false,
      serial,
      board: board.chip === 'esp32c3' || board.chip === 'esp32c6' ? board.chip : 'esp32',
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export class HostFirmwareApp implements BoardApp, AsyncDisposable {
  readonly #settings: { readonly offset: number; readonly sizeBytes: number };
  #run: Run | null = null;
  #endings: Promise<unknown> = Promise.resolve();
  #starts = 0;

  constructor(options: HostFirmwareOptions = {}) {
    this.#settings = options.settings ?? defaultSettings;
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts;
  }

  /** The program of the present run, for its events and its log; null while the board runs something else. */
  get node(): FirmwareNode | null {
    return this.#run?.node ?? null;
  }

  /** Changes the world of the present run, such as `{ network: 'down' }`. */
  world(change: JsonObject): void {
    if (!this.#run) throw new Error('The firmware does not run');
    this.#run.node.world(change);
  }

  start(send: (bytes: Uint8Array) => void, board: VirtualBoard): void {
    this.#starts++;
    const folder = mkdtempSync(join(tmpdir(), 'leitstand-board-'));
    const flashFile = join(folder, 'cfg.bin');
    const serial = join(folder, 'serial');
    const settings = this.#settingsOf(board);
    if (settings) writeFileSync(flashFile, settings);
    const node = launch(board, { folder, flashFile, serial });
    const run: Run = { board, node, folder, flashFile, port: null, isOver: false, connected: null };
    this.#run = run;
    run.connected = this.#connect(run, serial, send);
  }

  /** Bytes that come before the program listens are lost, as on a chip that still boots. */
  feed(bytes: Uint8Array): void {
    const port = this.#run?.port;
    if (port?.writable === true) port.write(Buffer.from(bytes));
  }

  stop(): void {
    const run = this.#run;
    if (!run) return;
    this.#run = null;
    run.isOver = true;
    const killed = run.node.kill9();
    // What is in the file now is what a chip's flash would hold at this moment.
    const settings = this.#settingsOf(run.board);
    if (settings && existsSync(run.flashFile)) readFileSync(run.flashFile).copy(settings);
    this.#endings = Promise.all([this.#endings, this.#clean(run, killed)]);
  }

  /** Settles when no program and no file is left. Stops the board's application for good: unplug the board first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#endings;
  }

  /** The partition in the board's flash; null when the flash is too small for it. */
  #settingsOf(board: VirtualBoard): Buffer | null {
    const { offset, sizeBytes } = this.#settings;
    return board.flash.length >= offset + sizeBytes ? board.flash.subarray(offset, offset + sizeBytes) : null;
  }

  async #connect(run: Run, path: string, send: (bytes: Uint8Array) => void): Promise<void> {
    await until(() => existsSync(path) || run.isOver, linkDeadlineMs, `the firmware's serial line ${path}`);
    if (run.isOver) return;
    // Not with the serialport driver: opening, it throws away what the firmware has said by then, which a wire would have carried.
    const port = new ReadStream(openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    // A program that was killed takes the line with it.
    port.on('error', () => undefined);
    port.on('data', (bytes: Buffer) => {
      if (!run.isOver) send(bytes);
    });
    run.port = port;
  }

  async #clean(run: Run, killed: Promise<void>): Promise<void> {
    await Promise.all([killed, run.connected]);
    const { port } = run;
    if (port?.closed === false) await new Promise<void>((resolve) => port.destroy().once('close', () => resolve()));
    await rm(run.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
