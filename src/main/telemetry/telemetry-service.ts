import type { SensorView } from '../../shared/api/telemetry';
import type { Line } from '../../shared/domain/calibration';
import { seriesIdOf, type DeviceId, type SeriesId } from '../../shared/domain/ids';
import { qualityIndex } from '../../shared/domain/quality';
import { canonicalSensorType, sensorTypeInfo } from '../../shared/domain/sensor-types';
import type { SensorConfig } from '../../shared/wire/messages/config';
import type { SensorData } from '../../shared/wire/messages/sensor-data';
import { deviceTimeMs } from '../../shared/wire/timestamp';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { LinkCounters } from '../link/counters';
import type { WriteBatch } from '../store/write-batch';
import { convert, type Reading } from './conversion-rules';
import type { SampleStore } from './sample-store';
import type { Latest, Series } from './series';
import { MAX_STRAY_SERIES, type SeriesRegistry } from './series-registry';
import { PAIR_MAX_AGE_MS, vpdOf } from './vpd-rules';

/** A reading older than this is not stored (wire contract 1.13; conformance D6). */
const OLDEST_READING_MS = 24 * 3_600_000;
/** A device whose clock agrees within this wrote the message just now. */
const FRESH_MS = 30_000;

/** The two values of an SHT31, and the pin of what is derived from them (wire contract 1.13). */
const TEMPERATURE_TYPE = 'sht31_temp';
const HUMIDITY_TYPE = 'sht31_humidity';
const VIRTUAL_GPIO = 0;

type Times = { readonly tsMs: number | null; readonly receivedMs: number; readonly monotonicMs: number };

/** What telemetry needs of the devices room. */
export type DeviceSide = {
  readonly get: (id: DeviceId) => DeviceRecord | undefined;
  readonly freshMessage: (device: DeviceRecord) => void;
  readonly seen: (device: DeviceRecord) => void;
  /** Is it a device whose readings are not recorded, because another one has its place? */
  readonly refuses: (device: DeviceRecord) => boolean;
  readonly warn: (device: DeviceRecord, warning: { code: string; message: string; raw?: string }) => void;
};

export type TelemetryParts = {
  readonly series: SeriesRegistry;
  /** The line of a calibrated series. */
  readonly calibration: (id: SeriesId) => Line | undefined;
  readonly store: SampleStore;
  readonly batch: WriteBatch;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly counters: LinkCounters;
  readonly devices: DeviceSide;
  readonly isBrokerOnline: () => boolean;
};

/** Readings from parsed message to stored row and live value. */
export class TelemetryService {
  private rowsOfTurn = 0;
  private strays = 0;

  constructor(private readonly parts: TelemetryParts) {
    parts.batch.atEndOfTurn(() => this.countRows());
  }

  /** Takes one reading: recognised, converted, written into the turn's transaction, shown. */
  ingest(deviceId: DeviceId, gpio: number, data: SensorData, isRedelivered: boolean): void {
    const { clock, devices, counters, series: registry } = this.parts;
    const receivedMs = clock.now();
    const tsMs = deviceTimeMs(data.ts, data.isTimeValid);
    const device = devices.get(deviceId);
    if (device) this.noteDevice(device, tsMs, receivedMs);
    else counters.unknownDevice += 1;
    if (device && devices.refuses(device)) return;
    if (tsMs !== null && receivedMs - tsMs > OLDEST_READING_MS) {
      if (device)
        devices.warn(device, {
          code: 'reading_too_old',
          message: 'The device sent a reading older than 24 hours; it was not stored. Check its clock.',
          raw: new Date(tsMs).toISOString(),
        });
      return;
    }
    const series = this.open(deviceId, gpio, data, device);
    if (!series) return;
    registry.loadIdentities(series);
    if (this.isRepeated(series, { tsMs, seq: data.seq, raw: data.raw }, isRedelivered)) {
      counters.duplicates += 1;
      if (device) device.counters.duplicates += 1;
      return;
    }
    const reading = convert(data, this.parts.calibration(series.row.id));
    const times = { tsMs, receivedMs, monotonicMs: clock.monotonic() };
    this.record(series, reading, data, times);
    if (device && (data.sensorType === TEMPERATURE_TYPE || data.sensorType === HUMIDITY_TYPE))
      this.deriveVpd(series, data, times);
  }

