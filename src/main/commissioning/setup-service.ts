/*
 * Setups: from a board on a port to a device in the plant. Owns the list of this run and who may begin; setup-run.ts does the work of one. The API
 * starts them one by one, the bench line one for each board.
 */
import { randomUUID } from 'node:crypto';
import type { SetupInput, SetupJob } from '../../shared/api/commissioning';
import { must } from '../../shared/domain/assert';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Failure, type Result } from '../../shared/domain/result';
import type { Journal } from '../journal/journal';
import type { Setups } from './commissioning-room';
import { fillName, usesChip } from '../../shared/domain/board-naming';
import { SetupRun, type BoardNaming, type SetupRunParts } from './setup-run';
import { inputRefusal } from './setup-rules';

/** Setups of this run that are kept, with their inputs for another try: some days at a bench. The oldest that has ended goes first. */
export const KEPT_SETUPS = 200;
/** How long a cancel is awaited before it is answered with the setup as it is then; the jobs behind end within this, ms. */
export const CANCEL_WAIT_MS = 5_000;
/** The console ends within 5 s as a whole; the setups' share of it, ms. */
export const STOP_WAIT_MS = 3_000;

type KnownDevice = {
  readonly name: string;
  readonly zone: { readonly desired: ZoneId | null; readonly confirmed: ZoneId | null };
  readonly replacedBy: { readonly deviceId: DeviceId } | null;
};

export type SetupParts = SetupRunParts & {
  readonly devices: { readonly get: (id: DeviceId) => KnownDevice | undefined };
  readonly zones: { readonly get: (id: ZoneId) => { readonly name: string } | undefined };
  /** Issues the certificate of a setup that has ended; null when there is nothing to certify. */
  readonly certificates: { readonly issue: (setup: SetupJob, durationS: number) => string | null };
  readonly journal: Pick<Journal, 'add'>;
  readonly onChange: () => void;
};

export class SetupService implements Setups {
  /** By id, oldest first. */
  private readonly runs = new Map<string, SetupRun>();
  private isStopping = false;

  constructor(private readonly parts: SetupParts) {}

  /** Starts a setup and answers with its first view; what is refused before anything began leaves no setup behind. */
  async start(input: SetupInput, actor: string): Promise<Result<SetupJob>> {
    const refusal = this.refusalOf(input);
    if (refusal) return { ok: false, error: refusal };
    const run = this.begin(input, actor, null);
    const refused = await run.whenBegun;
    if (refused === null) return success(run.view());
    this.runs.delete(run.view().id);
    this.parts.onChange();
    return { ok: false, error: refused };
  }

  /** Starts a setup for a board on the bench. A refusal is a setup that has failed, so that it is seen there. */
  startBoard(input: SetupInput, actor: string, naming: BoardNaming): SetupJob {
    const refusal = this.refusalOf(input);
    return (refusal ? this.refused(input, actor, { naming, refusal }) : this.begin(input, actor, naming)).view();
  }

  get(id: string): Result<SetupJob> {
    const run = this.runs.get(id);
    return run ? success(run.view()) : unknownSetup(id);
  }

  /** Newest first. */
  list(): readonly SetupJob[] {
    return [...this.runs.values()].map((run) => run.view()).reverse();
  }

  /** Ends a setup and what runs for it, and takes back what was prepared; one that has ended stays as it is. */
  async cancel(id: string): Promise<Result<SetupJob>> {
    const run = this.runs.get(id);
    if (!run) return unknownSetup(id);
    if (!run.end('cancel'))
      return failure('conflict', 'The device is just taking over from the other one, which takes a moment. It cannot be cancelled any more.'); // prettier-ignore
    await this.atMost(CANCEL_WAIT_MS, run.whenOver);
    return success(run.view());
  }

  async retry(id: string, actor: string): Promise<Result<SetupJob>> {
    const run = this.runs.get(id);
    if (!run) return unknownSetup(id);
    const { input, naming } = run.request;
    if (!run.isOver)
      return failure('busy', 'This setup is still under way. Cancel it first, or wait for its end.', {
        retryable: true,
      });
    if (naming !== null)
      return failure('conflict', 'This board was set up on the bench line, which gives the names. Try it again there.');
    return this.start(input, actor);
  }

  /** Resolves with the setup when it has ended, its port is free and its certificate is issued. */
  whenEnded(id: string): Promise<SetupJob> {
    return must(this.runs.get(id), 'a setup is known while somebody waits for its end').whenOver;
  }

