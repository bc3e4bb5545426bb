import { randomUUID } from 'node:crypto';
import type { OperationView } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { WriteBatch } from '../store/write-batch';
import type { OperationStore } from './operation-store';

/** Finished operations kept in memory for the screens; older ones are read from the store. */
const KEPT = 200;

/**
 * Zone and configuration changes under way: one per device at a time, because the device works on one (wire contract 7.5). The id is the
 * correlation id of the message.
 */
export class Operations {
  private readonly recent = new Map<string, OperationView>();
  private readonly busy = new Map<DeviceId, string>();

  constructor(
    private readonly store: OperationStore,
    private readonly batch: WriteBatch,
    private readonly clock: Clock,
    private readonly changes: Changes,
  ) {}

  /** Ends what the last process left pending: its answers cannot be matched any more. Returns what was ended. */
  load(): OperationView[] {
    return this.store.pending().map((operation) => {
      const ended: OperationView = {
        ...operation,
        state: 'timeout',
        reason: 'The console was restarted before the device answered.',
        finishedAt: this.nowIso(),
      };
      this.save(ended);
      return ended;
    });
  }

  /** Opens an operation; fails with `busy` while another one of the device is under way. */
  begin(kind: OperationView['kind'], deviceId: DeviceId): Result<OperationView> {
    if (this.busy.has(deviceId)) {
      return failure(
        'busy',
        `${deviceId} is still working on the last change. Wait until it has answered (15 seconds at most).`,
        { retryable: true },
      );
    }
    const operation: OperationView = { id: randomUUID(), kind, deviceId, state: 'pending', startedAt: this.nowIso() };
    this.busy.set(deviceId, operation.id);
    this.save(operation);
    return success(operation);
  }

  /** Ends an operation. */
  finish(id: string, state: 'confirmed' | 'failed' | 'timeout', reason?: string): void {
    const operation = this.recent.get(id);
    if (!operation || operation.state !== 'pending') return;
    this.busy.delete(operation.deviceId);
    this.save({ ...operation, state, ...(reason !== undefined && { reason }), finishedAt: this.nowIso() });
  }

  isBusy(deviceId: DeviceId): boolean {
    return this.busy.has(deviceId);
  }

  get(id: string): Result<OperationView> {
    const operation = this.recent.get(id) ?? this.store.get(id);
    return operation ? success(operation) : failure('not_found', `There is no operation ${id}.`);
  }

  /** What the screens start with. */
  list(): OperationView[] {
    return [...this.recent.values()];
  }

  private save(operation: OperationView): void {
    this.recent.set(operation.id, operation);
    const oldest = this.recent.keys().next().value;
    if (this.recent.size > KEPT && oldest !== undefined && this.recent.get(oldest)?.state !== 'pending')
      this.recent.delete(oldest);
    this.batch.plant(() => this.store.save(operation));
    this.changes.operation(operation.id);
  }

  private nowIso(): string {
    return new Date(this.clock.now()).toISOString();
  }
}
