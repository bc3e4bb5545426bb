import type Database from 'better-sqlite3';
import type { CommandView } from '../../shared/api/control';
import type { DeviceId } from '../../shared/domain/ids';

type Row = { record: string };
type FilterValues = {
  deviceId: string | null;
  kind: string | null;
  state: string | null;
  beforeRow: number;
  limit: number;
};

export type CommandFilter = {
  readonly deviceId?: DeviceId | undefined;
  readonly kind?: CommandView['kind'] | undefined;
  readonly state?: CommandView['state'] | undefined;
};

/** SQL of the commands. */
export class CommandStore {
  private readonly upsert;
  /** Asked for every answer whose command is not in memory, so a device can make it run often. */
  private readonly byId;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare(`
      INSERT INTO commands (id, device_id, at, state, record) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record`);
    this.byId = database.prepare<[string], Row>('SELECT record FROM commands WHERE id = ?');
  }

  save(command: CommandView): void {
    this.upsert.run(command.id, command.deviceId, Date.parse(command.at), command.state, JSON.stringify(command));
  }

  get(id: string): CommandView | undefined {
    const row = this.byId.get(id);
    return row && toCommand(row.record);
  }

  /** Commands whose end is not known. */
  open(): CommandView[] {
    return this.database
      .prepare<[], Row>("SELECT record FROM commands WHERE state IN ('sent', 'accepted')")
      .all()
      .map((row) => toCommand(row.record));
  }

  /** Newest first, by row number; `beforeRow` continues a page. */
  list(
    { deviceId, kind, state }: CommandFilter,
    limit: number,
    beforeRow: number,
  ): { command: CommandView; row: number }[] {
    return this.database
      .prepare<[FilterValues], Row & { row: number }>(
        `SELECT rowid AS row, record FROM commands WHERE (@deviceId IS NULL OR device_id = @deviceId)
           AND (@state IS NULL OR state = @state) AND (@kind IS NULL OR coalesce(json_extract(record, '$.kind'), 'actuator') = @kind)
           AND rowid < @beforeRow ORDER BY rowid DESC LIMIT @limit`,
      )
      .all({ deviceId: deviceId ?? null, kind: kind ?? null, state: state ?? null, beforeRow, limit })
      .map(({ row, record }) => ({ row, command: toCommand(record) }));
  }
}

/** Commands of the first version had no kind; all drove outputs. */
function toCommand(record: string): CommandView {
  return { kind: 'actuator', ...(JSON.parse(record) as Omit<CommandView, 'kind'>) };
}
