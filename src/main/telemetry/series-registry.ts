import { seriesIdOf, type DeviceId, type SeriesId } from '../../shared/domain/ids';
import type { WriteBatch } from '../store/write-batch';
import { IDENTITY_RING, identityOf } from './identity-ring';
import type { SampleStore, SeriesRow } from './sample-store';
import { Series } from './series';

/** Series that one device may open; the contract allows 20 sensors, multi-value ones send up to three. */
export const MAX_SERIES_PER_DEVICE = 128;
/** Stored readings of one series that are looked through for a redelivery; about four times what a broker can have outstanding for all. */
const REDELIVERY_WINDOW = 20_000;
/** Series of devices that are not known; enough for a plant that starts talking before its heartbeats arrive. */
export const MAX_STRAY_SERIES = 1000;

/** All series in memory. A new one gets its row in the turn's transaction. */
export class SeriesRegistry {
  private readonly byId = new Map<string, Series>();
  private readonly byDevice = new Map<DeviceId, Series[]>();
  private nextNumber = 1;
  /** Series whose row is not known to be on disk: a turn that fails loses it together with its readings. */
  private readonly unsaved = new Set<Series>();

  constructor(
    private readonly store: SampleStore,
    private readonly batch: WriteBatch,
  ) {}

  /** Loads the list; each series shows its last stored reading. */
  load(): void {
    for (const row of this.store.allSeries()) this.restore(row);
  }

  get(id: SeriesId): Series | undefined {
    return this.byId.get(id);
  }

  all(): readonly Series[] {
    return [...this.byId.values()];
  }

  ofDevice(deviceId: DeviceId): readonly Series[] {
    return this.byDevice.get(deviceId) ?? [];
  }

  /** The series of a value, opened when it is new; null when the device has too many already. */
  resolve(
    deviceId: DeviceId,
    value: { gpio: number; type: string; address: string | undefined; subzoneId: string | undefined },
  ): Series | null {
    const id = seriesIdOf(deviceId, value.gpio, value.type, value.address);
    const known = this.byId.get(id);
    if (known) return known;
    if (this.ofDevice(deviceId).length >= MAX_SERIES_PER_DEVICE) return null;
    const row: SeriesRow = {
      number: this.nextNumber++,
      id,
      deviceId,
      gpio: value.gpio,
      type: value.type,
      address: value.address ?? null,
      subzoneId: value.subzoneId ?? null,
    };
    const series = this.add(row);
    this.unsaved.add(series);
    series.areIdentitiesLoaded = true; // nothing is stored yet
    return series;
  }

  /** Writes the row of a new series; called inside the write of each reading, so that no reading is stored without its series. */
  ensureStored(series: Series): void {
    if (!this.unsaved.has(series)) return;
    this.store.createSeries(series.row);
    this.batch.afterCommit(() => {
      if (this.batch.fault === null) this.unsaved.delete(series);
    });
  }

  /** Fills the ring of repeated readings from the store, once per series and process. */
  loadIdentities(series: Series): void {
    if (series.areIdentitiesLoaded) return;
    series.areIdentitiesLoaded = true;
    for (const { ts, seq, raw } of this.store.recentIdentities(series.row.number, IDENTITY_RING)) {
      series.identities.remember(identityOf(ts, seq), raw);
    }
  }

  /**
   * Was this reading stored before a connection was lost? At full speed a broker has thousands of messages outstanding (Mosquitto 2.0: over
   * 5,000), more than the ring remembers, so the store is asked once per series and wave of redeliveries.
   */
  wasStored(series: Series, reading: { tsMs: number | null; seq: number | undefined }): boolean {
    // Without a clock or a counter a redelivery cannot be told from a new reading after a restart; losing one would be worse.
    if (reading.seq === undefined || reading.tsMs === null) return false;
    series.redelivered ??= new Set(
      this.store.recentIdentities(series.row.number, REDELIVERY_WINDOW).map(({ ts, seq }) => identityOf(ts, seq)),
    );
    return series.redelivered.has(identityOf(reading.tsMs, reading.seq));
  }

  /** Forgets a device's series with all that was recorded. Returns their ids. */
  removeDevice(deviceId: DeviceId): SeriesId[] {
    const ids = this.ofDevice(deviceId).map((series) => series.row.id);
    this.batch.history(() => this.store.removeDevice(deviceId));
    for (const series of this.ofDevice(deviceId)) this.unsaved.delete(series);
    for (const id of ids) this.byId.delete(id);
    this.byDevice.delete(deviceId);
    return ids;
  }

  /** Has anything been recorded of the device? */
  hasHistory(deviceId: DeviceId): boolean {
    return this.ofDevice(deviceId).some(({ latest }) => latest !== null);
  }

  /**
   * Gives a device all series of another one, with their history; what it recorded by itself meanwhile is kept in the same series. May be
   * repeated. Returns the ids of all series that changed, or null when the disk does not take it.
   */
  moveDevice(from: DeviceId, to: DeviceId): SeriesId[] | null {
    let rows: readonly SeriesRow[] = [];
    this.batch.flush(); // what this turn has written is not lost with a move that fails
    const isMoved = this.batch.history(() => (rows = this.store.moveDevice(from, to, IDENTITY_RING)));
    if (!isMoved) return null;
    const gone = this.ofDevice(from).map((series) => series.row.id);
    for (const series of this.ofDevice(from)) {
      this.unsaved.delete(series);
      this.byId.delete(series.row.id);
    }
    this.byDevice.delete(from);
    for (const row of rows) {
      const known = this.byId.get(row.id);
      if (known) known.moveTo(row);
      else this.restore(row);
    }
    return [...gone, ...rows.map(({ id }) => id)];
  }

  private restore(row: SeriesRow): void {
    const series = this.add(row);
    const latest = this.store.latest(row.number);
    if (latest) series.restore(latest);
    this.nextNumber = Math.max(this.nextNumber, row.number + 1);
  }

  private add(row: SeriesRow): Series {
    const series = new Series(row);
    this.byId.set(row.id, series);
    this.byDevice.set(row.deviceId, [...(this.byDevice.get(row.deviceId) ?? []), series]);
    return series;
  }
}