  /** Takes a reading over as the newest of its series and writes it into the turn's transaction. */
  private record(series: Series, reading: Reading, { raw, seq }: Pick<SensorData, 'raw' | 'seq'>, times: Times): void {
    const isFirst = series.version === 0;
    const at = series.nextAtUs(times.receivedMs);
    series.take(reading, raw, times);
    const { value, quality } = reading;
    const row = {
      series: series.row.number,
      at,
      value,
      raw,
      quality: qualityIndex(quality),
      ts: times.tsMs,
      seq: seq ?? null,
    };
    const isRecorded = this.parts.batch.history(() => {
      this.parts.series.ensureStored(series);
      this.parts.store.insert(row);
    });
    if (isRecorded) this.rowsOfTurn += 1;
    if (isFirst) this.parts.changes.sensor(series.row.id);
  }

  /**
   * A temperature and a humidity of one sensor within a minute give a vapour pressure deficit, once per temperature (wire contract 1.13):
   * with the humidity of before, or, when that is missing or too old, with the next one (conformance D8).
   */
  private deriveVpd(newest: Series, { seq }: SensorData, times: Times): void {
    const { deviceId, gpio, type, address } = newest.row;
    const partnerType = type === TEMPERATURE_TYPE ? HUMIDITY_TYPE : TEMPERATURE_TYPE;
    const partner = this.parts.series.get(seriesIdOf(deviceId, gpio, partnerType, address ?? undefined));
    const [temperature, humidity] = type === TEMPERATURE_TYPE ? [newest, partner] : [partner, newest];
    if (!partner?.latest || !temperature?.latest || !humidity?.latest) return;
    if (temperature.derivedVersion === temperature.version || !isFreshBeside(partner, partner.latest, times)) return;
    const vpd = vpdOf(temperature.latest, humidity.latest);
    if (vpd === null) return;
    const series = this.vpdSeries(temperature);
    if (series === null) return;
    temperature.derivedVersion = temperature.version;
    this.record(series, vpd, { raw: vpd.value, seq }, { ...times, tsMs: temperature.latest.tsMs });
  }

  private vpdSeries({ row: { deviceId, address, subzoneId } }: Series): Series | null {
    const series = this.parts.series.resolve(deviceId, {
      gpio: VIRTUAL_GPIO,
      type: 'vpd',
      address: address ?? undefined,
      subzoneId: subzoneId ?? undefined,
    });
    if (series === null) this.parts.counters.bufferDropped += 1;
    return series;
  }

  private isRepeated(
    series: Series,
    identity: { tsMs: number | null; seq: number | undefined; raw: number },
    isRedelivered: boolean,
  ): boolean {
    if (series.identities.isKnown(identity, isRedelivered)) return true;
    if (isRedelivered) return this.parts.series.wasStored(series, identity);
    series.redelivered = null; // the wave is over
    return false;
  }

  /** The device restarted: its counter begins anew. */
  deviceRestarted(deviceId: DeviceId): void {
    for (const series of this.parts.series.ofDevice(deviceId)) {
      this.parts.series.loadIdentities(series); // else they would come back with the first reading
      series.identities.forgetUnclocked();
    }
  }

  /** True when the value must not be taken for the present: too old, or nobody could tell. */
  isStale(series: Series): boolean {
    const { clock, devices, isBrokerOnline } = this.parts;
    const age = series.ageMs(clock.monotonic());
    if (age === null || !series.latest || !isBrokerOnline()) return true;
    const device = devices.get(series.row.deviceId);
    if (age > series.staleAfterMs(device && configuredIntervalMs(device, series))) return true;
    return device?.presence.state === 'offline' && device.presence.sinceMs >= series.latest.receivedMs;
  }

  view(id: SeriesId): SensorView | undefined {
    const series = this.parts.series.get(id);
    return series && this.viewOf(series);
  }

  all(): SensorView[] {
    return this.parts.series.all().map((series) => this.viewOf(series));
  }

  /** Values of a device, and those that are configured but were never sent. */
  ofDevice(deviceId: DeviceId): SensorView[] {
    const known = this.parts.series.ofDevice(deviceId);
    const configured = sensorConfigs(this.parts.devices.get(deviceId));
    const silent = configured.filter((config) => !known.some((series) => matches(config, series)));
    return [
      ...known.map((series) => this.viewOf(series)),
      ...silent.map((config) => silentView(deviceId, config)),
    ].sort((a, b) => a.gpio - b.gpio || (a.type < b.type ? -1 : 1));
  }

