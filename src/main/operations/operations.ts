import { randomUUID } from 'node:crypto';
import type { OperationKind, OperationView } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { WriteBatch } from '../store/write-batch';
import type { OperationStore } from './operation-store';
import type { OutboxStore, PendingChange } from './outbox-store';

/** Finished operations kept in memory for the screens; older ones are read from the store. */
const KEPT = 200;
/** How often what waits is looked at, in case the publisher refused it (breaker open) while its device stayed online. */
const LOOK_AGAIN_MS = 5_000;
/** Changes that wait at most: one for each kind of 200 devices. Beyond that the oldest is given up, counted and named. */
export const MAX_WAITING = 1_000;

const replaced = 'A newer change of the same kind took its place before the device got it.';
const dropped = `More than ${MAX_WAITING} changes wait for their devices, so the oldest was given up. Ask for it again.`;
const forgotten = 'The device was removed from the console.';
const cancelled = 'It was withdrawn before the device got it.';

export type ChangeRequest = Pick<PendingChange, 'deviceId' | 'slot' | 'kind' | 'body'> & {
  readonly subject?: string;
  readonly by?: string;
};

/** Sends one change. It must lead to `finish`, by an answer or by a deadline. */
export type Executor = (change: PendingChange) => void;

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

/**
 * Zone, subzone and configuration changes on their way to the devices: the outbox for idempotent state. Every change goes through here,
 * one per device at a time, because a device works on one (wire contract 7.5); the newest of a device and slot replaces one that still
 * waits. What waits is on disk and is sent when its device is there; what was sent and not answered before a restart of the console is sent
 * again under the same id. Commands never come here. The operation's id is the correlation id of the message.
 */
export class Operations {
  private readonly recent = new Map<string, OperationView>();
  private readonly waiting = new Map<string, PendingChange>();
  private readonly active = new Map<DeviceId, string>();
  private readonly executors = new Map<OperationKind, Executor>();
  private stopLooking = (): void => undefined;
  private readonly endListeners: ((operation: OperationView) => void)[] = [];

  constructor(private readonly parts: OperationParts) {}

  /** Who sends changes of a kind. */
  executor(kind: OperationKind, send: Executor): void {
    this.executors.set(kind, send);
  }

  /** Called for every operation that ended without its room's doing: replaced, given up, withdrawn. */
  onEnd(listener: (operation: OperationView) => void): void {
    this.endListeners.push(listener);
  }

  /** Restores what waits. An operation without a change in the outbox cannot be finished any more; those are ended and returned. */
  load(): OperationView[] {
    for (const change of this.parts.outbox.all()) this.waiting.set(change.operationId, change);
    const ended: OperationView[] = [];
    for (const operation of this.parts.store.pending()) {
      if (this.waiting.has(operation.id)) {
        this.recent.set(operation.id, { ...operation, waitingFor: 'device' });
        continue;
      }
      const over: OperationView = {
        ...operation,
        state: 'timeout',
        reason: 'The console was restarted before the device answered.',
        finishedAt: this.nowIso(),
      };
      this.save(over);
      ended.push(over);
    }
    this.parts.onDepth(this.waiting.size, 0);
    return ended;
  }

  start(): void {
    this.stopLooking = this.parts.clock.every(LOOK_AGAIN_MS, () => {
      for (const deviceId of new Set([...this.waiting.values()].map((change) => change.deviceId))) this.pump(deviceId);
    });
  }

  stop(): void {
    this.stopLooking();
  }

  /** Takes a change; it is sent as soon as its device is there and free. */
  submit({ subject, by, ...request }: ChangeRequest): OperationView {
    for (const older of [...this.waiting.values()])
      if (older.deviceId === request.deviceId && older.slot === request.slot && !this.isActive(older))
        this.giveUp(older, replaced);
    const operation: OperationView = {
      id: randomUUID(),
      kind: request.kind,
      deviceId: request.deviceId,
      ...(subject !== undefined && { subject }),
      ...(by !== undefined && { by }),
      state: 'pending',
      startedAt: this.nowIso(),
    };
    const change: PendingChange = { ...request, operationId: operation.id, at: this.parts.clock.now() };
    this.waiting.set(operation.id, change);
    this.parts.batch.plant(() => this.parts.outbox.add(change));
    this.save({ ...operation, waitingFor: this.parts.isReady(request.deviceId) ? 'turn' : 'device' });
    const droppedNow = this.dropOldest();
    this.parts.onDepth(this.waiting.size, droppedNow);
    this.pump(request.deviceId);
    return this.recent.get(operation.id) ?? operation;
  }

