import type Database from 'better-sqlite3';
import type { DrillView } from '../../shared/api/stop';

/** SQL of the drills. */
export class DrillStore {
  private readonly upsert;
  private readonly trimming;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare<[string, number, string]>(`
      INSERT INTO drills (id, started_at, record) VALUES (?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET record = excluded.record`);
    this.trimming = database.prepare<[number]>(
      'DELETE FROM drills WHERE id NOT IN (SELECT id FROM drills ORDER BY started_at DESC, rowid DESC LIMIT ?)',
    );
  }

  /** Saves a drill and drops what is beyond the newest `kept`. */
  save(drill: DrillView, kept: number): void {
    this.upsert.run(drill.id, Date.parse(drill.startedAt), JSON.stringify(drill));
    this.trimming.run(kept);
  }

  /** All drills, oldest first. */
  all(): DrillView[] {
    return this.database
      .prepare<[], { record: string }>('SELECT record FROM drills ORDER BY started_at, rowid')
      .all()
      .map(({ record }) => JSON.parse(record) as DrillView);
  }
}
