import type Database from 'better-sqlite3';
import type { StopView } from '../../shared/api/stop';

type Row = { record: string };

/** SQL of the stops. */
export class StopStore {
  private readonly upsert;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare(`
      INSERT INTO stops (id, engaged_at, cleared_at, record) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET cleared_at = excluded.cleared_at, record = excluded.record`);
  }

  save(stop: StopView): void {
    const clearedAt = stop.clearedAt === undefined ? null : Date.parse(stop.clearedAt);
    this.upsert.run(stop.id, Date.parse(stop.engagedAt), clearedAt, JSON.stringify(stop));
  }

  /** Engaged stops and the last cleared ones, newest first. */
  load(cleared: number): StopView[] {
    const engaged = this.database
      .prepare<[], Row>('SELECT record FROM stops WHERE cleared_at IS NULL ORDER BY engaged_at DESC')
      .all();
    const past = this.database
      .prepare<[number], Row>('SELECT record FROM stops WHERE cleared_at IS NOT NULL ORDER BY engaged_at DESC LIMIT ?')
      .all(cleared);
    return [...engaged, ...past].map(({ record }) => JSON.parse(record) as StopView);
  }
}
