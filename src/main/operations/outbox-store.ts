import type Database from 'better-sqlite3';
import type { OperationKind } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';
import type { PendingChange } from './pending-change';

type Row = { operation_id: string; device_id: string; slot: string; kind: string; body: string; at: number };

/** SQL of the outbox. */
export class OutboxStore {
  private readonly insert;
  private readonly overwrite;
  private readonly removeOne;

  constructor(private readonly database: Database.Database) {
    this.insert = database.prepare(
      'INSERT OR REPLACE INTO outbox (operation_id, device_id, slot, kind, body, at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.overwrite = database.prepare(
      'UPDATE outbox SET operation_id = ?, kind = ?, body = ?, at = ? WHERE operation_id = ?',
    );
    this.removeOne = database.prepare('DELETE FROM outbox WHERE operation_id = ?');
  }

  add({ operationId, deviceId, slot, kind, body, at }: PendingChange): void {
    this.insert.run(operationId, deviceId, slot, kind, JSON.stringify(body), at);
  }

  /** Puts a newer change of the same device and slot in the place of an older one, so that it keeps its turn over a restart. */
  replace(olderId: string, { operationId, kind, body, at }: PendingChange): void {
    this.overwrite.run(operationId, kind, JSON.stringify(body), at, olderId);
  }

  remove(operationId: string): void {
    this.removeOne.run(operationId);
  }

  /** Oldest first. */
  all(): PendingChange[] {
    return this.database
      .prepare<[], Row>('SELECT * FROM outbox ORDER BY rowid')
      .all()
      .map((row) => ({
        operationId: row.operation_id,
        deviceId: row.device_id as DeviceId,
        slot: row.slot,
        kind: row.kind as OperationKind,
        body: JSON.parse(row.body) as unknown,
        at: row.at,
      }));
  }
}
