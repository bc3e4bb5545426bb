import type Database from 'better-sqlite3';
import type { DeviceId } from '../../shared/domain/ids';

export type ActuatorRow = {
  readonly deviceId: DeviceId;
  readonly gpio: number;
  /** Unix ms, receive time. */
  readonly at: number;
  readonly type: string;
  readonly state: string;
  readonly value: number;
  readonly emergency: string;
  readonly runtimeMs: number;
  readonly source: string | null;
};

/** SQL of observed actuator states; a row per change. */
export class ActuatorStore {
  private readonly insert;

  constructor(private readonly database: Database.Database) {
    this.insert = database.prepare(`
      INSERT OR REPLACE INTO actuator_states (device_id, gpio, at, type, state, value, emergency, runtime_ms, source)
      VALUES (@deviceId, @gpio, @at, @type, @state, @value, @emergency, @runtimeMs, @source)`);
  }

  add(row: ActuatorRow): void {
    this.insert.run(row);
  }

  /** The last known state of every actuator. */
  latest(): ActuatorRow[] {
    return this.database
      .prepare<[], ActuatorRow>(
        `SELECT device_id AS deviceId, gpio, max(at) AS at, type, state, value, emergency, runtime_ms AS runtimeMs, source
         FROM actuator_states GROUP BY device_id, gpio`,
      )
      .all();
  }

  removeDevice(deviceId: DeviceId): void {
    this.database.prepare('DELETE FROM actuator_states WHERE device_id = ?').run(deviceId);
  }
}
