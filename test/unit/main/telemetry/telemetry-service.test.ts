import { describe, expect, it } from 'vitest';
import { registerSensorDataHandler } from '../../../../src/main/telemetry/sensor-data-handler';
import { MAX_SERIES_PER_DEVICE, MAX_STRAY_SERIES } from '../../../../src/main/telemetry/series-registry';
import type { DeviceId, SeriesId } from '../../../../src/shared/domain/ids';
import { CLOCK_START_MS } from '../../../fakes/manual-clock';
import { A, B, dispatch, found } from '../devices/core-bench';
import { nowS, openTelemetry, seriesId } from './telemetry-bench';

describe('a reading', () => {
  it('is converted, stored under its receive time and shown', () => {
    const { core, telemetry, ingest, rows, sensors } = openTelemetry();
    core.approved(A);
    core.clock.advance(5_000);
    ingest({ ts: nowS + 2, seq: 7, subzone_id: 'bed', onewire_address: '28FF4A1B2C3D4E5F' });
    expect(rows()).toEqual([
      {
        series: 1,
        at: (CLOCK_START_MS + 5_000) * 1000,
        value: 25,
        raw: 400,
        quality: 0,
        ts: CLOCK_START_MS + 2_000,
        seq: 7,
      },
    ]);
    const id = 'ESP_A:4:ds18b20:28FF4A1B2C3D4E5F';
    expect(telemetry.view(id as SeriesId)).toEqual({
      seriesId: id,
      deviceId: A,
      gpio: 4,
      type: 'ds18b20',
      name: '',
      address: '28FF4A1B2C3D4E5F',
      subzoneId: 'bed',
      configured: false,
      raw: 400,
      value: 25,
      unit: '°C',
      quality: 'good',
      stale: false,
      staleAfterMs: 90_000,
      at: new Date(CLOCK_START_MS + 2_000).toISOString(),
      receivedAt: core.clock.iso,
    });
    expect([sensors, core.store.view().rows]).toEqual([[id], 1]);
  });

  it('makes the screens look for a description once', () => {
    const { core, ingest, sensors } = openTelemetry();
    core.approved(A);
    for (const seq of [1, 2, 3]) ingest({ seq });
    expect(sensors).toEqual([seriesId]);
  });

  it.each<[string, Record<string, unknown>, number | null, string[]]>([
    ['5 minutes old is stored', { ts: nowS - 300 }, (nowS - 300) * 1000, []],
    ['60 s in the future is stored', { ts: nowS + 60 }, (nowS + 60) * 1000, []],
    ['without a clock is stored with its receive time', { ts: 0 }, null, []],
    ['with a clock that the device does not trust too', { time_valid: false }, null, []],
    ['of a time that no calendar knows too', { ts: 1e300 }, null, []],
    ['exactly 24 h old is stored', { ts: nowS - 86_400 }, (nowS - 86_400) * 1000, []],
  ])('%s (conformance D6)', (_name, fields, ts) => {
    const { core, telemetry, ingest, rows } = openTelemetry();
    core.approved(A);
    ingest(fields);
    expect(rows()).toMatchObject([{ at: CLOCK_START_MS * 1000, ts }]);
    expect([core.store.batch.notRecorded, telemetry.view(seriesId)?.at]).toEqual([
      0,
      new Date(ts ?? CLOCK_START_MS).toISOString(),
    ]);
  });

  it('25 h old is dropped and raised as a warning (conformance D6)', () => {
    const { core, ingest, rows } = openTelemetry();
    core.approved(A);
    ingest({ ts: nowS - 90_000 });
    ingest({ ts: nowS - 90_000 }, { id: B });
    expect([rows(), found(core.registry.get(A)).warnings.get('reading_too_old')?.raw]).toEqual([
      [],
      new Date((nowS - 90_000) * 1000).toISOString(),
    ]);
  });

  it('that is implausible is stored and marked (conformance D4)', () => {
    const { core, ingest, rows } = openTelemetry();
    core.approved(A);
    ingest({ raw: 3_200 });
    ingest({ raw: -2_032, seq: 1 });
    ingest({ raw: 1.7e308, seq: 2, sensor_type: 'ec' });
    expect(rows()).toMatchObject([
      { value: 200, quality: 4 },
      { value: null, quality: 5 },
      { value: null, quality: 5 },
    ]);
  });

  it('of another device than its topic says is attributed to the topic, with a warning', () => {
    const { core, telemetry, rows } = openTelemetry();
    core.approved(A);
    registerSensorDataHandler(core.messages, telemetry);
    const reading = { sensor_type: 'ds18b20', raw: 400, ts: nowS };
    dispatch(core, 'sensor/4/data', { ...reading, esp_id: B });
    dispatch(core, 'sensor/4/data', { ...reading, esp_id: A, seq: 1 });
    expect([rows().length, found(core.registry.get(A)).warnings.get('foreign_id')]).toMatchObject([
      2,
      { raw: B, count: 1 },
    ]);
  });

  it('of a quality that the contract does not know is stored and flagged with the word', () => {
    const { core, telemetry, rows } = openTelemetry();
    core.approved(A);
    registerSensorDataHandler(core.messages, telemetry);
    dispatch(core, 'sensor/4/data', { sensor_type: 'ds18b20', raw: 400, ts: nowS, quality: 'splendid' });
    expect([rows(), found(core.registry.get(A)).warnings.get('unknown_quality')]).toMatchObject([
      [{ value: 25, quality: 6 }],
      { raw: 'splendid', message: 'The quality in a sensor data message is a word that the contract does not know.' },
    ]);
  });

  it('proves that its device is there when it was written just now', () => {
    const { core, ingest } = openTelemetry();
    const device = core.approved(A);
    core.devices.brokerLost();
    ingest({ ts: nowS - 30 });
    expect(device.presence.state).toBe('unknown');
    ingest({ ts: nowS - 29 });
    expect(device.presence.state).toBe('online');
  });

  it('comes from its topic', () => {
    const { core, telemetry, values } = openTelemetry();
    core.approved(A);
    registerSensorDataHandler(core.messages, telemetry);
    const payload = Buffer.from(JSON.stringify({ sensor_type: 'ds18b20', raw: 400, ts: nowS }));
    for (const isRedelivered of [false, true])
      core.messages.dispatch({ topic: `kaiser/god/esp/${A}/sensor/4/data`, payload, isRetained: false, isRedelivered });
    expect([values(), core.counters.duplicates]).toEqual([[25], 1]);
  });
});

