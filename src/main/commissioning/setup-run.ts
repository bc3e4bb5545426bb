/*
 * One setup: it owns the order of the jobs behind it (flash, provisioning, taking over), what was prepared for them, and its early end. Made and
 * kept by SetupService.
 */
import type { Logger } from 'pino';
import type { SetupInput, SetupJob } from '../../shared/api/commissioning';
import type { ChipFacts } from '../../shared/api/flash';
import type { ProvisioningSettings } from '../../shared/api/provisioning';
import { must } from '../../shared/domain/assert';
import type { DeviceId } from '../../shared/domain/ids';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../shared/domain/job-errors';
import type { Failure } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { Flashing, Ports, SettingsPart } from '../flash/flash-room';
import type { PreparedSettings, Provisioning } from '../provisioning/provisioning-room';
import type { Replacement } from './commissioning-room';
import { fillName, usesChip } from '../../shared/domain/board-naming';
import { refusalError } from './setup-rules';
import { isEnded, nextSetup, type Ending, type SetupEvent, type SetupState } from './setup-state';
import { whenPresent } from './when-present';

/** Name of the settings partition in our images (firmware/partitions). */
export const SETTINGS_PARTITION = 'cfg';

/** What a board on the bench is called, before its chip is known. */
export type BoardNaming = { readonly template: string; readonly number: number; readonly zoneName: string };

export type SetupRequest = {
  readonly input: SetupInput;
  readonly actor: string;
  /** Null: not from the bench. */
  readonly naming: BoardNaming | null;
};

export type SetupRunParts = {
  readonly flashing: Flashing;
  readonly provisioning: Provisioning;
  readonly replacement: Replacement;
  /** The new hardware asks for the same stop token as the old one. */
  readonly stopTokenOf: (id: DeviceId) => string | undefined;
  readonly ports: Pick<Ports, 'list' | 'onPresence'>;
  readonly clock: Clock;
  readonly log: Logger;
};

export type SetupListeners = {
  readonly onChange: () => void;
  /** The setup has just ended; what it answers is its certificate's id. Not called for one that was refused before anything began. */
  readonly onEnded: (job: SetupJob) => string | null;
};

export class SetupRun {
  private state: SetupState;
  /** Ends what is under way. */
  private endStep: (() => Promise<unknown>) | null = null;
  /** There was no setup: its first job was refused, and whoever asked for it was told. */
  private wasRefused = false;
  private preparing: Promise<unknown> = Promise.resolve();
  private prepared: PreparedSettings | null = null;
  private readonly begun = Promise.withResolvers<Failure | null>();
  private readonly over = Promise.withResolvers<SetupJob>();

  /** `first` is its view before anything has happened. */
  constructor(
    private readonly parts: SetupRunParts,
    private asked: SetupRequest,
    first: SetupJob,
    private readonly listeners: SetupListeners,
  ) {
    this.state = { view: first, hasSettings: asked.input.settings !== null, ending: null };
  }

  /** What was asked for; without settings once a board of the bench has ended, since only the line tries it again. */
  get request(): SetupRequest {
    return this.asked;
  }

  get isOver(): boolean {
    return isEnded(this.state);
  }

  /** Resolves when the first job runs (null), or with the reason why it was refused. */
  get whenBegun(): Promise<Failure | null> {
    return this.begun.promise;
  }

  /** Resolves when everything has ended, the port is free and the certificate is issued. */
  get whenOver(): Promise<SetupJob> {
    return this.over.promise;
  }

  /** The setup as it is now, with the jobs behind it. */
  view(): SetupJob {
    const { view } = this.state;
    if (view.state === 'flashing' && view.flash !== null) {
      const job = this.parts.flashing.job(view.flash.id);
      return job.ok ? { ...view, flash: job.value } : view;
    }
    if (view.state !== 'provisioning' || view.provisioning === null) return view;
    const job = this.parts.provisioning.job(view.provisioning.id);
    return job.ok ? { ...view, provisioning: job.value } : view;
  }

  /** Does all of it. Never rejects: what is not expected ends as `internal`. */
  async run(): Promise<void> {
    try {
      await this.steps();
    } catch (error) {
      this.parts.log.error({ err: error, setup: this.state.view.id }, 'setup failed');
      await this.takeBack();
      this.step({ kind: 'failed', error: brokenError });
    }
    this.finish();
  }

