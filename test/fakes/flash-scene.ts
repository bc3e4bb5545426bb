/*
 * Flash jobs against virtual boards: ports in memory with one holder each, images and backups in memory, a journal that is a list. What the
 * integrated console puts in their place: PortService, ImageLibrary, Journal.
 */
import { createHash } from 'node:crypto';
import { FlashService } from '../../src/main/flash/flash-service';
import { BaudMemory } from '../../src/main/flash/baud-memory';
import type { FlashJournal } from '../../src/main/flash/flash-journal';
import type { FlashRequest, PortLease, Ports } from '../../src/main/flash/flash-room';
import type { BackupTarget, ImageSource } from '../../src/main/flash/image-source';
import type { LoadedImage } from '../../src/main/flash/loaded-image';
import type { SerialDriver, SerialLine } from '../../src/main/flash/serial-driver';
import { flashOptionsSchema, type FlashJob } from '../../src/shared/api/flash';
import { jobFailure, jobSuccess, type JobResult } from '../../src/shared/domain/job-errors';
import { chips, type ChipId } from '../../src/shared/domain/chips';
import { FastClock } from './fast-clock';
import { flashImage } from './flash-image';
import type { BoardEnd } from './virtual-esp/board-end';
import { MemorySerial } from './virtual-esp/memory-serial';
import { VirtualBoard, type BoardApp, type BoardOptions } from './virtual-esp/virtual-board';

export const PORT = '/dev/ttyVIRTUAL0';

/** How long a port may take to come back, as PortLease.open promises. */
const REOPEN_MS = 2_000;
const REOPEN_EVERY_MS = 100;

/** An application that says so when it runs, as ours does. */
export function talkingApp(): BoardApp & { starts: number } {
  const app = {
    starts: 0,
    start: (send: (bytes: Uint8Array) => void) => {
      app.starts += 1;
      send(Buffer.from('I (312) ESP_010203 1.2.3 on virtual board, boot 1\n'));
    },
    feed: () => undefined,
    stop: () => undefined,
  };
  return app;
}

export class FlashScene {
  readonly serial = new MemorySerial();
  readonly journal: Parameters<FlashJournal['add']>[0][] = [];
  readonly settings = new Map<string, string>();
  readonly images = new Map<string, LoadedImage>();
  readonly backups = new Map<string, Buffer>();
  readonly changes: FlashJob[] = [];
  readonly bugs: unknown[] = [];
  readonly boards: VirtualBoard[] = [];
  readonly held = new Set<string>();
  /** Backups that were begun and given up. */
  discarded = 0;
  readonly clock = new FastClock(10);
  /** Called at every change of a job, before the next step. */
  watch: (job: FlashJob) => void = () => undefined;
  readonly service: FlashService;

  /** `driver`: real ports in place of those in memory. `ports`: the product's leases in place of the scene's, on its clock. */
  constructor(
    options: {
      readonly driver?: SerialDriver;
      readonly images?: ImageSource;
      readonly ports?: (serial: MemorySerial, clock: FastClock) => Pick<Ports, 'lease'>;
    } = {},
  ) {
    const { driver = this.serial, images = this.imageSource(), ports } = options;
    this.service = new FlashService({
      ports: ports?.(this.serial, this.clock) ?? { lease: this.leasing(driver) },
      images,
      speeds: new BaudMemory({
        get: (key) => this.settings.get(key),
        set: (key, value) => this.settings.set(key, value),
      }),
      journal: { add: (entry) => this.journal.push(entry) },
      clock: this.clock,
      onChange: (job) => {
        this.changes.push(job);
        this.watch(job);
      },
      onBug: (error) => this.bugs.push(error),
    });
  }

  /** A board with its talking application at a port in memory; `behind` may put something between them. */
  board(
    options: BoardOptions,
    path = PORT,
    behind: (board: VirtualBoard) => BoardEnd = (board) => board,
  ): VirtualBoard {
    const board = new VirtualBoard({ bootMs: 5, stubStartMs: 0, app: talkingApp(), clock: this.clock, ...options });
    this.boards.push(board);
    this.serial.attach(path, behind(board));
    return board;
  }

  add(image: LoadedImage): LoadedImage {
    this.images.set(image.image.id, image);
    return image;
  }

