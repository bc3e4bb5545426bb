import type { Flashing, FlashRequest, SettingsPart } from '../../src/main/flash/flash-room';
import type { ChipFacts, FlashJob, FlashPart, Inspection } from '../../src/shared/api/flash';
import { must } from '../../src/shared/domain/assert';
import type { DeviceId } from '../../src/shared/domain/ids';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../src/shared/domain/job-errors';
import { failure, success, type Failure, type Result } from '../../src/shared/domain/result';

export const C3: ChipFacts = {
  chip: 'ESP32-C3',
  chipId: 'esp32c3',
  revision: 'v0.4',
  mac: '84:f7:03:01:02:03',
  flashSizeBytes: 4_194_304,
  security: null,
  deviceId: 'ESP_010203' as DeviceId,
};

export const APP_PART: FlashPart = {
  name: 'app',
  address: 0x10000,
  size: 600_000,
  md5: '0123456789abcdef0123456789abcdef',
  verified: true,
  skipped: false,
  writtenBytes: 600_000,
};

type Running = { readonly request: FlashRequest; job: FlashJob; readonly ended: PromiseWithResolvers<FlashJob> };

/** Flash jobs that go as far as a test lets them. `calls` may be shared with other fakes, to see who came first. */
export class FakeFlashing implements Flashing {
  /** The next start is refused with this. */
  refusal: Failure | null = null;
  /** What `inspect` finds. */
  found: JobResult<ChipFacts> = jobSuccess(C3);
  private readonly all = new Map<string, Running>();

  constructor(
    private readonly nowIso: () => string,
    readonly calls: string[] = [],
  ) {}

  readonly start = (request: FlashRequest, actor: string): Promise<Result<FlashJob>> => {
    this.calls.push(`flash ${request.port}`);
    const { refusal } = this;
    this.refusal = null;
    if (refusal) return Promise.resolve({ ok: false, error: refusal });
    const job = newJob(`flash-${this.all.size + 1}`, request, { by: actor, startedAt: this.nowIso() });
    this.all.set(job.id, { request, job, ended: Promise.withResolvers() });
    return Promise.resolve(success(job));
  };

  readonly backup = (): Promise<Result<FlashJob>> => Promise.resolve(failure('unsupported', 'The fake has no backup.'));

  readonly inspect = (port: string): Promise<JobResult<Inspection>> => {
    this.calls.push(`inspect ${port}`);
    const { found } = this;
    if (!found.ok) return Promise.resolve(found);
    return Promise.resolve(jobSuccess({ ...found.value, firmware: null, imageId: null, parts: [], refusal: null }));
  };

  readonly job = (id: string): Result<FlashJob> => {
    const running = this.all.get(id);
    return running ? success(running.job) : failure('not_found', `There is no job ${id}.`);
  };

  /** Newest first. */
  readonly jobs = (): readonly FlashJob[] => [...this.all.values()].map(({ job }) => job).reverse();

  readonly cancel = (id: string): Promise<Result<FlashJob>> => {
    const running = must(this.all.get(id), 'only a known job is cancelled');
    this.calls.push(`cancel ${id}`);
    if (running.job.finishedAt === undefined) this.end(running, { state: 'cancelled' });
    return Promise.resolve(success(running.job));
  };

  readonly whenEnded = (id: string): Promise<FlashJob> =>
    must(this.all.get(id), 'only a known job is awaited').ended.promise;

  readonly stop = (): Promise<void> => Promise.resolve();

  /** The request of the newest job on a port. */
  request(port: string): FlashRequest {
    return this.running(port).request;
  }

  /** The job knows its chip, and asks for the settings as the real one does; a refusal ends it. */
  async reachChip(port: string, facts: ChipFacts = C3): Promise<JobResult<SettingsPart | null>> {
    const running = this.running(port);
    running.job = { ...running.job, state: 'connecting', facts, chip: facts.chip, mac: facts.mac };
    const answer = (await running.request.settingsFor?.(facts)) ?? jobSuccess(null);
    if (!answer.ok && running.job.finishedAt === undefined) this.end(running, { state: 'failed', error: answer.error });
    return answer;
  }

  progress(port: string, change: Partial<FlashJob>): void {
    const running = this.running(port);
    running.job = { ...running.job, ...change };
  }

  finish(port: string, change: Partial<FlashJob> = {}): void {
    this.end(this.running(port), { state: 'done', parts: [APP_PART], ...change });
  }

  fail(port: string, error: JobError, change: Partial<FlashJob> = {}): void {
    this.end(this.running(port), { state: 'failed', error, ...change });
  }

  private running(port: string): Running {
    return must(
      [...this.all.values()].findLast(({ request }) => request.port === port),
      `a flash job on ${port}`,
    );
  }

  private end(running: Running, change: Partial<FlashJob>): void {
    running.job = { ...running.job, ...change, finishedAt: this.nowIso() };
    running.ended.resolve(running.job);
  }
}

/** An error as a job ends with it. */
export const jobError = (code: JobError['code'], message = `It failed: ${code}.`): JobError =>
  jobFailure(code, message).error;

function newJob(id: string, request: FlashRequest, more: Pick<FlashJob, 'by' | 'startedAt'>): FlashJob {
  return {
    id,
    kind: 'write',
    port: request.port,
    imageId: request.imageId ?? null,
    imageName: 'Leitstand C3',
    imageSha256: 'ab'.repeat(32),
    state: 'queued',
    hint: null,
    bytesWritten: 0,
    bytesTotal: 600_000,
    bytesPerSecond: null,
    remainingS: null,
    baud: null,
    chip: null,
    mac: null,
    facts: null,
    parts: [],
    previousFirmware: null,
    firmware: { name: 'leitstand-node', version: '0.1.0', builtAt: '2026-11-20' },
    bootLog: [],
    notes: [],
    file: null,
    ...more,
  };
}
