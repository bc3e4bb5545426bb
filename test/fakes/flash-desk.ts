/*
 * A desk for black-box tests of flashing: the console as a process with its own broker, serial ports that only --serial-port knows, virtual boards
 * that are plugged into them, and the technician's finger. The console is used through its HTTP interface alone.
 */
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetupJob } from '../../src/shared/api/commissioning';
import type { FlashJob, PortList } from '../../src/shared/api/flash';
import type { ConsoleClient } from './console-client';
import type { DeviceAnswer } from './console-answers';
import type { JsonObject } from './message-log';
import { SetupFinger } from './setup-finger';
import { Stage } from './stage';
import { openTempDir, type TempDir } from './temp-dir';
import { PluggedBoard, type PluggedOptions } from './virtual-esp/plugged-board';
import { must, until } from './wait';

/** What is left of a board in the console, its broker and its process. */
export type Traces = {
  readonly hasAccount: boolean;
  /** Null: the console does not know the device. */
  readonly approval: DeviceAnswer['approval'] | null;
  readonly use: string;
  readonly openHandles: number;
  /** In DATA/images and DATA/backups. */
  readonly files: readonly string[];
};

/** What must be left when a setup has failed. */
export const noTraces: Traces = { hasAccount: false, approval: null, use: 'free', openHandles: 0, files: [] };

/** A port is looked for every second. */
const presenceDeadlineMs = 10_000;
/** A whole flash over a pty takes 2 s, on a machine with nothing else to do. */
const jobDeadlineMs = 50_000;

export class FlashDesk implements AsyncDisposable {
  /** In use on each port, in the order of the ports. */
  readonly #boards: (PluggedBoard | undefined)[] = [];

  private constructor(
    readonly stage: Stage,
    readonly paths: readonly string[],
    private readonly folder: TempDir,
  ) {}

  static async open(portCount: number): Promise<FlashDesk> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await openTempDir('desk'));
    const paths = Array.from({ length: portCount }, (_, index) => join(folder.path, `tty${index}`));
    const stage = stack.use(await Stage.open('embedded', {}, { serialPorts: paths }));
    stack.move();
    return new FlashDesk(stage, paths, folder);
  }

  get client(): ConsoleClient {
    return this.stage.client;
  }

  get brokerPort(): number {
    return Number(new URL(this.stage.brokerUrl).port);
  }

  /** Puts a board on a port, in the place of the one that was there, and waits until the console sees it. */
  async plug(index: number, options: PluggedOptions = {}): Promise<PluggedBoard> {
    const path = must(this.paths[index], `port ${index}`);
    await this.#boards[index]?.[Symbol.asyncDispose]();
    const plugged = await PluggedBoard.open(path, { mac: macOf(index), ...options });
    this.#boards[index] = plugged;
    await this.present(path);
    return plugged;
  }

  async present(path: string, isPresent = true): Promise<void> {
    await until(
      async () => (await this.#port(path))?.isPresent === isPresent,
      presenceDeadlineMs,
      `${path} to be ${isPresent ? 'there' : 'gone'}`,
    );
  }

  /** The cable is put in again. */
  async plugIn(plugged: PluggedBoard): Promise<void> {
    await this.present(plugged.path, false);
    await plugged.plugIn();
    await this.present(plugged.path);
  }

  /** Settings for a device of this console's own broker. */
  settings(change: JsonObject = {}): JsonObject {
    return {
      wifi: { ssid: 'plant', password: 'tomatoes' },
      broker: { host: '127.0.0.1', port: this.brokerPort },
      ...change,
    };
  }

  start(plugged: PluggedBoard, input: JsonObject = {}): Promise<SetupJob> {
    return this.client.call('POST', '/setups', {
      port: plugged.path,
      imageId: 'auto',
      settings: this.settings(),
      ...input,
    });
  }

  retry({ id }: SetupJob): Promise<SetupJob> {
    return this.client.call('POST', `/setups/${id}/retry`, {});
  }

  /** Follows a setup with a finger on the board until it has ended; `onView` sees it on the way. */
  async ended(
    plugged: PluggedBoard,
    { id }: SetupJob,
    onView: (job: SetupJob) => unknown = () => undefined,
  ): Promise<SetupJob> {
    const finger = new SetupFinger(plugged.board);
    return this.#follow<SetupJob>(`/setups/${id}`, async (job) => {
      finger.see(job.state === 'flashing' ? job.flash : null);
      await onView(job);
    });
  }

  /** From the start to the end. */
  async setUp(plugged: PluggedBoard, input: JsonObject = {}): Promise<SetupJob> {
    return this.ended(plugged, await this.start(plugged, input));
  }

  /** A flash job of its own, or a backup, to its end. */
  async flashed(plugged: PluggedBoard, path: '/flash/jobs' | '/flash/backups', body: JsonObject): Promise<FlashJob> {
    const { id } = await this.client.call<FlashJob>('POST', path, { port: plugged.path, ...body });
    const finger = new SetupFinger(plugged.board);
    return this.#follow<FlashJob>(`/flash/jobs/${id}`, (job) => finger.see(job));
  }

  async traces(plugged: PluggedBoard): Promise<Traces> {
    const { client } = this;
    const accounts = await client.call<readonly { readonly username: string }[]>('GET', '/broker/accounts');
    const device = (await client.devices()).find(({ id }) => id === plugged.deviceId);
    return {
      hasAccount: accounts.some(({ username }) => username === plugged.deviceId),
      approval: device?.approval ?? null,
      use: (await this.#port(plugged.path))?.use ?? 'gone',
      openHandles: await this.#openHandles(plugged.device),
      files: [...(await this.#files('images')), ...(await this.#files('backups'))],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.folder);
    for (const board of this.#boards) if (board) stack.use(board);
    stack.use(this.stage);
  }

  async #follow<T extends { readonly finishedAt?: string | undefined }>(
    path: string,
    see: (job: T) => unknown,
  ): Promise<T> {
    let problem: unknown;
    const job = await until(
      async () => {
        const view = await this.client.call<T>('GET', path);
        try {
          await see(view);
        } catch (error) {
          problem = error;
          return view;
        }
        if (view.finishedAt === undefined) throw new Error(JSON.stringify(view));
        return view;
      },
      jobDeadlineMs,
      `${path} to end`,
    );
    if (problem !== undefined) throw problem;
    return job;
  }

  async #port(path: string): Promise<PortList['ports'][number] | undefined> {
    const { ports } = await this.client.call<PortList>('GET', '/flash/ports');
    return ports.find((port) => port.path === path);
  }

  /** Files that the console holds open on a device node. */
  async #openHandles(device: string): Promise<number> {
    const folder = `/proc/${this.stage.console.pid}/fd`;
    const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => '')));
    return targets.filter((target) => target === device || target === `${device} (deleted)`).length;
  }

  async #files(name: string): Promise<string[]> {
    const files = await readdir(join(this.stage.console.profile, name));
    return files.map((file) => `${name}/${file}`);
  }
}

/** Another one for each port. */
function macOf(index: number): string {
  return `84:f7:03:0b:0a:${(index + 1).toString(16).padStart(2, '0')}`;
}
