import type Database from 'better-sqlite3';
import type { DeviceId } from '../../shared/domain/ids';
import type { Approval } from './heartbeat-rules';
import {
  noConfiguration,
  nothingMore,
  type Configuration,
  type StoredDevice,
  type ZoneAssignment,
} from './device-record';

type Row = {
  id: string; kaiser_id: string; name: string; notes: string; is_demo: number; approval: string; first_seen_at: number;
  last_seen_at: number | null; epoch: number; boot_id: string | null; zone: string; config: string; health: string; more: string;
}; // prettier-ignore

/** SQL of the devices. */
export class DeviceStore {
  private readonly upsert;
  private readonly removeOne;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare(`
      INSERT INTO devices (id, kaiser_id, name, notes, is_demo, approval, first_seen_at, last_seen_at, epoch, boot_id, zone, config, health, more)
      VALUES (@id, @kaiserId, @name, @notes, @isDemo, @approval, @firstSeenMs, @lastSeenMs, @epoch, @bootId, @zone, @config, @health, @more)
      ON CONFLICT (id) DO UPDATE SET name = @name, notes = @notes, approval = @approval, last_seen_at = @lastSeenMs, epoch = @epoch,
        boot_id = @bootId, zone = @zone, config = @config, health = @health, more = @more`);
    this.removeOne = database.prepare('DELETE FROM devices WHERE id = ?');
  }

  all(): StoredDevice[] {
    return this.database.prepare<[], Row>('SELECT * FROM devices ORDER BY id').all().map(toDevice);
  }

  save(device: StoredDevice): void {
    const { board, subzones, diagnostics, rejectedAtMs, approvedAtMs, hasStopToken, replacedBy, replaces } = device;
    const more = { board, subzones, diagnostics, rejectedAtMs, approvedAtMs, hasStopToken, replacedBy, replaces };
    const { id, kaiserId, name, notes, approval, firstSeenMs, lastSeenMs, epoch, bootId } = device;
    const json = {
      zone: JSON.stringify(device.zone),
      config: JSON.stringify(device.config),
      health: JSON.stringify(device.health),
      more: JSON.stringify(more),
    };
    this.upsert.run({
      id,
      kaiserId,
      name,
      notes,
      approval,
      firstSeenMs,
      lastSeenMs,
      epoch,
      bootId,
      isDemo: device.isDemo ? 1 : 0,
      ...json,
    });
  }

  remove(id: DeviceId): void {
    this.removeOne.run(id);
  }
}

function toDevice(row: Row): StoredDevice {
  return {
    id: row.id as DeviceId,
    kaiserId: row.kaiser_id,
    name: row.name,
    notes: row.notes,
    isDemo: row.is_demo === 1,
    approval: row.approval as Approval,
    firstSeenMs: row.first_seen_at,
    lastSeenMs: row.last_seen_at,
    epoch: row.epoch,
    bootId: row.boot_id,
    zone: JSON.parse(row.zone) as ZoneAssignment,
    config: { ...noConfiguration, ...(JSON.parse(row.config) as Partial<Configuration>) },
    health: JSON.parse(row.health) as StoredDevice['health'],
    ...nothingMore,
    ...(JSON.parse(row.more) as Partial<typeof nothingMore>),
  };
}
