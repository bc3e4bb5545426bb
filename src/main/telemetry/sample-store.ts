import type Database from 'better-sqlite3';
import type { DeviceId, SeriesId } from '../../shared/domain/ids';
import type { QueryClient } from '../store/query-client';

export type SeriesRow = {
  readonly number: number;
  readonly id: SeriesId;
  readonly deviceId: DeviceId;
  readonly gpio: number;
  readonly type: string;
  readonly address: string | null;
  readonly subzoneId: string | null;
};

export type SampleRow = { readonly at: number; readonly value: number | null; readonly quality: number };
export type BucketRow = SampleRow & { readonly min: number | null; readonly max: number | null };
export type IdentityRow = { readonly ts: number | null; readonly seq: number | null; readonly raw: number };
export type NewSample = {
  readonly series: number;
  /** Unix µs. */
  readonly at: number;
  readonly value: number | null;
  readonly raw: number;
  readonly quality: number;
  /** Device time, Unix ms. */
  readonly ts: number | null;
  readonly seq: number | null;
};

type StoredSample = Omit<NewSample, 'series'>;

/** Keys tried for one row: a millisecond holds a thousand. After that it goes behind the newest row. */
const MOST_MOVES = 1000;

const PAGE =
  'SELECT at, value, quality FROM samples WHERE series = ? AND at > ? AND at >= ? AND at <= ? ORDER BY at LIMIT ?';
// Numbers are bound as REAL, so the quotient is cut by hand.
const BUCKETS = `
  SELECT min(at) AS at, avg(value) AS value, min(value) AS min, max(value) AS max, max(quality) AS quality
  FROM samples WHERE series = ? AND at >= ? AND at <= ? GROUP BY CAST((at - ?) / ? AS INTEGER) ORDER BY 1`;

/** SQL of series and samples. Writes run on the writer connection inside the turn's transaction, scans on the query thread. */
export class SampleStore {
  private readonly insertSample;
  private readonly insertSeries;
  private readonly addRows;
  private readonly lastKey;

