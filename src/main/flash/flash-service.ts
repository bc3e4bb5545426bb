/*
 * The room's jobs: starts them, one for each port, remembers them, cancels them, and tells what a chip is and what an image would change. Called by
 * the API, the setups and the bench line; ports come from PortService, images from ImageLibrary.
 */
import { randomUUID } from 'node:crypto';
import { flashBauds, type FlashJob, type FlashOptions, type Inspection } from '../../shared/api/flash';
import { jobSuccess, type JobError, type JobResult } from '../../shared/domain/job-errors';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import { backupWork } from './flash-backup';
import { internalError, jobErrorOf } from './flash-failure-rules';
import { JournalOfJobs, type FlashJournal } from './flash-journal';
import { RunningJob, isUnderWay, type JobWork } from './flash-job';
import type { FlashRequest, Flashing, PortLease, Ports } from './flash-room';
import type { ImageSource } from './image-source';
import { AUTO_IMAGE, ImageWriting, autoImageName } from './image-writing';
import { inspectChip } from './inspection';
import type { LoadedImage } from './loaded-image';
import { JobFault, JobStopped } from './loader-faults';
import { LoaderSession, type SpeedMemory } from './loader-session';
import { LineError } from './serial-driver';

/** Jobs that are remembered; the oldest ended one goes. A day at a bench. */
export const MAX_JOBS = 100;
/** Nobody waits longer for a look at a chip; flashing itself waits for the technician. */
const INSPECT_CONNECT_MS = 15_000;

export type FlashServiceParts = {
  readonly ports: Pick<Ports, 'lease'>;
  readonly images: ImageSource;
  readonly speeds: SpeedMemory;
  readonly journal: FlashJournal;
  readonly clock: Clock;
  /** Called at every change of a job, many times a second while it writes. */
  readonly onChange: (job: FlashJob) => void;
  readonly onBug: (error: unknown) => void;
};

/** Flash jobs, backups and inspections. */
export class FlashService implements Flashing {
  /** Oldest first. */
  private readonly running = new Map<string, RunningJob>();
  /** How to end each, and its end. */
  private readonly inspections = new Map<AbortController, Promise<unknown>>();
  private readonly journal: JournalOfJobs;
  private isStopped = false;

  constructor(private readonly parts: FlashServiceParts) {
    this.journal = new JournalOfJobs(parts.journal);
  }

  readonly start = async (request: FlashRequest, actor: string): Promise<Result<FlashJob>> => {
    const lease = this.lease(request.port);
    if (!lease.ok) return lease;
    const loaded = await this.loadFor(lease.value, request);
    if (!loaded.ok) return refused(loaded.error);
    const image = loaded.value;
    const writing = new ImageWriting(this.parts.images, request, image);
    const view = newJob({
      kind: 'write',
      port: request.port,
      by: actor,
      imageId: image?.image.id ?? AUTO_IMAGE,
      imageName: image?.image.name ?? autoImageName,
      imageSha256: image?.image.sha256 ?? null,
      firmware: image?.image.firmware ?? null,
    });
    return await this.begin(view, lease.value, writing.work, request.options.baud);
  };

  readonly backup = async (port: string, actor: string): Promise<Result<FlashJob>> => {
    const lease = this.lease(port);
    if (!lease.ok) return lease;
    const view = newJob({ kind: 'backup', port, by: actor, imageId: null, imageName: 'Backup', imageSha256: null, firmware: null }); // prettier-ignore
    return await this.begin(view, lease.value, backupWork(this.parts.images));
  };

  readonly inspect = async (port: string, imageId: string | undefined): Promise<JobResult<Inspection>> => {
    const { ports } = this.parts;
    const image =
      imageId === undefined || imageId === AUTO_IMAGE ? null : await this.parts.images.load({ id: imageId });
    if (image && !image.ok) return image;
    const leased = ports.lease(port, 'flash');
    if (!leased.ok) return leased;
    const lease = leased.value;
    const stopping = new AbortController();
    if (this.isStopped) stopping.abort(new JobStopped('interrupted'));
    const looking = this.look(lease, imageId === AUTO_IMAGE ? AUTO_IMAGE : image, stopping.signal);
    this.inspections.set(stopping, looking);
    return await looking.finally(() => this.inspections.delete(stopping));
  };

  readonly job = (id: string): Result<FlashJob> => {
    const job = this.running.get(id);
    return job ? success(job.view) : unknownJob(id);
  };

  readonly jobs = (): readonly FlashJob[] => [...this.running.values()].map(({ view }) => view).reverse();

  readonly cancel = async (id: string): Promise<Result<FlashJob>> => {
    const job = this.running.get(id);
    if (!job) return unknownJob(id);
    job.stop('cancelled');
    return success(await job.whenEnded);
  };

  readonly whenEnded = async (id: string): Promise<FlashJob> => {
    const job = this.running.get(id);
    if (!job) throw new Error(`There is no job ${id}.`);
    return await job.whenEnded;
  };

  readonly stop = async (): Promise<void> => {
    this.isStopped = true;
    for (const inspection of this.inspections.keys()) inspection.abort(new JobStopped('interrupted'));
    const underWay = [...this.running.values()].filter(isUnderWay);
    for (const job of underWay) job.stop('interrupted');
    // A look at a chip has put it into its loader: it has to be let go before its port is taken away.
    await Promise.allSettled([...underWay.map(({ whenEnded }) => whenEnded), ...this.inspections.values()]);
  };