  /** Starts a job, or throws when it is refused. */
  async start(
    request: Partial<Omit<FlashRequest, 'options'>> & { readonly options?: Partial<FlashRequest['options']> },
  ): Promise<FlashJob> {
    const { options, ...rest } = request;
    const started = await this.service.start(
      { port: PORT, ...rest, options: flashOptionsSchema.parse(options ?? {}) },
      'test',
    );
    if (!started.ok) throw new Error(started.error.message);
    return started.value;
  }

  /** Runs a job to its end. */
  async flash(request: Parameters<FlashScene['start']>[0]): Promise<FlashJob> {
    const { id } = await this.start(request);
    return await this.service.whenEnded(id);
  }

  /** Whether the flash holds every part of an image. */
  holds(board: VirtualBoard, image: LoadedImage): boolean {
    return image.parts.every(({ address, data }) => board.flash.subarray(address, address + data.length).equals(data));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.stop();
    for (const board of this.boards) board.unplug();
    if (this.bugs.length > 0) throw new AggregateError(this.bugs, 'bugs in jobs');
    if (this.held.size > 0) throw new Error(`Ports are still held: ${[...this.held].join(', ')}`);
  }

  private leasing(driver: SerialDriver): Ports['lease'] {
    return (path) => {
      if (this.held.has(path)) return jobFailure('port_in_use', `${path} is in use by this console.`, { path });
      this.held.add(path);
      let line: SerialLine | null = null;
      const lease: PortLease = {
        path,
        adapterKey: `adapter of ${path}`,
        isNativeUsb: this.boards.some((board) => board.autoReset === 'usb_jtag'),
        open: async (baud) => {
          const opened = await this.openWithin(driver, path, baud);
          if (opened.ok) line = opened.value;
          return opened;
        },
        release: async () => {
          await line?.close();
          this.held.delete(path);
        },
      };
      return jobSuccess(lease);
    };
  }

  private async openWithin(driver: SerialDriver, path: string, baud: number): Promise<JobResult<SerialLine>> {
    const untilMs = this.clock.monotonic() + REOPEN_MS;
    for (;;) {
      const opened = await driver.open(path, baud);
      if (opened.ok || opened.error.code !== 'port_absent' || this.clock.monotonic() >= untilMs) return opened;
      await new Promise<void>((resolve) => void this.clock.after(REOPEN_EVERY_MS, resolve));
    }
  }

  private imageSource(): ImageSource {
    const find = (id: string): JobResult<LoadedImage> => {
      const image = this.images.get(id);
      return image ? jobSuccess(image) : jobFailure('image_missing', `There is no image ${id}. Choose another one.`);
    };
    return {
      load: (wanted) => Promise.resolve(find('id' in wanted ? wanted.id : wanted.path)),
      bundledFor: (chip) => Promise.resolve(find(`bundled:${chip}`)),
      backupTarget: ({ mac }) => Promise.resolve(jobSuccess(this.backupTarget(mac))),
    };
  }

  private backupTarget(mac: string): BackupTarget {
    const pieces: Uint8Array[] = [];
    const id = `backup:${mac}`;
    return {
      write: (bytes) => {
        pieces.push(Uint8Array.from(bytes));
        return Promise.resolve(jobSuccess(null));
      },
      commit: () => {
        const data = Buffer.concat(pieces);
        this.backups.set(id, data);
        return Promise.resolve(jobSuccess(this.add(backupImage(id, data)).image));
      },
      discard: () => {
        this.discarded += 1;
        return Promise.resolve();
      },
    };
  }
}

/** A backup as the library lists it: one part from address 0. */
export function backupImage(id: string, data: Buffer, chip: ChipId = 'esp32c3'): LoadedImage {
  const md5 = createHash('md5').update(data).digest('hex');
  const { image } = flashImage({ chip });
  return {
    image: {
      ...image,
      id,
      kind: 'backup',
      name: `Backup of ${chips[chip].name}`,
      path: `/backups/${id}`,
      firmware: null,
    },
    chip,
    minimumRevision: 0,
    parts: [{ name: 'flash', address: 0, data, md5 }],
    partitions: [],
  };
}
