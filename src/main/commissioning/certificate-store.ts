import type Database from 'better-sqlite3';
import type { Certificate } from '../../shared/api/commissioning';
import type { DeviceId } from '../../shared/domain/ids';

export type CertificateQuery = {
  readonly deviceId?: DeviceId;
  /** Unix ms. */
  readonly since?: number;
  readonly beforeId?: string;
  readonly limit: number;
};

/** SQL of the append-only certificates. Their ids are ULIDs, so that they sort by time. */
export class CertificateStore {
  private readonly insert;

  constructor(private readonly database: Database.Database) {
    this.insert = database.prepare<[string, number, string | null, string]>(
      'INSERT INTO certificates (id, at, device_id, record) VALUES (?, ?, ?, ?)',
    );
  }

  append(certificate: Certificate): void {
    const { id, at, deviceId } = certificate;
    this.insert.run(id, Date.parse(at), deviceId, JSON.stringify(certificate));
  }

  /** Newest first; `beforeId` continues a page. */
  list({ deviceId, since, beforeId, limit }: CertificateQuery): Certificate[] {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const where = (sql: string, value: string | number | undefined) => {
      if (value === undefined) return;
      conditions.push(sql);
      values.push(value);
    };
    where('device_id = ?', deviceId);
    where('at >= ?', since);
    where('id < ?', beforeId);
    const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    return this.database
      .prepare<(string | number)[], { record: string }>(
        `SELECT record FROM certificates ${filter} ORDER BY id DESC LIMIT ?`,
      )
      .all(...values, limit)
      .map(({ record }) => JSON.parse(record) as Certificate);
  }
}
