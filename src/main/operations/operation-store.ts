import type Database from 'better-sqlite3';
import type { OperationView } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';

type Row = {
  id: string;
  kind: string;
  device_id: string;
  state: string;
  reason: string | null;
  started_at: number;
  finished_at: number | null;
  more: string;
};

/** The part of an operation that has no column of its own. */
type More = Pick<OperationView, 'subject' | 'by' | 'sentAt' | 'traceId'>;

/** SQL of operations. */
export class OperationStore {
  private readonly upsert;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare(`
      INSERT INTO operations (id, kind, device_id, state, reason, started_at, finished_at, more) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, finished_at = excluded.finished_at,
        more = excluded.more`);
  }

  save(operation: OperationView): void {
    const { id, kind, deviceId, state, reason, startedAt, finishedAt, subject, by, sentAt, traceId } = operation;
    const finished = finishedAt === undefined ? null : Date.parse(finishedAt);
    const more: More = {
      ...(subject !== undefined && { subject }),
      ...(by !== undefined && { by }),
      ...(sentAt !== undefined && { sentAt }),
      ...(traceId !== undefined && { traceId }),
    };
    this.upsert.run(id, kind, deviceId, state, reason ?? null, Date.parse(startedAt), finished, JSON.stringify(more));
  }

  get(id: string): OperationView | undefined {
    const row = this.database.prepare<[string], Row>('SELECT * FROM operations WHERE id = ?').get(id);
    return row && toOperation(row);
  }

  pending(): OperationView[] {
    return this.database.prepare<[], Row>("SELECT * FROM operations WHERE state = 'pending'").all().map(toOperation);
  }
}

function toOperation(row: Row): OperationView {
  return {
    id: row.id,
    kind: row.kind as OperationView['kind'],
    deviceId: row.device_id as DeviceId,
    state: row.state as OperationView['state'],
    ...(row.reason !== null && { reason: row.reason }),
    startedAt: new Date(row.started_at).toISOString(),
    ...(row.finished_at !== null && { finishedAt: new Date(row.finished_at).toISOString() }),
    ...(JSON.parse(row.more) as More),
  };
}
