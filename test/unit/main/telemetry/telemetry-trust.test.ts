import { describe, expect, it } from 'vitest';
import type { SeriesId } from '../../../../src/shared/domain/ids';
import { sensorConfigSchema } from '../../../../src/shared/wire/messages/config';
import { A, B, type Core } from '../devices/core-bench';
import { fillDisk } from '../store/open-store';
import { openTelemetry, seriesId } from './telemetry-bench';

describe('a disk that is full', () => {
  it('stops recording and not the live value, and counts the rows of the total right', () => {
    const { core, telemetry, ingest, values } = openTelemetry();
    core.approved(A);
    ingest({ seq: 1 });
    core.store.batch.flush();
    const giveBack = fillDisk(core.store.history);
    const filler = core.store.history.prepare('INSERT INTO totals VALUES (?, 0)');
    core.store.batch.history(() => void filler.run('x'.repeat(20_000)));
    ingest({ seq: 2, raw: 480 });
    expect([values(), telemetry.view(seriesId)?.value, core.store.view().state]).toEqual([[25], 30, 'full']);
    giveBack();
    core.clock.advance(1_000);
    ingest({ seq: 3, raw: 320 });
    expect([values(), core.store.view()]).toMatchObject([[25, 20], { state: 'recording', rows: 2 }]);
  });

  it('does not give the number of a new series that it lost to another one later', () => {
    const first = openTelemetry();
    first.core.approved(A);
    const giveBack = fillDisk(first.core.store.history);
    const filler = first.core.store.history.prepare('INSERT INTO totals VALUES (?, 0)');
    first.core.store.batch.history(() => void filler.run('x'.repeat(20_000)));
    first.ingest({ seq: 1 });
    first.core.store.batch.flush();
    giveBack();
    first.core.clock.advance(1_000);
    first.ingest({ seq: 2, raw: 480 });
    first.core.store.batch.flush();

    const { telemetry, ingest } = openTelemetry(first.core.restart());
    expect(telemetry.view(seriesId)?.value).toBe(30);
    ingest({ seq: 1 }, { gpio: 5 });
    expect([telemetry.view(seriesId)?.value, telemetry.view('ESP_A:5:ds18b20' as SeriesId)?.value]).toEqual([30, 25]);
  });

  it('does not lose a new series with the turn that it was opened in', () => {
    const first = openTelemetry();
    first.core.approved(A);
    first.ingest({ seq: 1 });
    const giveBack = fillDisk(first.core.store.history);
    const filler = first.core.store.history.prepare('INSERT INTO totals VALUES (?, 0)');
    first.core.store.batch.history(() => void filler.run('x'.repeat(20_000)));
    first.core.store.batch.flush();
    giveBack();
    first.core.clock.advance(1_000);
    first.ingest({ seq: 2, raw: 480 });
    first.core.store.batch.flush();
    expect(openTelemetry(first.core.restart()).telemetry.view(seriesId)?.value).toBe(30);
  });
});