describe('a repeated reading', () => {
  it('is counted and neither stored nor shown', () => {
    const { core, series, ingest, values } = openTelemetry();
    const device = core.approved(A);
    ingest({ seq: 1 });
    ingest({ seq: 1 }, { isRedelivered: true });
    ingest({ seq: 2 }, { isRedelivered: true });
    expect([values(), core.counters.duplicates, device.counters.duplicates, series.get(seriesId)?.version]).toEqual([
      [25, 25],
      1,
      1,
      2,
    ]);
  });

  it('is recognised after a restart of the console too', () => {
    const first = openTelemetry();
    first.core.approved(A);
    first.ingest({ seq: 1 });
    const { core, ingest, values } = openTelemetry(first.core.restart());
    ingest({ seq: 1 }, { isRedelivered: true });
    ingest({ seq: 2 });
    expect([values().length, core.counters.duplicates]).toEqual([2, 1]);
  });

  it('is recognised in a wave of redeliveries far longer than what is remembered of a series', () => {
    const first = openTelemetry();
    first.core.approved(A);
    const all = Array.from({ length: 3_000 }, (_, seq) => seq + 1);
    for (const seq of all) first.ingest({ seq });
    const { core, ingest, values } = openTelemetry(first.core.restart());
    for (const seq of all) ingest({ seq }, { isRedelivered: true });
    ingest({ seq: 3_001 }, { isRedelivered: true });
    ingest({ seq: 3_002 });
    expect([values().length, core.counters.duplicates]).toEqual([3_002, 3_000]);
  });

  it('is none when the device restarted without a clock while the console was away', () => {
    const first = openTelemetry();
    first.core.approved(A);
    first.ingest({ ts: 0, seq: 1 });
    const { telemetry, ingest, values } = openTelemetry(first.core.restart());
    telemetry.deviceRestarted(A);
    ingest({ ts: 0, seq: 1 });
    expect(values()).toHaveLength(2);
  });

  it('is none when the device restarted and counts anew without a clock', () => {
    const { core, telemetry, ingest, values } = openTelemetry();
    core.approved(A);
    ingest({ ts: 0, seq: 1 });
    telemetry.deviceRestarted(A);
    ingest({ ts: 0, seq: 1 });
    expect(values()).toHaveLength(2);
  });
});

describe('a device without a clock that restarts and does not say so', () => {
  it('loses none of the readings that it counts anew', () => {
    const { core, telemetry, values } = openTelemetry();
    core.approved(A);
    core.devices.onCountAnew((id) => telemetry.deviceRestarted(id));
    registerSensorDataHandler(core.messages, telemetry);
    const send = (seq: number) => {
      const payload = Buffer.from(JSON.stringify({ sensor_type: 'ds18b20', raw: 400, ts: 0, seq }));
      core.messages.dispatch({
        topic: `kaiser/god/esp/${A}/sensor/4/data`,
        payload,
        isRetained: false,
        isRedelivered: false,
      });
    };
    for (let seq = 1; seq <= 40; seq += 1) send(seq);
    for (let seq = 1; seq <= 10; seq += 1) send(seq);
    expect([values().length, core.counters.duplicates]).toEqual([50, 0]);
  });
});

describe('devices that flood or are not known', () => {
  it('an unknown device is counted, stored, and raises no warning', () => {
    const { core, ingest, values } = openTelemetry();
    ingest({ esp_id: B });
    expect([values(), core.counters.unknownDevice, core.registry.all()]).toEqual([[25], 1, []]);
  });

  it('one device cannot open series without end', () => {
    const { core, telemetry, ingest } = openTelemetry();
    core.approved(A);
    for (let index = 0; index <= MAX_SERIES_PER_DEVICE; index += 1) ingest({ sensor_type: `type_${index}` });
    expect([
      telemetry.all().length,
      core.counters.bufferDropped,
      found(core.registry.get(A)).warnings.get('too_many_series')?.raw,
    ]).toEqual([MAX_SERIES_PER_DEVICE, 1, `type_${MAX_SERIES_PER_DEVICE}`]);
  });

  it('invented devices cannot open series without end either; known ones still can', () => {
    const { core, telemetry, ingest } = openTelemetry();
    core.approved(A);
    for (let index = 0; index < MAX_STRAY_SERIES + 10; index += 1) ingest({}, { id: `ESP_${index}` as DeviceId });
    ingest();
    expect(telemetry.all()).toHaveLength(MAX_STRAY_SERIES + 1);
  });

  it('a full set of series of an unknown device is dropped without a warning', () => {
    const { core, ingest } = openTelemetry();
    for (let index = 0; index <= MAX_SERIES_PER_DEVICE; index += 1) ingest({ sensor_type: `type_${index}` });
    expect(core.counters.bufferDropped).toBe(1);
  });
});