  /** A device came, or was approved: what waits for it is sent. */
  deviceReady(deviceId: DeviceId): void {
    this.pump(deviceId);
  }

  /** Ends an operation, and lets the device's next change go. */
  finish(id: string, state: 'confirmed' | 'failed' | 'timeout', reason?: string): void {
    const operation = this.recent.get(id);
    if (!operation || operation.state !== 'pending') return;
    const { waitingFor: _waitingFor, ...rest } = operation;
    if (this.active.get(operation.deviceId) === id) this.active.delete(operation.deviceId);
    if (this.waiting.delete(id)) {
      this.parts.batch.plant(() => this.parts.outbox.remove(id));
      this.parts.onDepth(this.waiting.size, 0);
    }
    this.save({ ...rest, state, ...(reason !== undefined && { reason }), finishedAt: this.nowIso() });
    this.pump(operation.deviceId);
  }

  /** The change could not be handed to the broker: it waits again, and the device's other changes with it. */
  postpone(id: string): void {
    const operation = this.recent.get(id);
    if (!operation || operation.state !== 'pending') return;
    if (this.active.get(operation.deviceId) === id) this.active.delete(operation.deviceId);
    const { sentAt: _sentAt, ...rest } = operation;
    this.save({ ...rest, waitingFor: 'device' });
  }

  /** Withdraws a change that was not sent yet. */
  cancel(id: string): Result<OperationView> {
    const change = this.waiting.get(id);
    if (!change) return failure('not_found', `No change ${id} waits. It was sent or has ended already.`);
    if (this.isActive(change)) return failure('busy', 'The device is working on this change; it cannot be withdrawn.');
    this.giveUp(change, cancelled);
    return this.get(id);
  }

  removeDevice(deviceId: DeviceId): void {
    for (const change of [...this.waiting.values()]) if (change.deviceId === deviceId) this.giveUp(change, forgotten);
  }

  /** Is a change of the device on its way, or waiting? With `slot` only such a one. */
  has(deviceId: DeviceId, slot?: string): boolean {
    return [...this.waiting.values()].some(
      (change) => change.deviceId === deviceId && (slot === undefined || change.slot === slot),
    );
  }

  get(id: string): Result<OperationView> {
    const operation = this.recent.get(id) ?? this.parts.store.get(id);
    return operation ? success(operation) : failure('not_found', `There is no operation ${id}.`);
  }

  /** What the screens start with. */
  list(): OperationView[] {
    return [...this.recent.values()];
  }

  /** What waits, oldest first. */
  outbox(): OperationView[] {
    return [...this.waiting.keys()].map((id) => this.recent.get(id)).filter((operation) => operation !== undefined);
  }

  /** Sends the oldest change of a device that is free. */
  private pump(deviceId: DeviceId): void {
    if (this.active.has(deviceId)) return;
    const next = [...this.waiting.values()].find((change) => change.deviceId === deviceId);
    if (!next) return;
    const operation = this.recent.get(next.operationId);
    if (!operation) return;
    if (!this.parts.isReady(deviceId)) {
      if (operation.waitingFor !== 'device') this.save({ ...operation, waitingFor: 'device' });
      return;
    }
    const { waitingFor: _waitingFor, ...rest } = operation;
    this.active.set(deviceId, next.operationId);
    this.save({ ...rest, sentAt: this.nowIso() });
    const send = this.executors.get(next.kind);
    if (send) send(next);
    else this.finish(next.operationId, 'failed', 'This console does not know how to send such a change.');
  }

  private isActive(change: PendingChange): boolean {
    return this.active.get(change.deviceId) === change.operationId;
  }

  private giveUp(change: PendingChange, reason: string): void {
    this.finish(change.operationId, 'failed', reason);
    const ended = this.recent.get(change.operationId);
    if (ended) for (const listener of this.endListeners) listener(ended);
  }

  private dropOldest(): number {
    let count = 0;
    for (const change of [...this.waiting.values()]) {
      if (this.waiting.size <= MAX_WAITING) break;
      if (this.isActive(change)) continue;
      this.giveUp(change, dropped);
      count += 1;
    }
    return count;
  }

  private save(operation: OperationView): void {
    this.recent.set(operation.id, operation);
    for (const [id, { state }] of this.recent) {
      if (this.recent.size <= KEPT) break;
      if (state !== 'pending') this.recent.delete(id);
    }
    this.parts.batch.plant(() => this.parts.store.save(operation));
    this.parts.changes.operation(operation.id);
  }

  private nowIso(): string {
    return new Date(this.parts.clock.now()).toISOString();
  }
}
