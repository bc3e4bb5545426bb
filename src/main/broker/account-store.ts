import type Database from 'better-sqlite3';
import { deviceIdSchema, type DeviceId } from '../../shared/domain/ids';

export type StoredAccount = {
  readonly username: string;
  readonly role: 'device' | 'client';
  readonly deviceId: DeviceId | null;
  readonly salt: Buffer;
  readonly hash: Buffer;
  /** Unix ms. */
  readonly createdAtMs: number;
};

type Row = {
  username: string;
  role: 'device' | 'client';
  device_id: string | null;
  salt: Buffer;
  hash: Buffer;
  created_at: number;
};

/** SQL of the table `broker_accounts` in plant.db. */
export class AccountStore {
  private readonly insertRow;
  private readonly putRow;
  private readonly deleteRow;
  private readonly selectOne;
  private readonly selectAll;
  private readonly countRows;

  constructor(database: Database.Database) {
    this.insertRow = database.prepare<[string, string, string | null, Buffer, Buffer, number]>(
      'INSERT OR IGNORE INTO broker_accounts (username, role, device_id, salt, hash, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.putRow = database.prepare<[string, string, string | null, Buffer, Buffer, number]>(
      'INSERT OR REPLACE INTO broker_accounts (username, role, device_id, salt, hash, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.deleteRow = database.prepare<[string]>('DELETE FROM broker_accounts WHERE username = ?');
    this.selectOne = database.prepare<[string], Row>('SELECT * FROM broker_accounts WHERE username = ?');
    this.selectAll = database.prepare<[], Row>('SELECT * FROM broker_accounts ORDER BY username');
    this.countRows = database.prepare<[], { total: number }>('SELECT count(*) AS total FROM broker_accounts');
  }

  /** False when the user name is taken. */
  insert({ username, role, deviceId, salt, hash, createdAtMs }: StoredAccount): boolean {
    return this.insertRow.run(username, role, deviceId, salt, hash, createdAtMs).changes === 1;
  }

  /** Takes the place of the account of that name, if there is one. */
  put({ username, role, deviceId, salt, hash, createdAtMs }: StoredAccount): void {
    this.putRow.run(username, role, deviceId, salt, hash, createdAtMs);
  }

  /** False when there was none. */
  delete(username: string): boolean {
    return this.deleteRow.run(username).changes === 1;
  }

  find(username: string): StoredAccount | null {
    const row = this.selectOne.get(username);
    return row ? toAccount(row) : null;
  }

  /** All, by user name. */
  list(): readonly StoredAccount[] {
    return this.selectAll.all().map(toAccount);
  }

  count(): number {
    return this.countRows.get()?.total ?? 0;
  }
}

function toAccount(row: Row): StoredAccount {
  return {
    username: row.username,
    role: row.role,
    deviceId: row.device_id === null ? null : deviceIdSchema.parse(row.device_id),
    salt: row.salt,
    hash: row.hash,
    createdAtMs: row.created_at,
  };
}
