import { CalibrationStore } from '../../../../src/main/calibration/calibration-store';
import { Calibrations } from '../../../../src/main/calibration/calibrations';
import { SampleStore } from '../../../../src/main/telemetry/sample-store';
import { SeriesRegistry } from '../../../../src/main/telemetry/series-registry';
import { TelemetryService } from '../../../../src/main/telemetry/telemetry-service';
import type { SeriesId } from '../../../../src/shared/domain/ids';
import { sensorData } from '../../../../src/shared/wire/messages/sensor-data';
import { CLOCK_START_MS } from '../../../fakes/manual-clock';
import { A, openCore, type Core } from '../devices/core-bench';

export const nowS = CLOCK_START_MS / 1000;
export const seriesId = 'ESP_A:4:ds18b20' as SeriesId;

/** Telemetry on the core; `core.restart()` has to be followed by a new one. */
export function openTelemetry(core: Core = openCore()) {
  const { store, clock, registry, devices, connection, counters } = core;
  const samples = new SampleStore(store.history, { all: () => Promise.resolve([]) });
  const series = new SeriesRegistry(samples, store.batch);
  series.load();
  const sensors: string[] = [];
  const nothing = () => undefined;
  const calibrations = new Calibrations({
    store: new CalibrationStore(store.plant),
    batch: store.batch,
    journal: core.journal,
    clock,
    series: (id) => {
      const view = telemetry.view(id);
      return view && { deviceId: view.deviceId, type: view.type, name: view.name || id };
    },
  });
  calibrations.load();
  const telemetry: TelemetryService = new TelemetryService({
    series,
    calibration: (id) => calibrations.of(id),
    store: samples,
    batch: store.batch,
    clock,
    changes: {
      device: nothing,
      zone: nothing,
      sensor: (id) => void sensors.push(id),
      actuator: nothing,
      command: nothing,
      operation: nothing,
      stop: nothing,
      status: nothing,
    },
    counters,
    isBrokerOnline: () => connection.isOnline,
    devices: {
      get: (id) => registry.get(id),
      freshMessage: (device) => devices.freshMessage(device),
      seen: (device) => devices.seen(device),
      refuses: (device) => devices.retired.refuses(device),
      warn: (device, warning) => registry.warn(device, warning),
    },
  });
  const ingest = (fields: Record<string, unknown> = {}, { id = A, gpio = 4, isRedelivered = false } = {}) =>
    telemetry.ingest(
      id,
      gpio,
      sensorData.schema.parse({ sensor_type: 'ds18b20', raw: 400, ts: nowS, ...fields }),
      isRedelivered,
    );
  const rows = () => {
    store.batch.flush();
    return store.history
      .prepare('SELECT series, at, value, raw, quality, ts, seq FROM samples ORDER BY series, at')
      .all();
  };
  const values = () => (rows() as { value: number }[]).map(({ value }) => value);
  return { core, telemetry, calibrations, series, sensors, ingest, rows, values };
}
