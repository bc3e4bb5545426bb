import { randomUUID } from 'node:crypto';
import type { OperationKind, OperationView } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import { currentTraceId, withTrace } from '../trace';
import type { WriteBatch } from '../store/write-batch';
import type { OperationStore } from './operation-store';
import type { OutboxStore } from './outbox-store';
import type { PendingChange } from './pending-change';

/** Finished operations kept in memory for the screens; older ones are read from the store. */
const KEPT = 200;
/** How often what waits is looked at, in case the publisher refused it (breaker open) while its device stayed online. */
const LOOK_AGAIN_MS = 5_000;
/** Changes that wait at most: one for each kind of 200 devices. Beyond that the oldest is given up, counted and named. */
export const MAX_WAITING = 1_000;

/** Why an operation ended without its room's doing, and the sentence for it. */
const endings = {
  replaced: 'A newer change of the same kind took its place before the device got it.',
  dropped: `More than ${MAX_WAITING} changes wait for their devices, so the oldest was given up. Ask for it again.`,
  forgotten: 'The device was removed from the console.',
  retired: 'Another device took its place.',
  cancelled: 'It was withdrawn before the device got it.',
  withdrawn: 'It lost its sense before the device got it.',
  broken: 'The console could not send it. Its log tells more.',
  lost: 'The console was restarted before the device answered.',
} as const;
export type Ending = keyof typeof endings;

export type ChangeRequest = Pick<PendingChange, 'deviceId' | 'slot' | 'kind' | 'body'> & {
  readonly subject?: string;
  readonly by?: string;
};

/** Sends one change. It must lead to `finish`, by an answer or by a deadline. */
export type Executor = (change: PendingChange) => void;
/** `body` is what the outbox kept of the change; undefined when it was lost. */
type EndListener = (operation: OperationView, ending: Ending, body: unknown) => void;

export type OperationParts = {
  readonly store: OperationStore;
  readonly outbox: OutboxStore;
  readonly batch: WriteBatch;
  readonly clock: Clock;
  readonly changes: Changes;
  /** Approved, online, and the broker is there. */
  readonly isReady: (deviceId: DeviceId) => boolean;
  /** The outbox has a new depth, or lost an entry. */
  readonly onDepth: (depth: number, droppedNow: number) => void;
};

/** A change that has not ended, and its operation as the screens show it. */
type Open = { readonly change: PendingChange; view: OperationView };

/** The changes of one device: the one it works on, and by slot what waits, the next one first. */
type Lane = { active: PendingChange | null; queue: Map<string, PendingChange>; isPumping: boolean };

/**
 * Zone, subzone and configuration changes on their way to the devices: the outbox for idempotent state. Every change goes through here,
 * one per device at a time, because a device works on one (wire contract 7.5); the newest of a device and slot takes the place of one that
 * still waits. What waits is on disk and is sent when its device is there; what was sent and not answered before a restart of the console
 * is sent again under the same id. Commands never come here. The operation's id is the correlation id of the message.
 */
export class Operations {
  /** By operation id, oldest first. */
  private readonly open = new Map<string, Open>();
  private readonly ended = new Map<string, OperationView>();
  private readonly lanes = new Map<DeviceId, Lane>();
  private readonly executors = new Map<OperationKind, Executor>();
  private readonly endListeners: EndListener[] = [];
  private stopLooking = (): void => undefined;

  constructor(private readonly parts: OperationParts) {}

  /** Who sends changes of a kind. */
  executor(kind: OperationKind, send: Executor): void {
    this.executors.set(kind, send);
  }

  /** Called for every operation that ended without its room's doing: replaced, given up, withdrawn, broken, lost. */
  onEnd(listener: EndListener): void {
    this.endListeners.push(listener);
  }

  /** Restores what waits. An operation without a change in the outbox cannot be finished any more; those are ended and returned. */
  load(): OperationView[] {
    const stored = new Map(this.parts.store.pending().map((operation) => [operation.id, operation]));
    const ended: OperationView[] = [];
    for (const change of this.parts.outbox.all()) {
      const operation = stored.get(change.operationId);
      stored.delete(change.operationId);
      if (!operation) {
        this.parts.batch.plant(() => this.parts.outbox.remove(change.operationId)); // nobody could ever ask about it
        continue;
      }
      // The older one was under way at the last end; what the operator wished since then counts.
      const older = this.lane(change.deviceId).queue.get(change.slot);
      if (older) ended.push(...this.giveUp(older, 'replaced'));
      this.lane(change.deviceId).queue.set(change.slot, change);
      this.open.set(operation.id, { change, view: { ...operation, waitingFor: 'device' } });
    }
    for (const operation of stored.values()) {
      const over = { ...operation, state: 'timeout' as const, reason: endings.lost, finishedAt: this.nowIso() };
      this.keep(over);
      this.tellEnd(over, 'lost', undefined);
      ended.push(over);
    }
    this.tellDepth(0);
    return ended;
  }

