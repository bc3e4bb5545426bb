/*
 * The bench line: every board that is plugged into one of its ports is set up after one template, all ports at the same time. Owns the template
 * with its passwords, the queue of names, and the lanes; SetupService does the work. Called by the API and by the ports' presence.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { BenchTemplate, BenchView, SetupInput, SetupJob } from '../../shared/api/commissioning';
import { must } from '../../shared/domain/assert';
import type { ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { Ports } from '../flash/flash-room';
import type { Journal } from '../journal/journal';
import { emptyDueMs, newLane, nextLane, type Lane, type LaneEvent } from './bench-state';
import {
  boardInput,
  hasSecrets,
  noSecrets,
  storedQueueSchema,
  storedTemplateSchema,
  takenTemplate,
  templateView,
  type HeldTemplate,
  type QueuedName,
} from './bench-template-rules';
import type { Bench } from './commissioning-room';
import { usesNumber } from '../../shared/domain/board-naming';
import type { BoardNaming } from './setup-run';
import { isAdopted } from './setup-rules';

const TEMPLATE_KEY = 'bench_template';
const QUEUE_KEY = 'bench_queue';
/** Names of the queue that boards were given and have not proved yet; after a crash they are free again. */
const CLAIMED_KEY = 'bench_claimed';

export type BenchParts = {
  readonly setups: {
    readonly startBoard: (input: SetupInput, actor: string, naming: BoardNaming) => SetupJob;
    readonly whenEnded: (id: string) => Promise<SetupJob>;
  };
  readonly ports: Pick<Ports, 'list' | 'onPresence'>;
  readonly zones: { readonly get: (id: ZoneId) => { readonly name: string } | undefined };
  readonly devices: { readonly isNamed: (name: string) => boolean };
  /** Kept settings of the profile; a value that cannot be stored is counted by the write batch. */
  readonly settings: {
    readonly get: (key: string) => string | undefined;
    readonly set: (key: string, value: string) => void;
  };
  readonly batch: { readonly plant: (write: () => void) => boolean };
  readonly journal: Pick<Journal, 'add'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: () => void;
};

/** What a board was given: a name of the queue, or one with a number of its own. */
type Claim = {
  readonly naming: BoardNaming;
  readonly zoneId: ZoneId | null;
  readonly queued: QueuedName | null;
  /** Of the queue that it was taken from. */
  readonly queueVersion: number;
};

export class BenchLine implements Bench {
  private held: HeldTemplate | null = null;
  private queue: readonly QueuedName[] = [];
  /** Counts the queues that the operator has set. */
  private queueVersion = 0;
  private isRunning = false;
  /** Who started the line; the boards are set up in that name. */
  private operator = 'system:console';
  private readonly lanes = new Map<string, Lane>();
  private readonly claims = new Map<string, Claim>();
  /** What cancels looking at a lane whose board is gone. */
  private readonly timers = new Map<string, () => void>();
  private stopListening = (): void => undefined;

  constructor(private readonly parts: BenchParts) {}

  /** Restores template and queue, and listens to the ports. The line itself is not started: its passwords are gone. */
  open(): void {
    const stored = this.restored(TEMPLATE_KEY, storedTemplateSchema);
    this.held = stored && { stored, secrets: noSecrets };
    const claimed = this.restored(CLAIMED_KEY, storedQueueSchema) ?? [];
    const free = claimed.filter(({ name }) => !this.parts.devices.isNamed(name));
    this.queue = [...free, ...(this.restored(QUEUE_KEY, storedQueueSchema) ?? [])];
    if (claimed.length > 0) this.keepQueue(this.queue);
    this.stopListening = this.parts.ports.onPresence((path, isPresent) => {
      if (this.lanes.has(path)) this.apply(path, isPresent ? { kind: 'plugged', ...this.boardOn(path) } : { kind: 'unplugged' }); // prettier-ignore
    });
  }

  /** Begins no further board and forgets the lanes; called before the setups are stopped, whose names then go back to the queue. */
  close(): void {
    this.stopListening();
    this.isRunning = false;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.lanes.clear();
  }

  view(): BenchView {
    return {
      template: this.held && templateView(this.held),
      isRunning: this.isRunning,
      queue: [...this.queue],
      lanes: [...this.lanes].map(([port, { state, jobId, passed, failed }]) => ({
        port,
        state,
        jobId,
        passed,
        failed,
      })),
    };
  }

