import type Database from 'better-sqlite3';
import type { JournalEntry } from '../../shared/api/journal';
import type { DeviceId } from '../../shared/domain/ids';

type Row = {
  id: string;
  at: number;
  kind: string;
  device_id: string | null;
  actor: string;
  message: string;
  details: string;
  trace_id: string | null;
};

export type JournalQuery = {
  since?: number;
  kind?: string;
  deviceId?: string;
  traceId?: string;
  beforeId?: string;
  limit: number;
};

/** SQL of the append-only journal. */
export class JournalStore {
  private readonly insert;

  constructor(private readonly database: Database.Database) {
    this.insert = database.prepare(
      'INSERT INTO journal (id, at, kind, device_id, actor, message, details, trace_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  append(entry: JournalEntry): void {
    const { id, at, kind, deviceId, actor, message, details, traceId } = entry;
    const columns = [id, Date.parse(at), kind, deviceId ?? null, actor, message, JSON.stringify(details)] as const;
    this.insert.run(...columns, traceId ?? null);
  }

  /** Newest first; `beforeId` continues a page. */
  list({ since, kind, deviceId, traceId, beforeId, limit }: JournalQuery): JournalEntry[] {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const where = (sql: string, value: string | number | undefined) => {
      if (value === undefined) return;
      conditions.push(sql);
      values.push(value);
    };
    where('at >= ?', since);
    where('kind = ?', kind);
    where('device_id = ?', deviceId);
    where('trace_id = ?', traceId);
    where('id < ?', beforeId);
    const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    return this.database
      .prepare<(string | number)[], Row>(`SELECT * FROM journal ${filter} ORDER BY id DESC LIMIT ?`)
      .all(...values, limit)
      .map(toEntry);
  }
}

function toEntry(row: Row): JournalEntry {
  return {
    id: row.id,
    at: new Date(row.at).toISOString(),
    kind: row.kind,
    ...(row.device_id !== null && { deviceId: row.device_id as DeviceId }),
    actor: row.actor,
    message: row.message,
    ...(row.trace_id !== null && { traceId: row.trace_id }),
    details: JSON.parse(row.details) as Record<string, unknown>,
  };
}