  start(): void {
    this.stopLooking = this.parts.clock.every(LOOK_AGAIN_MS, () => {
      for (const deviceId of this.lanes.keys()) this.deviceReady(deviceId);
    });
  }

  stop(): void {
    this.stopLooking();
  }

  /** Takes a change; it is sent as soon as its device is there and free. */
  submit({ subject, by, ...request }: ChangeRequest): OperationView {
    const { outbox, batch, clock, isReady } = this.parts;
    const { deviceId, slot, kind } = request;
    const traceId = currentTraceId();
    const view: OperationView = {
      id: randomUUID(),
      kind,
      deviceId,
      ...(subject !== undefined && { subject }),
      ...(by !== undefined && { by }),
      ...(traceId !== undefined && { traceId }),
      state: 'pending',
      waitingFor: isReady(deviceId) ? 'turn' : 'device',
      startedAt: this.nowIso(),
    };
    const change: PendingChange = { ...request, operationId: view.id, at: clock.now() };
    const { queue } = this.lane(deviceId);
    const older = queue.get(slot);
    queue.set(slot, change); // in the older one's place, so that what was asked for after it still comes after it
    this.open.set(view.id, { change, view });
    if (older) batch.plant(() => outbox.replace(older.operationId, change));
    else batch.plant(() => outbox.add(change));
    this.save(view);
    if (older) this.giveUp(older, 'replaced');
    this.tellDepth(this.dropOldest());
    batch.commitPlantNow(); // who gets the id may rely on it, whatever happens to the console next
    this.pump(deviceId);
    return this.open.get(view.id)?.view ?? this.ended.get(view.id) ?? view;
  }

  /** A device came, or was approved: what waits for it is sent. */
  deviceReady(deviceId: DeviceId): void {
    this.pump(deviceId);
    const lane = this.lanes.get(deviceId);
    for (const { operationId } of lane?.queue.values() ?? []) this.mark(operationId, lane?.active ? 'turn' : 'device');
  }

  /** Ends an operation, and lets the device's next change go. */
  finish(id: string, state: 'confirmed' | 'failed' | 'timeout', reason?: string): void {
    const entry = this.open.get(id);
    if (!entry) return;
    this.end(entry, state, reason);
    this.pump(entry.change.deviceId);
  }

  /** The change could not be handed to the broker: it waits again, and the device's other changes behind it. */
  postpone(id: string): void {
    const entry = this.open.get(id);
    const lane = entry && this.lane(entry.change.deviceId);
    if (!entry || lane?.active !== entry.change) return;
    const { change, view } = entry;
    lane.active = null;
    if (lane.queue.has(change.slot)) {
      this.giveUp(change, 'replaced');
      return;
    }
    lane.queue = new Map([[change.slot, change], ...lane.queue]);
    const { sentAt: _sentAt, ...rest } = view;
    entry.view = { ...rest, waitingFor: 'device' };
    this.save(entry.view);
  }

  /** Withdraws a change that was not sent yet. */
  cancel(id: string): Result<OperationView> {
    const entry = this.open.get(id);
    if (!entry) return failure('not_found', `No change ${id} waits. It was sent or has ended already.`);
    if (this.isActive(entry.change))
      return failure('busy', 'The device is working on this change; it cannot be withdrawn.', { retryable: true });
    this.giveUp(entry.change, 'cancelled');
    return this.get(id);
  }

  /** Withdraws what waits in a slot because it has lost its sense, for example a subzone of a zone that the device left. */
  withdraw(deviceId: DeviceId, slot: string, reason: string): void {
    const change = this.lanes.get(deviceId)?.queue.get(slot);
    if (change) this.giveUp(change, 'withdrawn', reason);
  }

  /** Nothing can reach the device any more: it was forgotten, or another one took its place. */
  removeDevice(deviceId: DeviceId, ending: 'forgotten' | 'retired' = 'forgotten'): void {
    const lane = this.lanes.get(deviceId);
    if (!lane) return;
    this.lanes.delete(deviceId);
    for (const change of [...(lane.active ? [lane.active] : []), ...lane.queue.values()]) this.giveUp(change, ending);
  }

  /** Is a change of the device on its way, or waiting? With `slot` only such a one. */
  has(deviceId: DeviceId, slot?: string): boolean {
    const lane = this.lanes.get(deviceId);
    if (!lane) return false;
    if (slot === undefined) return lane.active !== null || lane.queue.size > 0;
    return lane.active?.slot === slot || lane.queue.has(slot);
  }

  /** The change of this slot that waits, be it behind another one that the device works on. */
  waiting(deviceId: DeviceId, slot: string): PendingChange | undefined {
    return this.lanes.get(deviceId)?.queue.get(slot);
  }

  /** Does a newer change wait behind this one, for the same slot? */
  isOvertaken(id: string): boolean {
    const change = this.open.get(id)?.change;
    const newest = change && this.lanes.get(change.deviceId)?.queue.get(change.slot);
    return newest !== undefined && newest !== change;
  }

