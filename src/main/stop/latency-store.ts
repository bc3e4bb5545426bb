import type Database from 'better-sqlite3';
import type { DeviceId } from '../../shared/domain/ids';
import type { Measurement } from './latency-rules';

export type MeasurementSource = 'stop' | 'drill';

/** SQL of the measured stops and drills. */
export class LatencyStore {
  private readonly insertion;
  private readonly trimming;
  private readonly selection;

  constructor(private readonly database: Database.Database) {
    this.insertion = database.prepare<[string, number, string, number | null]>(
      'INSERT INTO stop_latencies (device_id, at, source, latency_ms) VALUES (?, ?, ?, ?)',
    );
    this.trimming = database.prepare<[string, string, number]>(`
      DELETE FROM stop_latencies WHERE device_id = ? AND rowid NOT IN (
        SELECT rowid FROM stop_latencies WHERE device_id = ? ORDER BY rowid DESC LIMIT ?)`);
    this.selection = database.prepare<[string], Measurement>(
      'SELECT at, latency_ms AS latencyMs FROM stop_latencies WHERE device_id = ? ORDER BY rowid',
    );
  }

  /** Adds a measurement and drops what is beyond the newest `kept` of its device. */
  add(deviceId: DeviceId, source: MeasurementSource, { at, latencyMs }: Measurement, kept: number): void {
    this.insertion.run(deviceId, at, source, latencyMs);
    this.trimming.run(deviceId, deviceId, kept);
  }

  /** Measurements of one device, oldest first. */
  of(deviceId: DeviceId): Measurement[] {
    return this.selection.all(deviceId);
  }

  devices(): DeviceId[] {
    return this.database
      .prepare<[], { id: DeviceId }>('SELECT DISTINCT device_id AS id FROM stop_latencies ORDER BY device_id')
      .all()
      .map(({ id }) => id);
  }

  removeDevice(deviceId: DeviceId): void {
    this.database.prepare('DELETE FROM stop_latencies WHERE device_id = ?').run(deviceId);
  }
}