  /** Ends it as failed without doing anything. */
  refuse(refusal: Failure): void {
    this.step({ kind: 'failed', error: refusalError(refusal) });
    this.finish();
  }

  /** Passwords of the bench are not kept longer than they are needed. */
  private finish(): void {
    const { input, naming } = this.asked;
    if (naming !== null) this.asked = { ...this.asked, input: { ...input, settings: null } };
    this.begun.resolve(null);
    this.over.resolve(this.state.view);
  }

  /** Asks for the end; `whenOver` tells when it has come. False when it is too late: the belongings of another device are being moved. */
  end(ending: Ending): boolean {
    if (this.isOver) return true;
    this.step({ kind: 'end_asked', ending });
    if (this.state.ending === null) return false;
    if (this.endStep !== null) void this.endNow(this.endStep);
    return true;
  }

  private async steps(): Promise<void> {
    const { imageId, settings } = this.request.input;
    if (imageId !== null) await this.flash(imageId);
    else await this.learnChip();
    if (settings !== null && this.state.view.state === 'provisioning') await this.provision(settings);
    if (this.state.view.state === 'replacing') await this.takeOver();
  }

  private async flash(imageId: string): Promise<void> {
    const { flashing } = this.parts;
    const { input, actor } = this.request;
    const started = await flashing.start(
      { port: input.port, imageId, options: input.options, settingsFor: (facts) => this.settingsFor(facts) },
      actor,
    );
    if (!started.ok) return this.refused(started.error);
    const { id } = started.value;
    this.step({ kind: 'flash_started', job: started.value });
    this.begun.resolve(null);
    const job = await this.during(
      () => flashing.cancel(id),
      () => flashing.whenEnded(id),
    );
    await this.preparing; // the job may have ended over it
    if (job.state !== 'done' || this.state.ending !== null) await this.takeBack();
    this.step({ kind: 'flash_ended', job });
  }

  /** A name may need the chip, though nothing is flashed. */
  private async learnChip(): Promise<void> {
    const { input, naming } = this.request;
    if (naming === null) return;
    if (!usesChip(naming.template)) return this.nameBoard(null);
    const found = await this.parts.flashing.inspect(input.port, undefined);
    if (found.ok) this.nameBoard(found.value);
    else this.step({ kind: 'failed', error: found.error });
  }

  /** Asked by the flash job before it erases: the last moment to refuse, and the first at which the device is known. */
  private settingsFor(facts: ChipFacts): Promise<JobResult<SettingsPart | null>> {
    this.nameBoard(facts);
    const answer = this.prepare(facts);
    this.preparing = answer.catch(() => undefined); // the flash job gets the rejection
    return answer;
  }

  private async prepare(facts: ChipFacts): Promise<JobResult<SettingsPart | null>> {
    const { provisioning } = this.parts;
    const { input, actor } = this.request;
    const allowed = this.mayReplace(input.settings?.deviceId ?? facts.deviceId);
    if (!allowed.ok) return allowed;
    if (input.settings === null || input.method !== 'partition') return jobSuccess(null);
    await this.takeBack(); // a flash job that asks again gets new ones
    if (this.state.ending !== null)
      return jobFailure('cancelled', 'The setup was cancelled before its settings were made.');
    const prepared = await provisioning.prepare(this.named(input.settings), facts, actor);
    if (!prepared.ok) return prepared;
    this.prepared = prepared.value;
    return jobSuccess({ partition: SETTINGS_PARTITION, data: prepared.value.partition });
  }

  /** Asked by the chip's id before anything is erased, and by the id that the board itself bears before it is told anything. */
  private mayReplace(id: DeviceId): JobResult<null> {
    const { replaces } = this.request.input;
    return replaces === undefined ? jobSuccess(null) : this.parts.replacement.check(replaces, id);
  }