  /** Holds from the next board on. */
  setTemplate(template: BenchTemplate, _actor: string): Result<BenchView> {
    const unknown = this.unknownZone([template.settings?.zoneId ?? null]);
    if (unknown) return unknown;
    const taken = takenTemplate(template, this.held);
    if (!taken.ok) return taken;
    this.hold(taken.value);
    return this.changed();
  }

  setQueue(queue: readonly QueuedName[], _actor: string): Result<BenchView> {
    const unknown = this.unknownZone(queue.map(({ zoneId }) => zoneId));
    if (unknown) return unknown;
    this.queueVersion += 1;
    this.keepQueue(queue);
    return this.changed();
  }

  /** Boards that are plugged in begin at once. */
  start(ports: readonly string[], actor: string): Result<BenchView> {
    const { held } = this;
    if (this.isRunning)
      return failure('conflict', 'The bench line is running already. Stop it first to change its ports.');
    if (held === null) return failure('conflict', 'The bench line has no template. Say first what every board gets.');
    if (!hasSecrets(held))
      return failure('conflict', `The passwords for the boards were forgotten when the console ended. Give the password of the network ${held.stored.settings?.ssid ?? ''} again.`); // prettier-ignore
    this.isRunning = true;
    this.operator = actor;
    this.newLanes(ports);
    this.parts.journal.add({
      kind: 'bench.started',
      actor,
      message: `Bench line started on ${ports.length} ${ports.length === 1 ? 'port' : 'ports'}`,
      details: { ports, imageId: held.stored.imageId, method: held.stored.method, naming: held.stored.naming },
    });
    for (const port of new Set(ports)) this.apply(port, { kind: 'started', ...this.boardOn(port) });
    return this.changed();
  }

  /** What runs is finished. */
  stop(actor: string): Result<BenchView> {
    if (!this.isRunning) return success(this.view());
    this.isRunning = false;
    for (const port of this.lanes.keys()) this.apply(port, { kind: 'stopped' });
    const lanes = [...this.lanes.values()];
    const count = (key: 'passed' | 'failed') => lanes.reduce((sum, lane) => sum + lane[key], 0);
    this.parts.journal.add({
      kind: 'bench.stopped',
      actor,
      message: `Bench line stopped: ${count('passed')} passed, ${count('failed')} failed`,
      details: { passed: count('passed'), failed: count('failed') },
    });
    return this.changed();
  }

  /** Once more: the same board after a failure, or the next one on a port that does not tell when a board comes. */
  retry(port: string, actor: string): Promise<Result<BenchView>> {
    return Promise.resolve(this.retryNow(port, actor));
  }

  private retryNow(port: string, actor: string): Result<BenchView> {
    const lane = this.lanes.get(port);
    if (!lane) return failure('not_found', `${port} is not on the bench line.`);
    if (!this.isRunning) return failure('conflict', 'The bench line is not running. Start it first.');
    if (lane.state === 'working')
      return failure('busy', `The board on ${port} is being set up. Wait for its end, or cancel it.`, {
        retryable: true,
      });
    this.apply(port, { kind: 'retry' }, actor);
    return this.changed();
  }

  /** Lanes for these ports, in this order; those that still work keep what they do. */
  private newLanes(ports: readonly string[]): void {
    const before = new Map(this.lanes);
    this.lanes.clear();
    for (const port of ports) this.lanes.set(port, before.get(port) ?? newLane);
    for (const [port, lane] of before)
      if (lane.state === 'working' && !this.lanes.has(port)) this.lanes.set(port, lane);
    for (const [port, lane] of this.lanes) if (lane.state !== 'working') this.lanes.set(port, newLane);
  }

  private boardOn(path: string) {
    const port = this.parts.ports.list().ports.find((one) => one.path === path);
    return {
      isPresent: port?.isPresent ?? false,
      serialNumber: port?.serialNumber ?? null,
      isNativeUsb: port?.isNativeUsb ?? false,
    };
  }