  /** The change of an operation that has not ended. */
  change(id: string): PendingChange | undefined {
    return this.open.get(id)?.change;
  }

  get(id: string): Result<OperationView> {
    const operation = this.open.get(id)?.view ?? this.ended.get(id) ?? this.parts.store.get(id);
    return operation ? success(operation) : failure('not_found', `There is no operation ${id}.`);
  }

  /** What the screens start with. */
  list(): OperationView[] {
    return [...this.ended.values(), ...this.outbox()];
  }

  /** What has not ended, oldest first. */
  outbox(): OperationView[] {
    return [...this.open.values()].map(({ view }) => view);
  }

  /** Sends the device's next change if it is there and free. A loop, because an executor may end its change within the call. */
  private pump(deviceId: DeviceId): void {
    const lane = this.lanes.get(deviceId);
    if (!lane || lane.isPumping) return;
    lane.isPumping = true;
    try {
      for (let next = this.next(lane); next && !lane.active; next = this.next(lane)) {
        if (!this.parts.isReady(deviceId)) {
          this.mark(next.operationId, 'device');
          break;
        }
        lane.queue.delete(next.slot);
        lane.active = next;
        this.execute(next);
        if (this.next(lane) === next) break; // postponed
      }
    } finally {
      lane.isPumping = false;
      if (!lane.active && lane.queue.size === 0 && this.lanes.get(deviceId) === lane) this.lanes.delete(deviceId);
    }
  }

  private next(lane: Lane): PendingChange | undefined {
    return lane.queue.values().next().value;
  }

  private execute(change: PendingChange): void {
    const { operationId: id, kind } = change;
    const entry = this.open.get(id);
    const send = this.executors.get(kind);
    if (entry) {
      const { waitingFor: _waitingFor, ...rest } = entry.view;
      entry.view = { ...rest, sentAt: this.nowIso() };
      this.save(entry.view);
    }
    if (!send) {
      this.finish(id, 'failed', 'This console does not know how to send such a change.');
      return;
    }
    try {
      withTrace(entry?.view.traceId, () => send(change));
    } catch (error) {
      this.giveUp(change, 'broken'); // or it would block its device for ever
      throw error;
    }
  }

  private lane(deviceId: DeviceId): Lane {
    const known = this.lanes.get(deviceId);
    if (known) return known;
    const lane: Lane = { active: null, queue: new Map(), isPumping: false };
    this.lanes.set(deviceId, lane);
    return lane;
  }

  private isActive(change: PendingChange): boolean {
    return this.lanes.get(change.deviceId)?.active === change;
  }

  private end({ change, view }: Open, state: 'confirmed' | 'failed' | 'timeout', reason?: string): OperationView {
    const { operationId: id, deviceId, slot } = change;
    const lane = this.lanes.get(deviceId);
    if (lane?.active === change) lane.active = null;
    if (lane?.queue.get(slot) === change) lane.queue.delete(slot);
    this.open.delete(id);
    this.parts.batch.plant(() => this.parts.outbox.remove(id));
    const { waitingFor: _waitingFor, ...rest } = view;
    const over = { ...rest, state, ...(reason !== undefined && { reason }), finishedAt: this.nowIso() };
    this.keep(over);
    this.tellDepth(0);
    return over;
  }

  /** Ends a change without its room's doing; nothing is sent because of it. */
  private giveUp(change: PendingChange, ending: Ending, reason: string = endings[ending]): OperationView[] {
    const entry = this.open.get(change.operationId);
    if (!entry) return [];
    const over = this.end(entry, 'failed', reason);
    this.tellEnd(over, ending, change.body);
    return [over];
  }

  private tellEnd(operation: OperationView, ending: Ending, body: unknown): void {
    for (const listener of this.endListeners) listener(operation, ending, body);
  }

  private dropOldest(): number {
    let count = 0;
    for (const { change } of this.open.values()) {
      if (this.open.size <= MAX_WAITING) break;
      if (this.isActive(change)) continue;
      this.giveUp(change, 'dropped');
      count += 1;
    }
    return count;
  }

  /** What a waiting change waits for; the disk need not know. */
  private mark(id: string, waitingFor: 'device' | 'turn'): void {
    const entry = this.open.get(id);
    if (!entry || entry.view.waitingFor === waitingFor) return;
    entry.view = { ...entry.view, waitingFor };
    this.parts.changes.operation(id);
  }

  /** Keeps an ended operation for the screens. */
  private keep(operation: OperationView): void {
    this.ended.set(operation.id, operation);
    const [oldest] = this.ended.keys();
    if (this.ended.size > KEPT && oldest !== undefined) this.ended.delete(oldest);
    this.save(operation);
  }

  private save(operation: OperationView): void {
    this.parts.batch.plant(() => this.parts.store.save(operation));
    this.parts.changes.operation(operation.id);
  }

  private tellDepth(droppedNow: number): void {
    this.parts.onDepth(this.open.size, droppedNow);
  }

  private nowIso(): string {
    return new Date(this.parts.clock.now()).toISOString();
  }
}
