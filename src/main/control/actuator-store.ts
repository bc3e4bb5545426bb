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

/** Keys tried for rows that two devices wrote in the same millisecond on the same pin. */
const MOST_MOVES = 1000;

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

  /** Gives a device the states of another one; a key that it has taken itself moves a row by a millisecond. */
  moveDevice(from: DeviceId, to: DeviceId): void {
    const move = this.database.prepare(
      'UPDATE OR IGNORE actuator_states SET device_id = ?, at = at + ? WHERE device_id = ?',
    );
    for (let shiftMs = 0; shiftMs < MOST_MOVES && this.has(from); shiftMs += 1) move.run(to, shiftMs, from);
  }

  private has(deviceId: DeviceId): boolean {
    return (
      this.database.prepare('SELECT 1 FROM actuator_states WHERE device_id = ? LIMIT 1').get(deviceId) !== undefined
    );
  }

  removeDevice(deviceId: DeviceId): void {
    this.database.prepare('DELETE FROM actuator_states WHERE device_id = ?').run(deviceId);
  }
}
