import type { PreparedSettings, Provisioning } from '../../src/main/provisioning/provisioning-room';
import type { ChipFacts } from '../../src/shared/api/flash';
import type {
  BrokerProposal,
  ProvisioningJob,
  ProvisioningSettings,
  WifiScan,
} from '../../src/shared/api/provisioning';
import { must } from '../../src/shared/domain/assert';
import type { DeviceId } from '../../src/shared/domain/ids';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../src/shared/domain/job-errors';
import { failure, success, type Failure, type Result } from '../../src/shared/domain/result';

type Running = {
  /** Asks whether the board may be the device of this id. */
  readonly mayBe: (id: DeviceId) => JobResult<null>;
  /** Null: the arrival of a prepared device. */
  readonly port: string | null;
  readonly settings: ProvisioningSettings;
  job: ProvisioningJob;
  readonly ended: PromiseWithResolvers<ProvisioningJob>;
};

/** Provisioning jobs that go as far as a test lets them. `calls` may be shared with other fakes, to see who came first. */
export class FakeProvisioning implements Provisioning {
  /** The next start is refused with this. */
  refusal: Failure | null = null;
  /** The next preparation fails with this. */
  prepareError: JobError | null = null;
  /** A preparation waits for this. */
  preparing: Promise<void> = Promise.resolve();
  /** Devices that are prepared and neither awaited nor taken back. */
  readonly prepared = new Map<DeviceId, ProvisioningSettings>();
  private readonly all: Running[] = [];

  constructor(
    private readonly nowIso: () => string,
    readonly calls: string[] = [],
  ) {}

  readonly proposal = (): BrokerProposal => ({ isOwnBroker: true, hosts: ['10.0.0.2'], port: 1883, tls: false, isLoopbackOnly: false }); // prettier-ignore

  readonly scan = (): Promise<JobResult<WifiScan>> => Promise.resolve(jobFailure('no_firmware', 'It is a fake.'));

  readonly start: Provisioning['start'] = (port, settings, actor, mayBe) => {
    this.calls.push(`provision ${port}`);
    const { refusal } = this;
    this.refusal = null;
    return refusal ? { ok: false, error: refusal } : success(this.add(port, settings, actor, mayBe));
  };

  readonly prepare = async (settings: ProvisioningSettings, facts: ChipFacts): Promise<JobResult<PreparedSettings>> => {
    this.calls.push('prepare');
    await this.preparing;
    const { prepareError } = this;
    this.prepareError = null;
    if (prepareError) return { ok: false, error: prepareError };
    const deviceId = settings.deviceId ?? facts.deviceId;
    this.prepared.set(deviceId, settings);
    const undo = () => {
      this.calls.push('undo');
      this.prepared.delete(deviceId);
      return Promise.resolve();
    };
    return jobSuccess({ deviceId, partition: new Uint8Array([1, 2, 3]), undo });
  };

  readonly awaitArrival = (
    settings: ProvisioningSettings,
    prepared: PreparedSettings,
    actor: string,
  ): ProvisioningJob => {
    this.calls.push(`await ${prepared.deviceId}`);
    this.prepared.delete(prepared.deviceId);
    return this.add(null, settings, actor);
  };

  readonly job = (id: string): Result<ProvisioningJob> => {
    const running = this.all.find(({ job }) => job.id === id);
    return running ? success(running.job) : failure('not_found', `There is no job ${id}.`);
  };

  readonly jobs = (): readonly ProvisioningJob[] => this.all.map(({ job }) => job).reverse();

  readonly cancel = (id: string): Promise<Result<ProvisioningJob>> => {
    const running = must(
      this.all.find(({ job }) => job.id === id),
      'only a known job is cancelled',
    );
    this.calls.push(`cancel ${id}`);
    if (running.job.state === 'running') this.end(running, { state: 'cancelled' });
    return Promise.resolve(success(running.job));
  };

  readonly whenEnded = (id: string): Promise<ProvisioningJob> =>
    must(
      this.all.find(({ job }) => job.id === id),
      'only a known job is awaited',
    ).ended.promise;

  readonly stop = (): Promise<void> => Promise.resolve();

  /** What the newest job was told. */
  get settings(): ProvisioningSettings {
    return must(this.all.at(-1), 'a provisioning job').settings;
  }

  /** The board of the newest job says its id; a refusal ends the job. */
  hello(deviceId: DeviceId): void {
    const running = this.running();
    const allowed = running.mayBe(deviceId);
    if (!allowed.ok) this.end(running, { state: 'failed', error: allowed.error });
  }

  /** Ends the newest job, or that on a port, well. */
  finish(deviceId: DeviceId, port?: string): void {
    this.end(this.running(port), { state: 'done', deviceId, steps: [{ id: 'adopt', state: 'done' }] });
  }

  fail(error: JobError, change: Partial<ProvisioningJob> = {}): void {
    this.end(this.running(), { state: 'failed', error, ...change });
  }

  private running(port?: string): Running {
    return must(
      this.all.findLast((one) => port === undefined || one.port === port),
      'a provisioning job',
    );
  }

  private add(
    port: string | null,
    settings: ProvisioningSettings,
    actor: string,
    mayBe: Running['mayBe'] = () => jobSuccess(null),
  ): ProvisioningJob {
    const job: ProvisioningJob = {
      id: `provisioning-${this.all.length + 1}`,
      port,
      state: 'running',
      steps: [],
      firmware: null,
      deviceId: null,
      by: actor,
      startedAt: this.nowIso(),
    };
    this.all.push({ port, settings, mayBe, job, ended: Promise.withResolvers() });
    return job;
  }

  private end(running: Running, change: Partial<ProvisioningJob>): void {
    running.job = { ...running.job, ...change, finishedAt: this.nowIso() };
    running.ended.resolve(running.job);
  }
}
