import { randomUUID } from 'node:crypto';
import type { ProvisioningJob, ProvisioningSettings, ProvisioningStep } from '../../shared/api/provisioning';
import type { DeviceId } from '../../shared/domain/ids';
import { jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import type { Login } from './provisioning-parts';
import type { EndReason } from './provisioning-sentences';
import { nextProgress, notBegun, type Progress, type ProgressEvent } from './provisioning-state';

/** How a step went, and a value worth showing. */
export type Outcome = { readonly kind: 'done' | 'skipped'; readonly detail?: string };
export type StepResult = JobResult<Outcome>;

export function done(detail?: string): StepResult {
  return jobSuccess({ kind: 'done', ...(detail !== undefined && { detail }) });
}

export function skipped(detail?: string): StepResult {
  return jobSuccess({ kind: 'skipped', ...(detail !== undefined && { detail }) });
}

/** What the steps of one job share. Lives as long as the job runs: it holds the secrets. */
export type JobFacts = {
  readonly settings: ProvisioningSettings;
  readonly actor: string;
  readonly signal: AbortSignal;
  /** Known after `hello`. */
  deviceId: DeviceId | null;
  firmware: ProvisioningJob['firmware'];
  /** Id and controller that are in force on the board. */
  present: { readonly id: DeviceId; readonly kaiserId: string; readonly hasToken: boolean } | null;
  login: Login | null;
  /** The token is in the device and must be known to the console as soon as the device is. */
  isTokenOwed: boolean;
  /** When the console had heard the device last before it was given its network. */
  heardBeforeMs: number | null;
  /** Takes back what was made for the device, until it is in the plant. */
  undo: (() => Promise<void>) | null;
  /** May this job have a device of this id for its own? */
  mayBe: (id: DeviceId) => JobResult<null>;
  readonly tell: (detail: string) => void;
};

/** One job: where it stands, and how it is ended. */
export class ProvisioningRun {
  readonly id: string = randomUUID();
  readonly facts: JobFacts;
  readonly whenEnded: Promise<ProvisioningJob>;
  private progress: Progress = notBegun;
  private readonly startedAtMs: number;
  private readonly ending = new AbortController();
  private step: ProvisioningStep = 'hello';
  private tellEnded: (job: ProvisioningJob) => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    readonly port: string | null,
    settings: ProvisioningSettings,
    readonly actor: string,
  ) {
    this.startedAtMs = clock.now();
    this.whenEnded = new Promise((resolve) => {
      this.tellEnded = resolve;
    });
    this.facts = {
      settings,
      actor,
      signal: this.ending.signal,
      deviceId: settings.deviceId ?? null,
      firmware: null,
      present: null,
      login: null,
      isTokenOwed: false,
      heardBeforeMs: null,
      undo: null,
      mayBe: () => jobSuccess(null),
      tell: (detail) => this.move({ kind: 'told', step: this.step, detail }),
    };
  }

  get isRunning(): boolean {
    return this.progress.state === 'running';
  }

  get currentStep(): ProvisioningStep {
    return this.step;
  }

  /** Runs one step; its failure is returned and not yet the end of the job. */
  async take(step: ProvisioningStep, work: () => Promise<StepResult>): Promise<JobResult<null>> {
    this.step = step;
    this.move({ kind: 'begun', step });
    const result = await work();
    if (!result.ok) return result;
    this.move({ step, ...result.value });
    return jobSuccess(null);
  }

  skip(step: ProvisioningStep): void {
    this.move({ kind: 'skipped', step });
  }

  /** Ends what is under way; the job itself ends when that has been taken back. */
  abort(reason: EndReason): void {
    this.ending.abort(reason);
  }

  /** The last word. Everything is free by now. */
  end(result: JobResult<null>): ProvisioningJob {
    this.move(result.ok ? { kind: 'finished' } : { kind: 'failed', error: result.error });
    const job = this.view();
    this.tellEnded(job);
    return job;
  }

  view(): ProvisioningJob {
    const { state, steps, finishedAtMs, error } = this.progress;
    const { firmware, deviceId } = this.facts;
    return {
      id: this.id,
      port: this.port,
      state,
      steps: steps.map((step) => ({ ...step })),
      firmware,
      deviceId,
      by: this.actor,
      startedAt: new Date(this.startedAtMs).toISOString(),
      ...(finishedAtMs !== null && { finishedAt: new Date(finishedAtMs).toISOString() }),
      ...(error && { error }),
    };
  }

  private move(event: ProgressEvent): void {
    this.progress = nextProgress(this.progress, event, this.clock.now());
  }
}