  constructor(
    private readonly database: Database.Database,
    private readonly queries: Pick<QueryClient, 'all'>,
  ) {
    this.insertSample = database.prepare(
      'INSERT INTO samples (series, at, value, raw, quality, ts, seq) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.lastKey = database.prepare<[number], { last: number }>('SELECT max(at) AS last FROM samples WHERE series = ?');
    this.insertSeries = database.prepare(
      'INSERT INTO series (number, id, device_id, gpio, type, address, subzone_id) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.addRows = database.prepare("UPDATE totals SET value = value + ? WHERE key = 'samples'");
  }

  allSeries(): SeriesRow[] {
    return this.database
      .prepare<[], SeriesRow>(
        'SELECT number, id, device_id AS deviceId, gpio, type, address, subzone_id AS subzoneId FROM series ORDER BY number',
      )
      .all();
  }

  /** Adds a series that is not there yet. */
  createSeries(row: SeriesRow): void {
    this.insertSeries.run(row.number, row.id, row.deviceId, row.gpio, row.type, row.address, row.subzoneId);
  }

  /** Adds a row; a key that is taken (possible only after the clock was set back) moves it by a microsecond. */
  insert(sample: NewSample): void {
    const { series, value, raw, quality, ts, seq } = sample;
    for (let at = sample.at; at < sample.at + MOST_MOVES; at += 1) {
      if (this.insertSample.run(series, at, value, raw, quality, ts, seq).changes === 1) return;
    }
    const { last } = this.lastKey.get(series) ?? { last: sample.at };
    this.insertSample.run(series, last + 1, value, raw, quality, ts, seq);
  }

  /** Adds to the stored total, in the same transaction as the rows. */
  countRows(rows: number): void {
    this.addRows.run(rows);
  }

  /** The newest rows of a series, oldest first. */
  recentIdentities(series: number, limit: number): IdentityRow[] {
    return this.database
      .prepare<[number, number], IdentityRow>(
        'SELECT ts, seq, raw FROM samples WHERE series = ? ORDER BY at DESC LIMIT ?',
      )
      .all(series, limit)
      .reverse();
  }

  latest(series: number): (SampleRow & { raw: number; ts: number | null }) | undefined {
    return this.database
      .prepare<[number], SampleRow & { raw: number; ts: number | null }>(
        'SELECT at, value, raw, quality, ts FROM samples WHERE series = ? ORDER BY at DESC LIMIT 1',
      )
      .get(series);
  }

  /** Rows after `afterUs` within [fromUs, toUs], oldest first. */
  page(
    series: number,
    range: { fromUs: number; toUs: number; afterUs: number; limit: number },
  ): Promise<readonly SampleRow[]> {
    return this.queries.all<SampleRow>(PAGE, [series, range.afterUs, range.fromUs, range.toUs, range.limit]);
  }

  /** One row per bucket that holds samples, with mean, minimum and maximum. */
  buckets(series: number, range: { fromUs: number; toUs: number; bucketUs: number }): Promise<readonly BucketRow[]> {
    const { fromUs, toUs, bucketUs } = range;
    return this.queries.all<BucketRow>(BUCKETS, [series, fromUs, toUs, fromUs, bucketUs]);
  }

  /**
   * Gives a device all series of another one, with what is recorded in them. Where it has such a series already, both become one, under the
   * number of the older. Message counters without a time are forgotten in the last `identities` rows of each: the new device counts by
   * itself, and its readings must not be taken for repetitions. Returns all series of the device.
   */
  moveDevice(from: DeviceId, to: DeviceId, identities: number): SeriesRow[] {
    const all = this.allSeries();
    const own = new Map(all.filter(({ deviceId }) => deviceId === to).map((row) => [row.id, row]));
    for (const row of all.filter(({ deviceId }) => deviceId === from)) {
      const id = `${to}${row.id.slice(from.length)}` as SeriesId;
      const same = own.get(id);
      this.forgetUnclocked(row.number, identities);
      if (same) this.mergeInto(row.number, same.number);
      const subzoneId = same?.subzoneId ?? row.subzoneId;
      this.database
        .prepare('UPDATE series SET id = ?, device_id = ?, subzone_id = ? WHERE number = ?')
        .run(id, to, subzoneId, row.number);
    }
    return this.allSeries().filter(({ deviceId }) => deviceId === to);
  }

  private forgetUnclocked(series: number, identities: number): void {
    this.database
      .prepare(
        `UPDATE samples SET seq = NULL WHERE series = ? AND ts IS NULL
         AND at IN (SELECT at FROM samples WHERE series = ? ORDER BY at DESC LIMIT ?)`,
      )
      .run(series, series, identities);
  }

  /** Moves all rows of a series into another one; a key that is taken there moves a row as `insert` does. */
  private mergeInto(target: number, source: number): void {
    this.database.prepare('UPDATE OR IGNORE samples SET series = ? WHERE series = ?').run(target, source);
    const rest = this.database
      .prepare<[number], StoredSample>('SELECT at, value, raw, quality, ts, seq FROM samples WHERE series = ?')
      .all(source);
    for (const sample of rest) this.insert({ series: target, ...sample });
    this.database.prepare('DELETE FROM samples WHERE series = ?').run(source);
    this.database.prepare('DELETE FROM series WHERE number = ?').run(source);
  }

  /** Removes a device's series with everything recorded in them (used for the demo plant only). Returns the number of rows. */
  removeDevice(deviceId: DeviceId): number {
    const removed = this.database
      .prepare('DELETE FROM samples WHERE series IN (SELECT number FROM series WHERE device_id = ?)')
      .run(deviceId).changes;
    this.database.prepare('DELETE FROM series WHERE device_id = ?').run(deviceId);
    this.addRows.run(-removed);
    return removed;
  }
}