  private async provision(settings: ProvisioningSettings): Promise<void> {
    const { provisioning } = this.parts;
    const { input, actor } = this.request;
    const { prepared } = this;
    let job;
    if (prepared !== null) {
      job = provisioning.awaitArrival(this.named(settings), prepared, actor);
      this.prepared = null; // from here on that job takes it back
    } else {
      await this.portBack();
      if (this.state.ending !== null) return this.step({ kind: 'gave_up' });
      const started = provisioning.start(input.port, this.named(settings), actor, (id) => this.mayReplace(id));
      if (!started.ok) return this.refused(started.error);
      job = started.value;
    }
    const { id } = job;
    this.step({ kind: 'provisioning_started', job });
    this.begun.resolve(null);
    const ended = await this.during(
      () => provisioning.cancel(id),
      () => provisioning.whenEnded(id),
    );
    this.step({ kind: 'provisioning_ended', job: ended });
  }

  private async takeOver(): Promise<void> {
    const { view } = this.state;
    const oldId = must(view.replaces, 'only a setup that replaces takes over');
    const newId = must(view.deviceId, 'a provisioned device is known');
    const moved = await this.parts.replacement.move(oldId, newId, this.request.actor);
    this.step(moved.ok ? { kind: 'moved' } : { kind: 'failed', error: moved.error });
  }

  /** A reset takes some chips off the bus; without an earlier job there is nothing to wait for. */
  private async portBack(): Promise<void> {
    const { input, naming } = this.request;
    const wasReset = input.imageId !== null || (naming !== null && usesChip(naming.template));
    if (!wasReset) return;
    const waiting = whenPresent(this.parts.ports, input.port, this.parts.clock);
    await this.during(
      () => Promise.resolve(waiting.stop()),
      () => waiting.done,
    );
  }

  /** Awaits a job, or the end of waiting for it: `end` is called when the setup is to end, at once if that was asked for already. */
  private async during<T>(end: () => Promise<unknown>, ended: () => Promise<T>): Promise<T> {
    this.endStep = end;
    if (this.state.ending !== null) void this.endNow(end);
    const value = await ended();
    this.endStep = null;
    return value;
  }

  /** What comes of it is told by the end of the job. */
  private async endNow(end: () => Promise<unknown>): Promise<void> {
    try {
      await end();
    } catch (error) {
      this.parts.log.error({ err: error, setup: this.state.view.id }, 'a part of a setup could not be ended');
    }
  }

  /** Takes back what was made for an image that is not used. */
  private async takeBack(): Promise<void> {
    const { prepared } = this;
    this.prepared = null;
    try {
      await prepared?.undo();
    } catch (error) {
      this.parts.log.error({ err: error, setup: this.state.view.id }, 'prepared settings could not be taken back');
    }
  }

  private refused(refusal: Failure): void {
    this.wasRefused = this.state.view.flash === null && this.request.naming === null;
    if (this.wasRefused) this.begun.resolve(refusal);
    this.step({ kind: 'failed', error: refusalError(refusal) });
  }

  private nameBoard(facts: { readonly deviceId: DeviceId; readonly mac: string } | null): void {
    const { naming, input } = this.request;
    const deviceId = input.settings?.deviceId ?? facts?.deviceId ?? null;
    const values = naming && { number: naming.number, zone: naming.zoneName, id: deviceId, mac: facts?.mac ?? null };
    const name = naming && values && fillName(naming.template, values);
    this.step({ kind: 'chip_known', deviceId, name });
  }

  /** The settings with the name that the board has now, and with the stop token of the device whose place it takes. */
  private named(settings: ProvisioningSettings): ProvisioningSettings {
    const { name, replaces } = this.state.view;
    const token = settings.stopToken ?? (replaces === null ? undefined : this.parts.stopTokenOf(replaces));
    return {
      ...settings,
      ...(name !== null && name !== '' && { name }),
      ...(token !== undefined && { stopToken: token }),
    };
  }

  private step(event: SetupEvent): void {
    const wasOver = this.isOver;
    this.state = nextSetup(this.state, event, this.parts.clock.now());
    if (this.isOver && !wasOver && !this.wasRefused) {
      const certificateId = this.listeners.onEnded(this.state.view);
      if (certificateId !== null) return this.step({ kind: 'certified', certificateId });
    }
    this.listeners.onChange();
  }
}

const brokenError: JobError = {
  code: 'internal',
  message: 'The console itself failed in this setup. Try again; its log tells more.',
  retryable: true,
  details: {},
};