  /** Ends all setups as `interrupted`. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const runs = [...this.runs.values()];
    for (const run of runs) run.end('stop');
    await this.atMost(STOP_WAIT_MS, Promise.all(runs.map(({ whenOver }) => whenOver)));
  }

  private refusalOf(input: SetupInput): Failure | null {
    if (this.isStopping) return failure('conflict', 'The console is ending. Start it again first.').error;
    const { port, settings, replaces } = input;
    const invalid = inputRefusal(input);
    if (invalid) return invalid;
    const running = [...this.runs.values()].filter(({ isOver }) => !isOver);
    if (running.some(({ request }) => request.input.port === port))
      return busy(`On ${port} a setup is under way already. Wait for its end, or cancel it.`, { port });
    if (running.length >= KEPT_SETUPS) return busy(`${running.length} setups are under way. Wait for one to end.`, {});
    if (settings?.zoneId !== undefined && !this.parts.zones.get(settings.zoneId))
      return failure('not_found', `There is no zone ${settings.zoneId}. Choose another, or add it first.`, {
        details: { zoneId: settings.zoneId },
      }).error;
    return replaces === undefined ? null : this.replacementRefusal(replaces, running);
  }

  private replacementRefusal(replaces: DeviceId, running: readonly SetupRun[]): Failure | null {
    if (running.some(({ request }) => request.input.replaces === replaces))
      return busy(`Another setup replaces ${replaces} already. Wait for its end, or cancel it.`, { replaces });
    const checked = this.parts.replacement.check(replaces);
    if (checked.ok) return null;
    const { code, message, retryable, details } = checked.error;
    return failure('conflict', message, { retryable, details: { ...details, job: code } }).error;
  }

  private begin(input: SetupInput, actor: string, naming: BoardNaming | null): SetupRun {
    const run = this.newRun(input, actor, naming);
    void run.run();
    return run;
  }

  private refused(
    input: SetupInput,
    actor: string,
    { naming, refusal }: { naming: BoardNaming; refusal: Failure },
  ): SetupRun {
    const run = this.newRun(input, actor, naming);
    run.refuse(refusal);
    return run;
  }

  private newRun(input: SetupInput, actor: string, naming: BoardNaming | null): SetupRun {
    const { clock, onChange } = this.parts;
    const startedMs = clock.monotonic();
    const full = this.completed(input);
    const first = this.firstView(full, actor, naming);
    const run = new SetupRun(this.parts, { input: full, actor, naming }, first, {
      onChange,
      onEnded: (job) => this.ended(job, (clock.monotonic() - startedMs) / 1000),
    });
    this.runs.set(first.id, run);
    this.trim();
    onChange();
    return run;
  }

  /** A replacement is called as the old device and stands where that stood, unless something else is wished. */
  private completed(input: SetupInput): SetupInput {
    const { replaces, settings } = input;
    const old = replaces === undefined ? undefined : this.parts.devices.get(replaces);
    if (!old || settings === null) return input;
    const zoneId = settings.zoneId ?? old.zone.desired ?? old.zone.confirmed;
    const isThere = zoneId !== null && this.parts.zones.get(zoneId) !== undefined;
    const name = settings.name ?? this.nameToMove(replaces, old);
    return { ...input, settings: { ...settings, ...(name !== undefined && { name }), ...(isThere && { zoneId }) } };
  }

  /** A device without a name is shown by its id, which is no name for other hardware; a replacement that was cut off has moved the name already. */
  private nameToMove(id: DeviceId | undefined, old: KnownDevice): string | undefined {
    if (old.replacedBy) return this.parts.devices.get(old.replacedBy.deviceId)?.name;
    return old.name === id ? undefined : old.name;
  }

  private firstView(input: SetupInput, actor: string, naming: BoardNaming | null): SetupJob {
    const { port, imageId, settings, replaces } = input;
    const known = naming && { number: naming.number, zone: naming.zoneName, id: null, mac: null };
    return {
      id: randomUUID(),
      port,
      isBench: naming !== null,
      isFlashOnly: settings === null,
      state: imageId === null ? 'provisioning' : 'flashing',
      flash: null,
      provisioning: null,
      replaces: replaces ?? null,
      name: naming && known && !usesChip(naming.template) ? fillName(naming.template, known) : (settings?.name ?? null),
      zoneId: settings?.zoneId ?? null,
      deviceId: settings?.deviceId ?? null,
      certificateId: null,
      by: actor,
      startedAt: new Date(this.parts.clock.now()).toISOString(),
    };
  }

  private ended(job: SetupJob, durationS: number): string | null {
    const certificateId = this.parts.certificates.issue(job, durationS);
    const { id, port, deviceId, state, error, by, name } = job;
    const subject = name || deviceId || `the board on ${port}`;
    const isDone = state === 'done';
    this.parts.journal.add({
      kind: isDone ? 'setup.done' : 'setup.failed',
      actor: by,
      ...(deviceId !== null && { deviceId }),
      message: isDone ? `Setup of ${subject} done` : `Setup of ${subject} ${state}: ${error?.message ?? ''}`,
      details: { setupId: id, port, certificateId, ...(error && { code: error.code }) },
    });
    return certificateId;
  }

  private trim(): void {
    for (const [id, run] of this.runs) {
      if (this.runs.size <= KEPT_SETUPS) return;
      if (run.isOver) this.runs.delete(id);
    }
  }

  /** Waits for the end, but not longer than `ms`. */
  private async atMost(ms: number, end: Promise<unknown>): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.parts.clock.after(ms, late.resolve);
    await Promise.race([end, late.promise]);
    cancel();
  }
}

function unknownSetup(id: string) {
  return failure('not_found', `There is no setup ${id} in this run of the console.`);
}

function busy(message: string, details: Readonly<Record<string, unknown>>): Failure {
  return failure('busy', message, { retryable: true, details }).error;
}