  private viewOf(series: Series): SensorView {
    const { row, latest } = series;
    const device = this.parts.devices.get(row.deviceId);
    const config = sensorConfigs(device).find((candidate) => matches(candidate, series));
    return {
      seriesId: row.id,
      deviceId: row.deviceId,
      gpio: row.gpio,
      type: row.type,
      name: config?.sensor_name ?? '',
      ...(row.address !== null && { address: row.address }),
      ...(row.subzoneId !== null && row.subzoneId !== '' && { subzoneId: row.subzoneId }),
      configured: config !== undefined,
      raw: latest?.raw ?? null,
      value: latest?.value ?? null,
      unit: latest?.unit ?? sensorTypeInfo(row.type)?.unit ?? '',
      quality: latest?.quality ?? 'unknown',
      stale: this.isStale(series),
      staleAfterMs: series.staleAfterMs(device && configuredIntervalMs(device, series)),
      at: latest ? new Date(latest.tsMs ?? latest.receivedMs).toISOString() : null,
      receivedAt: latest ? new Date(latest.receivedMs).toISOString() : null,
    };
  }

  private noteDevice(device: DeviceRecord, tsMs: number | null, receivedMs: number): void {
    const { devices } = this.parts;
    if (tsMs !== null && Math.abs(receivedMs - tsMs) < FRESH_MS) devices.freshMessage(device);
    else devices.seen(device);
  }

  private open(deviceId: DeviceId, gpio: number, data: SensorData, device: DeviceRecord | undefined): Series | null {
    const { series: registry, devices, counters } = this.parts;
    const { sensorType: type, address, subzoneId } = data;
    const before = registry.ofDevice(deviceId).length;
    if (!device && this.strays >= MAX_STRAY_SERIES) return null; // counted as unknown device
    const series = registry.resolve(deviceId, { gpio, type, address, subzoneId });
    if (series === null) {
      counters.bufferDropped += 1;
      if (device)
        devices.warn(device, {
          code: 'too_many_series',
          message: 'The device sends more different values than the console keeps. Check its configuration.',
          raw: type,
        });
    } else if (!device && registry.ofDevice(deviceId).length > before) this.strays += 1;
    return series;
  }

  private countRows(): void {
    if (this.rowsOfTurn === 0) return;
    const rows = this.rowsOfTurn;
    this.rowsOfTurn = 0;
    this.parts.batch.history(() => this.parts.store.countRows(rows));
  }
}

/** Was the partner received and, where both clocks are set, measured within a minute of the newest reading? */
function isFreshBeside(partner: Series, { tsMs }: Latest, times: Times): boolean {
  const ageMs = partner.ageMs(times.monotonicMs);
  if (ageMs === null || ageMs > PAIR_MAX_AGE_MS) return false;
  return tsMs === null || times.tsMs === null || Math.abs(times.tsMs - tsMs) <= PAIR_MAX_AGE_MS;
}

function sensorConfigs(device: DeviceRecord | undefined): readonly SensorConfig[] {
  return device?.config.confirmed?.sensors ?? device?.config.desired?.sensors ?? [];
}

/** One configured multi-value sensor (`sht31`) stands for several series (`sht31_temp`, `sht31_humidity`). */
function matches(config: SensorConfig, series: Series): boolean {
  const type = canonicalSensorType(config.sensor_type);
  const { gpio, address, type: seriesType } = series.row;
  const isType = seriesType === type || seriesType.startsWith(`${type}_`);
  return (
    config.gpio === gpio && isType && (!config.onewire_address || config.onewire_address.toUpperCase() === address)
  );
}

function configuredIntervalMs(device: DeviceRecord, series: Series): number | undefined {
  const config = sensorConfigs(device).find((candidate) => matches(candidate, series));
  return config && config.measurement_interval_seconds * 1000;
}

function silentView(deviceId: DeviceId, config: SensorConfig): SensorView {
  const type = canonicalSensorType(config.sensor_type);
  const address = config.onewire_address?.toUpperCase();
  return {
    seriesId: `${deviceId}:${config.gpio}:${type}` as SeriesId,
    deviceId,
    gpio: config.gpio,
    type,
    name: config.sensor_name,
    ...(address !== undefined && { address }),
    configured: true,
    raw: null,
    value: null,
    unit: sensorTypeInfo(type)?.unit ?? '',
    quality: 'unknown',
    stale: true,
    staleAfterMs: config.measurement_interval_seconds * 3000,
    at: null,
    receivedAt: null,
  };
}
