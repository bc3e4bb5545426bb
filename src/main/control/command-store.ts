import type Database from 'better-sqlite3';
import type { CommandView } from '../../shared/api/control';
import type { DeviceId } from '../../shared/domain/ids';

type Row = { record: string };

/** SQL of the commands. */
export class CommandStore {
  private readonly upsert;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare(`
      INSERT INTO commands (id, device_id, at, state, record) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record`);
  }

  save(command: CommandView): void {
    this.upsert.run(command.id, command.deviceId, Date.parse(command.at), command.state, JSON.stringify(command));
  }

  get(id: string): CommandView | undefined {
    const row = this.database.prepare<[string], Row>('SELECT record FROM commands WHERE id = ?').get(id);
    return row && (JSON.parse(row.record) as CommandView);
  }

  /** Commands whose end is not known. */
  open(): CommandView[] {
    return this.database
      .prepare<[], Row>("SELECT record FROM commands WHERE state IN ('sent', 'accepted')")
      .all()
      .map((row) => JSON.parse(row.record) as CommandView);
  }

  /** Newest first, by row number; `offset` continues a page. */
  list(deviceId: DeviceId | undefined, limit: number, beforeRow: number): { command: CommandView; row: number }[] {
    return this.database
      .prepare<[string | null, string | null, number, number], Row & { row: number }>(
        'SELECT rowid AS row, record FROM commands WHERE (? IS NULL OR device_id = ?) AND rowid < ? ORDER BY rowid DESC LIMIT ?',
      )
      .all(deviceId ?? null, deviceId ?? null, beforeRow, limit)
      .map(({ row, record }) => ({ row, command: JSON.parse(record) as CommandView }));
  }
}