  private apply(port: string, event: LaneEvent, actor = this.operator): void {
    const before = this.lanes.get(port);
    if (!before) return;
    const { lane, begin } = nextLane(before, event, this.parts.clock.monotonic());
    this.lanes.set(port, lane);
    if (begin === 'board' || lane.state === 'empty' || lane.state === 'off') this.claims.delete(port);
    this.lookAgain(port, lane);
    if (begin !== null) this.begin(port, actor);
    if (lane !== before) this.parts.onChange();
  }

  /** A board that is gone for long enough was taken away. */
  private lookAgain(port: string, lane: Lane): void {
    this.timers.get(port)?.();
    this.timers.delete(port);
    const dueMs = emptyDueMs(lane);
    if (dueMs === null) return;
    const { clock } = this.parts;
    this.timers.set(port, clock.after(Math.max(0, dueMs - clock.monotonic()), () => this.apply(port, { kind: 'waited' }))); // prettier-ignore
  }

  private begin(port: string, actor: string): void {
    const held = must(this.held, 'a line that runs has a template');
    const claim = this.claims.get(port) ?? this.claim(held);
    this.claims.set(port, claim);
    if (claim.queued !== null) this.keepQueue(this.queue);
    const { setups } = this.parts;
    const { id } = setups.startBoard(boardInput(held, port, claim.zoneId), actor, claim.naming);
    this.apply(port, { kind: 'began', jobId: id });
    void setups.whenEnded(id).then((job) => this.ended(port, job));
  }

  private ended(port: string, job: SetupJob): void {
    this.settleClaim(port, job); // also when the line was closed meanwhile: the name is not lost
    this.apply(port, { kind: 'ended', jobId: job.id, isPassed: job.state === 'done' });
  }

  /** The next name and zone; a number that it takes is used up, whatever becomes of the board. */
  private claim(held: HeldTemplate): Claim {
    const { naming, nextNumber, settings } = held.stored;
    const [queued = null, ...rest] = this.queue;
    this.queue = rest;
    const template = queued?.name ?? naming;
    if (usesNumber(template)) this.hold({ ...held, stored: { ...held.stored, nextNumber: nextNumber + 1 } });
    const zoneId = queued?.zoneId ?? settings?.zoneId ?? null;
    const zoneName = zoneId === null ? '' : (this.parts.zones.get(zoneId)?.name ?? zoneId);
    return { naming: { template, number: nextNumber, zoneName }, zoneId, queued, queueVersion: this.queueVersion };
  }

  /** A name that no device bears goes back to the head of the queue; a number stays with its board for another try. */
  private settleClaim(port: string, job: SetupJob): void {
    const claim = this.claims.get(port);
    if (!claim) return;
    const { queued, queueVersion } = claim;
    const isUsed = isAdopted(job);
    if (isUsed || queued !== null) this.claims.delete(port);
    if (queued === null) return;
    // An operator who wrote the queue anew may have put the name into it himself.
    const isThere = queueVersion !== this.queueVersion && this.queue.some(({ name }) => name === queued.name);
    this.keepQueue(isUsed || isThere ? this.queue : [queued, ...this.queue]);
  }

  private unknownZone(zones: readonly (ZoneId | null)[]) {
    const unknown = zones.find((zone) => zone !== null && !this.parts.zones.get(zone));
    if (unknown === undefined || unknown === null) return null;
    return failure('not_found', `There is no zone ${unknown}. Choose another, or add it first.`);
  }

  private hold(held: HeldTemplate): void {
    this.held = held;
    this.store(TEMPLATE_KEY, held.stored);
  }

  private keepQueue(queue: readonly QueuedName[]): void {
    this.queue = queue;
    this.store(QUEUE_KEY, queue);
    const claimed = [...this.claims.values()].flatMap(({ queued }) => queued ?? []);
    this.store(CLAIMED_KEY, claimed);
  }

  private store(key: string, value: unknown): void {
    const { batch, settings } = this.parts;
    batch.plant(() => settings.set(key, JSON.stringify(value)));
  }

  private restored<T>(key: string, schema: z.ZodType<T>): T | null {
    const text = this.parts.settings.get(key);
    if (text === undefined) return null;
    const parsed = z.preprocess(jsonOf, schema).safeParse(text);
    if (parsed.success) return parsed.data;
    this.parts.log.warn({ key }, 'a setting of the bench line is not readable and was left out');
    return null;
  }

  private changed(): Result<BenchView> {
    this.parts.onChange();
    return success(this.view());
  }
}

function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
