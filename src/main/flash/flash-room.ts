/*
 * What other rooms and the API see of the room `flash`: ports with one holder each, images, and jobs on the loader. The services behind it are
 * port-service.ts, image-library.ts, flash-service.ts and serial-monitor.ts.
 */
import type {
  ChipFacts,
  FlashImage,
  FlashJob,
  FlashOptions,
  Inspection,
  PortList,
  SerialLogLine,
} from '../../shared/api/flash';
import type { JobError, JobResult } from '../../shared/domain/job-errors';
import type { Result } from '../../shared/domain/result';
import type { SerialLine } from './serial-driver';

export type PortUse = 'flash' | 'provisioning' | 'monitor';

/** The right to use a port, until `release`. A monitor gives way to the other uses: its `onWanted` is called and its line is closed. */
export type PortLease = {
  readonly path: string;
  /** Key of the adapter for what is remembered about it: vendor, product and serial number, or the path. */
  readonly adapterKey: string;
  readonly isNativeUsb: boolean;
  /** Opens the port; at most one line at a time. Waits up to two seconds for a port that re-enumerates. */
  readonly open: (baud: number) => Promise<JobResult<SerialLine>>;
  /** Closes the line too. Never throws. */
  readonly release: () => Promise<void>;
};

export type Ports = {
  readonly list: () => PortList;
  /** Fails with `port_absent` or `port_in_use`. */
  readonly lease: (path: string, use: PortUse, onWanted?: () => void) => JobResult<PortLease>;
  /** Called when a port comes or goes. Returns how to stop listening. */
  readonly onPresence: (listener: (path: string, isPresent: boolean) => void) => () => void;
};

/** One more part for a flash job, known only when the chip is. `partition` is its name in the image's partition table. */
export type SettingsPart = { readonly partition: string; readonly data: Uint8Array };

export type FlashRequest = {
  readonly port: string;
  /** An image's id, or `auto` for the bundled image of the chip. */
  readonly imageId?: string;
  /** A file of this machine in place of an image. */
  readonly path?: string;
  readonly options: FlashOptions;
  /** Asked once the chip is known and the image fits, before anything is erased. */
  readonly settingsFor?: (facts: ChipFacts) => Promise<JobResult<SettingsPart | null>>;
};

export type Flashing = {
  /** Starts a job and answers with its first view; fails with `not_found`, `conflict`, `too_large` (too many jobs) or `invalid`. */
  readonly start: (request: FlashRequest, actor: string) => Promise<Result<FlashJob>>;
  readonly backup: (port: string, actor: string) => Promise<Result<FlashJob>>;
  readonly inspect: (port: string, imageId: string | undefined) => Promise<JobResult<Inspection>>;
  readonly job: (id: string) => Result<FlashJob>;
  readonly jobs: () => readonly FlashJob[];
  readonly cancel: (id: string) => Promise<Result<FlashJob>>;
  /** Resolves with the job when it has ended and its port is free. */
  readonly whenEnded: (id: string) => Promise<FlashJob>;
  /** Ends all jobs as `interrupted` and frees their ports. */
  readonly stop: () => Promise<void>;
};

export type Images = {
  readonly list: () => Promise<readonly FlashImage[]>;
  /** One piece of an upload of this actor; a piece out of order begins anew or fails with `conflict`. */
  readonly add: (
    piece: { readonly name: string; readonly offset: number; readonly totalBytes: number; readonly data: Uint8Array },
    actor: string,
  ) => Promise<Result<{ receivedBytes: number; image: FlashImage | null }>>;
  readonly remove: (id: string, actor: string) => Promise<Result<{ removed: boolean }>>;
};

export type MonitorEvent = {
  readonly lines: SerialLogLine[];
  readonly dropped: number;
  readonly ended: JobError | null;
};

export type FlashRoom = {
  readonly ports: Ports;
  readonly flashing: Flashing;
  readonly images: Images;
  readonly monitor: (port: string, baud: number, signal: AbortSignal | undefined) => AsyncGenerator<MonitorEvent>;
};
