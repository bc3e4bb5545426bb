/*
 * Provisioning: a flashed board becomes a device of the plant. Over the cable (`start`), or with settings that went into its flash with the
 * image (`prepare`, then `awaitArrival`). Owns the jobs: their order of steps, their end, and that a job which does not reach its end leaves
 * nothing behind. Called by the API and by the room `commissioning`. The steps are in cable-steps.ts and console-steps.ts.
 */
import { provisioningSteps, type BrokerProposal, type ProvisioningJob, type ProvisioningSettings, type ProvisioningStep, type WifiScan } from '../../shared/api/provisioning'; // prettier-ignore
import type { ChipFacts } from '../../shared/api/flash';
import { deviceIdSchema } from '../../shared/domain/ids';
import { jobFailure, jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import { failure, success, type Result } from '../../shared/domain/result';
import type { PortLease } from '../flash/flash-room';
import { CableSteps } from './cable-steps';
import { ConsoleSteps } from './console-steps';
import { ImprovSession } from './improv-session';
import { proposalOf } from './proposal-rules';
import type { ProvisioningParts } from './provisioning-parts';
import type { PreparedSettings, Provisioning } from './provisioning-room';
import { ProvisioningRun, type JobFacts, type StepResult } from './provisioning-run';
import { cancelled, tokenLeft } from './provisioning-sentences';
import { settingsImage } from './settings-image';

/** Ended jobs that are kept for the screens; the journal keeps more. */
const KEPT = 100;
/** Jobs at a time: twice the ports of the largest USB hubs in use. */
const MAX_RUNNING = 32;

type Step = readonly [ProvisioningStep, () => Promise<StepResult>];
type Prepared = Pick<JobFacts, 'login' | 'isTokenOwed' | 'heardBeforeMs'>;

export class ProvisioningService implements Provisioning {
  private readonly running = new Map<string, ProvisioningRun>();
  /** Oldest first. */
  private readonly ended = new Map<string, ProvisioningJob>();
  /** What `prepare` knows and `awaitArrival` needs; goes with its key. */
  private readonly prepared = new WeakMap<PreparedSettings, Prepared>();
  private readonly consoleSteps: ConsoleSteps;
  /** Ends scans and preparations, which are no jobs. */
  private readonly closing = new AbortController();
  private readonly scans = new Set<Promise<unknown>>();

  constructor(private readonly parts: ProvisioningParts) {
    this.consoleSteps = new ConsoleSteps(parts);
  }

  readonly proposal = (): BrokerProposal => proposalOf(this.parts.broker(), this.parts.machine());

  /** Asks the device which networks it hears. Holds the port for up to half a minute. */
  readonly scan = async (port: string): Promise<JobResult<WifiScan>> => {
    if (this.closing.signal.aborted) return cancelled(this.closing.signal);
    const leased = this.parts.ports.lease(port, 'provisioning');
    if (!leased.ok) return leased;
    const scan = this.scanOver(leased.value);
    this.scans.add(scan);
    return scan.finally(() => this.scans.delete(scan));
  };

  readonly start: Provisioning['start'] = (port, settings, actor, mayBe) => {
    const refusal = this.refusal(settings);
    if (refusal) return refusal;
    const leased = this.parts.ports.lease(port, 'provisioning');
    if (!leased.ok) {
      const { code, message, details } = leased.error;
      return failure(code === 'port_absent' ? 'not_found' : 'conflict', message, {
        retryable: true,
        details: { ...details, job: code },
      });
    }
    const run = this.open(port, settings, actor);
    if (mayBe) run.facts.mayBe = mayBe;
    void this.overCable(run, leased.value);
    return success(run.view());
  };

  readonly prepare = async (
    settings: ProvisioningSettings,
    chip: ChipFacts,
    actor: string,
  ): Promise<JobResult<PreparedSettings>> => {
    if (this.closing.signal.aborted) return cancelled(this.closing.signal);
    const { clock, devices, kaiserId } = this.parts;
    const run = new ProvisioningRun(clock, null, settings, actor);
    const { facts } = run;
    const deviceId = settings.deviceId ?? chip.deviceId;
    facts.deviceId = deviceId;
    facts.present = { id: chip.deviceId, kaiserId, hasToken: settings.stopToken !== undefined };
    const checked = await this.consoleSteps.brokerCheck(settings.broker, this.closing.signal);
    if (!checked.ok) return checked;
    const account = await this.consoleSteps.account(facts);
    if (!account.ok) return account;
    const undo = facts.undo ?? (() => Promise.resolve());
    const image = this.imageOf(settings, chip, facts);
    if (!image.ok) {
      await undo();
      return image;
    }
    const prepared: PreparedSettings = { deviceId, partition: image.value, undo };
    this.prepared.set(prepared, {
      login: facts.login,
      isTokenOwed: settings.stopToken !== undefined,
      heardBeforeMs: devices.get(deviceId)?.lastSeenMs ?? null,
    });
    return jobSuccess(prepared);
  };

  readonly awaitArrival = (settings: ProvisioningSettings, prepared: PreparedSettings, actor: string): ProvisioningJob => {
    const run = this.open(null, settings, actor);
    Object.assign(run.facts, this.prepared.get(prepared), { deviceId: prepared.deviceId, undo: prepared.undo });
    void this.arrive(run);
    return run.view();
  }; // prettier-ignore

  readonly job = (id: string): Result<ProvisioningJob> => {
    const job = this.running.get(id)?.view() ?? this.ended.get(id);
    return job ? success(job) : failure('not_found', 'There is no provisioning job with this id in this run of the console.');
  }; // prettier-ignore

  readonly jobs = (): readonly ProvisioningJob[] =>
    [...this.ended.values(), ...[...this.running.values()].map((run) => run.view())]
      .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
      .toReversed();

  /** Ends a job and resolves when everything is taken back. A job that has ended is answered as it is. */
  readonly cancel = async (id: string): Promise<Result<ProvisioningJob>> => {
    const run = this.running.get(id);
    if (!run) return this.job(id);
    run.abort('cancelled');
    return success(await run.whenEnded);
  };

  /** Throws when there is no such job: only ids of `start` and `awaitArrival` are asked for. */
  readonly whenEnded = async (id: string): Promise<ProvisioningJob> => {
    const ended = this.ended.get(id) ?? (await this.running.get(id)?.whenEnded);
    if (!ended) throw new Error(`There is no provisioning job ${id}.`);
    return ended;
  };

  readonly stop = async (): Promise<void> => {
    this.closing.abort('interrupted');
    const runs = [...this.running.values()];
    for (const run of runs) run.abort('interrupted');
    await Promise.allSettled([...runs.map((run) => run.whenEnded), ...this.scans]);
  };

  private async scanOver(lease: PortLease): Promise<JobResult<WifiScan>> {
    const session = this.session(lease, this.closing.signal);
    try {
      const steps = new CableSteps(this.parts, lease, session, this.closing.signal);
      const greeting = await steps.greet();
      if (!greeting.ok) return greeting;
      const networks = await steps.scan();
      if (!networks.ok) return networks;
      const id = deviceIdSchema.safeParse(greeting.value.identity?.id);
      const { firmware } = greeting.value;
      return jobSuccess({ firmware, deviceId: id.success ? id.data : null, networks: networks.value });
    } finally {
      await session.close();
      await lease.release();
    }
  }

  private async overCable(run: ProvisioningRun, lease: PortLease): Promise<void> {
    const { facts } = run;
    const session = this.session(lease, facts.signal);
    const cable = new CableSteps(this.parts, lease, session, facts.signal);
    const own = this.consoleSteps;
    const steps: readonly Step[] = [
      ['hello', () => cable.hello(facts)],
      ['broker_check', () => own.brokerCheck(facts.settings.broker, facts.signal)],
      ['account', () => own.account(facts)],
      ['identity', () => cable.identity(facts)],
      ['broker', () => cable.broker(facts)],
      ['token', () => cable.token(facts)],
      ['wifi', () => cable.wifi(facts)],
      ['broker_login', () => cable.brokerLogin(facts)],
      ['seen', () => own.seen(facts)],
      ['adopt', () => own.adopt(facts)],
      ['zone', () => own.zone(facts)],
    ];
    const result = await this.walk(run, steps);
    await this.finish(run, result, async () => {
      await session.close();
      if (!result.ok && facts.isTokenOwed) facts.isTokenOwed = !(await this.takeTokenBack(lease));
      await lease.release();
    });
  }

  /** In a conversation of its own: that of the job may have been ended. Takes some seconds at most. */
  private async takeTokenBack(lease: PortLease): Promise<boolean> {
    const { signal } = new AbortController();
    const session = this.session(lease, signal);
    try {
      return await new CableSteps(this.parts, lease, session, signal).forgetToken();
    } finally {
      await session.close();
    }
  }

  private async arrive(run: ProvisioningRun): Promise<void> {
    const own = this.consoleSteps;
    const { facts } = run;
    for (const step of provisioningSteps.slice(0, provisioningSteps.indexOf('broker_login'))) run.skip(step);
    const steps: readonly Step[] = [
      ['broker_login', () => own.arrival(facts)],
      ['seen', () => own.seen(facts)],
      ['adopt', () => own.adopt(facts)],
      ['zone', () => own.zone(facts)],
    ];
    await this.finish(run, await this.walk(run, steps), () => Promise.resolve());
  }

  /** One step after the other until one fails or the job is ended. A bug ends the job too, so that its port does not stay taken. */
  private async walk(run: ProvisioningRun, steps: readonly Step[]): Promise<JobResult<null>> {
    try {
      for (const [step, work] of steps) {
        const taken = await run.take(step, work);
        if (!taken.ok) return taken;
      }
      return jobSuccess(null);
    } catch (error) {
      this.parts.log.error({ err: error, job: run.id, step: run.currentStep }, 'provisioning failed by a bug');
      return jobFailure('internal', 'Something went wrong in the console itself. Try again; its log tells more.');
    }
  }

  /** Frees the port, takes back what must not stay, and says how it ended. */
  private async finish(run: ProvisioningRun, result: JobResult<null>, free: () => Promise<void>): Promise<void> {
    const { undo, deviceId } = run.facts;
    let left = '';
    try {
      await free();
    } catch (error) {
      this.parts.log.error({ err: error, job: run.id }, 'the port of a provisioning job could not be closed');
    }
    try {
      if (!result.ok) await undo?.();
    } catch (error) {
      this.parts.log.error({ err: error, job: run.id }, 'provisioning could not be taken back');
      left = ` The login ${deviceId ?? ''} could not be taken back: delete it on the broker screen.`;
    }
    if (!result.ok && run.facts.isTokenOwed) left += ` ${tokenLeft}`;
    const said = result.ok ? result : { ok: false as const, error: { ...result.error, message: result.error.message + left } };
    this.running.delete(run.id);
    const job = run.end(said);
    this.keep(job);
    this.record(run, job);
  } // prettier-ignore

  private record(run: ProvisioningRun, { state, deviceId, error }: ProvisioningJob): void {
    const { wifi, broker, zoneId } = run.facts.settings;
    const who = deviceId ?? 'A device';
    const way = run.port === null ? 'with its image' : `at ${run.port}`;
    const told = { port: run.port, ssid: wifi.ssid, broker: `${broker.host}:${broker.port}`, zoneId: zoneId ?? null };
    this.parts.journal.add({
      kind: state === 'done' ? 'provisioning.done' : 'provisioning.failed',
      actor: run.actor,
      ...(deviceId && { deviceId }),
      message: error ? `${who}, provisioned ${way}: ${error.message}` : `${who} provisioned ${way}`,
      details: { jobId: run.id, ...told, ...(error && { code: error.code, step: run.currentStep }) },
    });
  }

  private refusal({ zoneId, deviceId }: ProvisioningSettings): Result<never> | null {
    if (this.closing.signal.aborted) return failure('conflict', 'The console is ending. Start it again first.');
    if (zoneId !== undefined && !this.parts.zones.has(zoneId))
      return failure('not_found', `There is no zone ${zoneId}. Make it first, or choose another one.`, { details: { zoneId } }); // prettier-ignore
    const runs = [...this.running.values()];
    if (deviceId !== undefined && runs.some(({ facts }) => facts.deviceId === deviceId))
      return failure('conflict', `${deviceId} is being provisioned already. Wait for that job, or cancel it.`, { details: { deviceId } }); // prettier-ignore
    if (runs.length >= MAX_RUNNING)
      return failure('conflict', `${MAX_RUNNING} devices are being provisioned. Wait until one is done.`, { retryable: true }); // prettier-ignore
    return null;
  }

  private imageOf(settings: ProvisioningSettings, chip: ChipFacts, facts: JobFacts): JobResult<Uint8Array> {
    return settingsImage(this.parts, settings, chip, facts.login);
  }

  private open(port: string | null, settings: ProvisioningSettings, actor: string): ProvisioningRun {
    const run = new ProvisioningRun(this.parts.clock, port, settings, actor);
    this.running.set(run.id, run);
    return run;
  }

  private keep(job: ProvisioningJob): void {
    this.ended.set(job.id, job);
    const [oldest] = this.ended.keys();
    if (this.ended.size > KEPT && oldest !== undefined) this.ended.delete(oldest);
  }

  private session(lease: PortLease, signal: AbortSignal): ImprovSession {
    return new ImprovSession({ lease, clock: this.parts.clock, signal });
  }
}
