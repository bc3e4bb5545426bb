import { readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HostFirmwareApp } from './host-firmware-app';
import { PtyPort } from './pty-port';
import { VirtualBoard, type BoardApp, type BoardOptions } from './virtual-board';

export type PluggedOptions = Partial<Omit<BoardOptions, 'app'>> & {
  /** What stands between the port and the firmware, such as a `RadioApp`. */
  readonly wrap?: (firmware: HostFirmwareApp) => BoardApp;
  /** The bundled firmware of the chip is in its flash already. */
  readonly isFlashed?: boolean;
};

const firmwareFolder = join(resolve(import.meta.dirname, '../../..'), 'resources/firmware');

export type BundledPart = {
  readonly name: string;
  readonly address: number;
  readonly md5: string;
  readonly data: Buffer;
};

/** The parts of the bundled image of a chip as they lie in resources/firmware; their MD5 is that of the manifest. */
export async function bundledParts(chip: string): Promise<readonly BundledPart[]> {
  type Listed = { readonly name: string; readonly address: number; readonly md5: string; readonly file: string };
  const manifest = JSON.parse(await readFile(join(firmwareFolder, 'manifest.json'), 'utf8')) as {
    readonly chips: readonly { readonly id: string; readonly parts: readonly Listed[] }[];
  };
  const parts = manifest.chips.find(({ id }) => id === chip)?.parts ?? [];
  return Promise.all(
    parts.map(async ({ name, address, md5, file }) => ({
      name,
      address,
      md5,
      data: await readFile(join(firmwareFolder, file)),
    })),
  );
}

/**
 * A virtual board with our real firmware for its application, on a pty at a fixed path: it can be pulled and put in again, as a cable can. The port
 * has no modem lines; whoever flashes it lends it a finger (`SetupFinger`).
 */
export class PluggedBoard implements AsyncDisposable {
  #port: PtyPort;
  #device: string;

  private constructor(
    readonly path: string,
    readonly board: VirtualBoard,
    readonly app: HostFirmwareApp,
    port: PtyPort,
  ) {
    this.#port = port;
    this.#device = readlinkSync(path);
  }

  static async open(path: string, options: PluggedOptions = {}): Promise<PluggedBoard> {
    const { wrap, isFlashed = false, ...rest } = options;
    const firmware = new HostFirmwareApp();
    const app = wrap?.(firmware) ?? firmware;
    const board = new VirtualBoard({ chip: 'esp32c3', bootOnSync: true, autoReset: 'none', ...rest, app });
    if (isFlashed) for (const { address, data } of await bundledParts(board.chip)) board.flash.set(data, address);
    return new PluggedBoard(path, board, firmware, await PtyPort.open(board, { link: path }));
  }

  /** The id that our firmware takes from the MAC. */
  get deviceId(): string {
    return `ESP_${this.board.mac.replaceAll(':', '').slice(-6).toUpperCase()}`;
  }

  /** What the path leads to, or led to before the cable was pulled. */
  get device(): string {
    return this.#device;
  }

  async unplug(): Promise<void> {
    await this.#port.close();
  }

  /** A board that was pulled, or pulled its own cable as a fault, is there again and starts. */
  async plugIn(): Promise<void> {
    await this.#port.close();
    this.#port = await PtyPort.open(this.board, { link: this.path });
    this.#device = readlinkSync(this.path);
    this.board.plugIn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#port.close();
    await this.app[Symbol.asyncDispose]();
  }
}