  /** Never rejects: what is not expected is `internal`. */
  private async look(
    lease: PortLease,
    image: JobResult<LoadedImage> | typeof AUTO_IMAGE | null,
    signal: AbortSignal,
  ): Promise<JobResult<Inspection>> {
    const { clock, speeds, images } = this.parts;
    const session = new LoaderSession({ lease, clock, speeds, signal, onHint: () => undefined });
    try {
      const chip = await session.connect(this.firstBaud(lease), INSPECT_CONNECT_MS);
      const { chipId } = chip.facts;
      const bundled = image === AUTO_IMAGE && chipId ? await images.bundledFor(chipId) : null;
      return jobSuccess(await inspectChip(session.commands, chip, image === AUTO_IMAGE ? bundled : image));
    } catch (error) {
      const known = jobErrorOf(error, { kind: 'backup', state: 'connecting', bytesWritten: 0, bytesTotal: 0, baud: session.baud, facts: null, isTouched: false }); // prettier-ignore
      if (!known) this.parts.onBug(error);
      return { ok: false, error: known ?? internalError() };
    } finally {
      await this.leaveRunning(session);
      await lease.release();
    }
  }

  private lease(port: string): Result<PortLease> {
    if (this.isStopped) return failure('conflict', 'The console is ending. Start it again and flash then.');
    if (this.running.size >= MAX_JOBS && [...this.running.values()].every(isUnderWay))
      return failure('too_large', `${MAX_JOBS} jobs are under way. Wait until one of them has ended.`, {
        retryable: true,
      });
    const lease = this.parts.ports.lease(port, 'flash');
    return lease.ok ? success(lease.value) : refused(lease.error);
  }

  /** Frees the port when there is nothing to flash, whatever the reason. */
  private async loadFor(lease: PortLease, request: FlashRequest): Promise<JobResult<LoadedImage | null>> {
    let isLoaded = false;
    try {
      const loaded = await this.load(request);
      isLoaded = loaded.ok;
      return loaded;
    } finally {
      if (!isLoaded) await lease.release();
    }
  }

  private async load({ imageId, path }: FlashRequest): Promise<JobResult<LoadedImage | null>> {
    if (path !== undefined) return await this.parts.images.load({ path });
    if (imageId === undefined || imageId === AUTO_IMAGE) return jobSuccess(null);
    return await this.parts.images.load({ id: imageId });
  }

  private async begin(
    view: FlashJob,
    lease: PortLease,
    work: JobWork,
    baud?: FlashOptions['baud'],
  ): Promise<Result<FlashJob>> {
    const { clock, speeds, onChange, onBug } = this.parts;
    if (this.isStopped) {
      await lease.release();
      return failure('conflict', 'The console is ending. Start it again and flash then.');
    }
    const queued = { ...view, startedAt: new Date(clock.now()).toISOString() };
    const job = new RunningJob(
      { lease, clock, speeds, onChange, onBug, onEnded: (ended) => this.told(() => this.journal.ended(ended)) },
      { view: queued, movedBytes: 0, isTouched: false, samples: [] },
    );
    this.forgetOldest();
    this.running.set(view.id, job);
    this.told(() => this.journal.started(queued));
    void job.run(work, this.firstBaud(lease, baud));
    return success(queued);
  }

  /** Whatever becomes of the entry: no port may stay taken for it. */
  private told(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.parts.onBug(error);
    }
  }

  private firstBaud({ adapterKey }: PortLease, wanted?: FlashOptions['baud']): number {
    return wanted ?? this.parts.speeds.recall(adapterKey) ?? flashBauds[0];
  }

  private forgetOldest(): void {
    if (this.running.size < MAX_JOBS) return;
    const oldest = [...this.running].find(([, job]) => !isUnderWay(job));
    if (oldest) this.running.delete(oldest[0]);
  }

  private async leaveRunning(session: LoaderSession): Promise<void> {
    try {
      await session.restart();
    } catch (error) {
      // The port is gone: the device starts when it gets power again.
      if (!(error instanceof LineError || error instanceof JobFault)) this.parts.onBug(error);
    }
  }
}

function newJob(
  known: Pick<FlashJob, 'kind' | 'port' | 'by' | 'imageId' | 'imageName' | 'imageSha256' | 'firmware'>,
): FlashJob {
  return {
    ...known,
    id: randomUUID(),
    state: 'queued',
    hint: null,
    bytesWritten: 0,
    bytesTotal: 0,
    bytesPerSecond: null,
    remainingS: null,
    baud: null,
    chip: null,
    mac: null,
    facts: null,
    parts: [],
    previousFirmware: null,
    bootLog: [],
    notes: [],
    file: null,
    startedAt: '',
  };
}

function unknownJob(id: string): Result<never> {
  return failure('not_found', `There is no job ${id}. Jobs are remembered until the console ends.`);
}

/** A failure of a port or an image, as the API says it. */
function refused({ code, message, retryable, details }: JobError): Result<never> {
  const apiCode = { port_absent: 'not_found', image_missing: 'not_found', port_in_use: 'conflict' } as const;
  const known: Readonly<Record<string, 'not_found' | 'conflict'>> = apiCode;
  return failure(known[code] ?? 'invalid', message, { retryable, details: { ...details, job: code } });
}