describe('a value is stale', () => {
  it.each<[string, (core: Core) => void]>([
    ['after three intervals', (core) => core.clock.advance(90_001)],
    ['without a broker', (core) => void (core.connection.isOnline = false)],
    ['when its device is lost', (core) => core.devices.will(A, { reason: 'crash', timestamp: 0 }, false)],
  ])('%s', (_name, lose) => {
    const { core, telemetry, ingest } = openTelemetry();
    core.approved(A);
    ingest();
    core.clock.advance(1);
    expect(telemetry.view(seriesId)?.stale).toBe(false);
    lose(core);
    expect(telemetry.view(seriesId)?.stale).toBe(true);
  });

  it('not when it came after its device was taken for lost', () => {
    const { core, telemetry, ingest } = openTelemetry();
    core.approved(A);
    core.devices.will(A, { reason: 'crash', timestamp: 0 }, false);
    core.clock.advance(1);
    ingest({ ts: 0 });
    expect(telemetry.view(seriesId)?.stale).toBe(false);
  });

  it('when it was restored from the disk, until a new one comes', () => {
    const first = openTelemetry();
    first.core.approved(A);
    first.ingest({ seq: 1 });
    const { telemetry, ingest } = openTelemetry(first.core.restart());
    expect(telemetry.view(seriesId)).toMatchObject({ value: 25, stale: true });
    ingest({ seq: 2 });
    expect(telemetry.view(seriesId)?.stale).toBe(false);
  });

  it('after three of the intervals that the device was told', () => {
    const { core, telemetry, ingest } = openTelemetry();
    const device = core.approved(A);
    const sensors = [
      sensorConfigSchema.parse({
        gpio: 4,
        sensor_type: 'ds18b20',
        sensor_name: 'Root',
        measurement_interval_seconds: 50,
      }),
    ];
    device.config = { ...device.config, desired: { sensors } };
    ingest();
    core.clock.advance(152_000);
    expect(telemetry.view(seriesId)).toMatchObject({
      name: 'Root',
      configured: true,
      staleAfterMs: 152_000,
      stale: false,
    });
    core.clock.advance(1);
    expect(telemetry.view(seriesId)?.stale).toBe(true);
  });
});

describe('the sensors of a device', () => {
  it('are those that send and those that should, by pin and type', () => {
    const { core, telemetry, ingest } = openTelemetry();
    const device = core.approved(A);
    const sensors = [
      { gpio: 0, sensor_type: 'sht31', sensor_name: 'Air' },
      { gpio: 4, sensor_type: 'temperature_ds18b20', sensor_name: 'Root', onewire_address: '28ff4a1b2c3d4e5f' },
      { gpio: 5, sensor_type: 'DS18B20', sensor_name: 'Silent', onewire_address: '28ffffffffffffff' },
      { gpio: 6, sensor_type: 'radon', sensor_name: '' },
    ].map((config) => sensorConfigSchema.parse(config));
    device.config = { ...device.config, confirmed: { sensors }, desired: { sensors: [] } };
    ingest({ sensor_type: 'sht31_temp', raw: 26_214, i2c_address: 68 }, { gpio: 0 });
    ingest({ sensor_type: 'sht31_humidity', raw: 32_768, i2c_address: 68 }, { gpio: 0 });
    ingest({ onewire_address: '28FF4A1B2C3D4E5F' });
    ingest({ onewire_address: '28AAAAAAAAAAAAAA' });
    expect(
      telemetry
        .ofDevice(A)
        .map(({ seriesId: id, name, configured, value, unit, address }) => [
          id,
          name,
          configured,
          value,
          unit,
          address,
        ]),
    ).toEqual([
      ['ESP_A:0:sht31_humidity:44', 'Air', true, expect.closeTo(50, 2), '%RH', '44'],
      ['ESP_A:0:sht31_temp:44', 'Air', true, expect.closeTo(25, 2), '°C', '44'],
      ['ESP_A:0:vpd:44', '', false, 1.5839, 'kPa', '44'],
      ['ESP_A:4:ds18b20:28FF4A1B2C3D4E5F', 'Root', true, 25, '°C', '28FF4A1B2C3D4E5F'],
      ['ESP_A:4:ds18b20:28AAAAAAAAAAAAAA', '', false, 25, '°C', '28AAAAAAAAAAAAAA'],
      ['ESP_A:5:ds18b20', 'Silent', true, null, '°C', '28FFFFFFFFFFFFFF'],
      ['ESP_A:6:radon', '', true, null, '', undefined],
    ]);
    expect(telemetry.ofDevice(B)).toEqual([]);
  });

  it('go with their history when the demo plant goes', () => {
    const { core, series, telemetry, ingest, rows } = openTelemetry();
    core.approved(A);
    ingest();
    ingest({}, { id: B });
    core.store.batch.flush();
    expect(series.removeDevice(A)).toEqual([seriesId]);
    expect([telemetry.view(seriesId), telemetry.all().length, rows().length, core.store.view().rows]).toEqual([
      undefined,
      1,
      1,
      1,
    ]);
  });
});
