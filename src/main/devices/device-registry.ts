import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Malformed } from '../link/handler-registry';
import type { WriteBatch } from '../store/write-batch';
import { noConfiguration, nothingMore, noZone, recordOf, type DeviceRecord, type StoredDevice } from './device-record';
import type { DeviceStore } from './device-store';
import { unknownPresence } from './presence-state';

/** Unapproved devices that the console keeps. A flood of invented ids must not fill the list or the disk. */
export const MAX_PENDING_DEVICES = 500;
/** Different warnings of one device that are kept, the newest ones. */
const MAX_WARNINGS = 32;

/** All known devices in memory, written through to the store. Other rooms read devices here and change them only through their service. */
export class DeviceRegistry {
  private readonly records = new Map<DeviceId, DeviceRecord>();
  private readonly removeListeners: ((id: DeviceId) => void)[] = [];

  constructor(
    private readonly store: DeviceStore,
    private readonly batch: WriteBatch,
    private readonly clock: Clock,
    private readonly changes: Changes,
  ) {}

  /** Loads what is stored; every presence is unknown until the device is heard. */
  load(): void {
    for (const stored of this.store.all())
      this.records.set(stored.id, recordOf(stored, unknownPresence(this.clock.now())));
  }

  get(id: DeviceId): DeviceRecord | undefined {
    return this.records.get(id);
  }

  find(id: DeviceId): Result<DeviceRecord> {
    const record = this.records.get(id);
    return record
      ? success(record)
      : failure('not_found', `There is no device ${id}. Check the id, or wait for its first heartbeat.`);
  }

  all(): readonly DeviceRecord[] {
    return [...this.records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Adds a device, or returns null when too many unapproved ones wait already. */
  add(id: DeviceId, initial: Partial<StoredDevice> & Pick<StoredDevice, 'kaiserId'>): DeviceRecord | null {
    const pending = this.all().filter((device) => device.approval === 'pending').length;
    if ((initial.approval ?? 'pending') === 'pending' && pending >= MAX_PENDING_DEVICES) return null;
    const now = this.clock.now();
    const record = recordOf(
      {
        id,
        name: id,
        notes: '',
        isDemo: false,
        approval: 'pending',
        firstSeenMs: now,
        lastSeenMs: null,
        epoch: 0,
        bootId: null,
        zone: noZone,
        config: noConfiguration,
        health: {},
        ...nothingMore,
        ...initial,
      },
      unknownPresence(now),
    );
    this.records.set(id, record);
    this.save(record);
    return record;
  }

  /** Writes the stored part and tells the screens. A device that was forgotten meanwhile stays forgotten. */
  save(record: DeviceRecord): void {
    if (this.records.get(record.id) !== record) return;
    this.batch.plant(() => this.store.save(record));
    this.changes.device(record.id);
  }

  remove(id: DeviceId): boolean {
    const isKnown = this.records.delete(id);
    if (isKnown) {
      this.batch.plant(() => this.store.remove(id));
      for (const listener of this.removeListeners) listener(id);
      this.changes.device(id);
    }
    return isKnown;
  }

  /** Called for every device that is forgotten, so that other rooms forget it too. */
  onRemove(listener: (id: DeviceId) => void): void {
    this.removeListeners.push(listener);
  }

  /** Raises or repeats a warning on a device. */
  warn(
    record: DeviceRecord,
    { code, message, raw }: { code: string; message: string; raw?: string | undefined },
  ): void {
    const count = (record.warnings.get(code)?.count ?? 0) + 1;
    const at = new Date(this.clock.now()).toISOString();
    record.warnings.delete(code); // the newest stands last
    record.warnings.set(code, { code, message, at, count, ...(raw !== undefined && { raw }) });
    const [oldest] = record.warnings.keys();
    if (record.warnings.size > MAX_WARNINGS && oldest !== undefined) record.warnings.delete(oldest);
    this.changes.device(record.id);
  }

  /** Takes a warning back. */
  settle(record: DeviceRecord, code: string): void {
    if (record.warnings.delete(code)) this.changes.device(record.id);
  }

  /** Counts a message that broke its schema and keeps it for inspection. */
  noteMalformed({ deviceId, topic, reason, excerpt }: Malformed): void {
    const record = this.records.get(deviceId);
    if (!record) return;
    record.counters.malformed += 1;
    record.lastMalformed = { at: new Date(this.clock.now()).toISOString(), topic, reason, excerpt };
    this.changes.device(deviceId);
  }

  /** Stores every last-seen time; called from time to time and at stop, because a write per message would wear the disk. */
  saveLastSeen(): void {
    for (const record of this.records.values()) this.batch.plant(() => this.store.save(record));
  }
}
