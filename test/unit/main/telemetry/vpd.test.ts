import { describe, expect, it } from 'vitest';
import { MAX_SERIES_PER_DEVICE } from '../../../../src/main/telemetry/series-registry';
import { vpdOf } from '../../../../src/main/telemetry/vpd-rules';
import type { Quality } from '../../../../src/shared/domain/quality';
import type { SeriesId } from '../../../../src/shared/domain/ids';
import { A, B } from '../devices/core-bench';
import { nowS, openTelemetry } from './telemetry-bench';

const reading = (value: number | null, quality: Quality = 'good') => ({ value, unit: '', quality });
/** 25 °C and 60 % as an SHT31 counts them. */
const RAW_25_C = 26_214;
const RAW_60_PERCENT = 39_321;

describe('vpdOf', () => {
  it.each([
    [25, 60, 1.2671],
    [20, 50, 1.1691],
    [0, 0, 0.6108],
    [30, 100, 0],
    [-40, 0, 0.0184],
    [80, 0, 47.5249],
  ])('%d °C and %d %% give %d kPa', (celsius, percent, expected) => {
    expect(vpdOf(reading(celsius), reading(percent))?.value).toBe(expected);
  });

  it('has four decimals and its unit', () => {
    expect(vpdOf(reading(23.456), reading(61.7))).toEqual({ value: 1.1061, unit: 'kPa', quality: 'good' });
  });

  it.each([
    ['below −40 °C', -40.1, 50],
    ['above 80 °C', 80.1, 50],
    ['below 0 %', 25, -0.1],
    ['above 100 %', 25, 100.1],
    ['without a temperature', null, 50],
    ['without a humidity', 25, null],
  ])('there is none %s', (_name, celsius, percent) => {
    expect(vpdOf(reading(celsius), reading(percent))).toBeNull();
  });

  it('is as good as the worse of the two', () => {
    expect(vpdOf(reading(25, 'fair'), reading(60, 'suspect'))?.quality).toBe('suspect');
    expect(vpdOf(reading(25, 'critical'), reading(60))?.quality).toBe('critical');
  });
});

describe('a vapour pressure deficit (conformance D8)', () => {
  function bench() {
    const telemetry = openTelemetry();
    telemetry.core.approved(A);
    const { core, ingest } = telemetry;
    let seq = 0;
    const measure = (sensor_type: string, raw: number, fields = {}, options = {}) =>
      ingest(
        { sensor_type, raw, seq: (seq += 1), ts: Math.floor(core.clock.now() / 1000), i2c_address: 0x44, ...fields },
        { gpio: 0, ...options },
      );
    const vpd = () => telemetry.telemetry.ofDevice(A).filter(({ type }) => type === 'vpd');
    return {
      ...telemetry,
      vpd,
      humidity: (fields = {}, options = {}) => measure('sht31_humidity', RAW_60_PERCENT, fields, options),
      temperature: (fields = {}, options = {}) => measure('sht31_temp', RAW_25_C, fields, options),
    };
  }

  it('comes with each temperature after a humidity, on pin 0, stored like any reading', () => {
    const { core, humidity, temperature, vpd, rows, sensors } = bench();
    humidity();
    temperature();
    const [view, ...others] = vpd();
    expect(others).toEqual([]);
    expect(view).toMatchObject({
      seriesId: 'ESP_A:0:vpd:44',
      gpio: 0,
      type: 'vpd',
      unit: 'kPa',
      quality: 'good',
      stale: false,
      receivedAt: core.clock.iso,
    });
    expect(view?.value).toBeCloseTo(1.27, 2);
    expect(sensors).toEqual(['ESP_A:0:sht31_humidity:44', 'ESP_A:0:sht31_temp:44', 'ESP_A:0:vpd:44']);
    expect(rows().at(-1)).toEqual({
      series: 3,
      at: core.clock.now() * 1000,
      value: view?.value,
      raw: view?.value,
      quality: 0,
      ts: nowS * 1000,
      seq: 2,
    });
    expect(core.store.view().rows).toBe(3);
  });

  it('comes with the humidity when the temperature came first, under the time of the temperature', () => {
    const { core, humidity, temperature, vpd, rows } = bench();
    temperature({ ts: nowS - 3 });
    expect(vpd()).toEqual([]);
    core.clock.advance(2_000);
    humidity();
    humidity();
    expect(vpd()).toMatchObject([{ receivedAt: core.clock.iso, at: new Date((nowS - 3) * 1000).toISOString() }]);
    expect((rows() as { series: number }[]).filter(({ series }) => series === 3).length).toBe(1);
  });

  it('waits for the next humidity when the one before is too old', () => {
    const { core, humidity, temperature, vpd } = bench();
    humidity();
    core.clock.advance(90_000);
    temperature();
    expect(vpd()).toEqual([]);
    humidity();
    expect(vpd().length).toBe(1);
  });

  it('does not come from a temperature that is too old when the humidity comes', () => {
    const { core, humidity, temperature, vpd } = bench();
    temperature();
    core.clock.advance(60_001);
    humidity();
    expect(vpd()).toEqual([]);
  });

  it('comes once for each temperature of a sensor that sends both every half a minute', () => {
    const { core, humidity, temperature, rows } = bench();
    for (let round = 0; round < 10; round += 1) {
      temperature();
      humidity();
      core.clock.advance(30_000);
    }
    expect((rows() as { series: number }[]).filter(({ series }) => series === 3).length).toBe(10);
  });

  it('is derived once per temperature, and not again by a further humidity or a duplicate', () => {
    const { humidity, temperature, rows } = bench();
    humidity();
    temperature({ seq: 50 });
    temperature({ seq: 50 });
    temperature({ seq: 50 }, { isRedelivered: true });
    humidity();
    expect((rows() as { series: number }[]).filter(({ series }) => series === 3).length).toBe(1);
  });

  it.each([
    [60_000, 1],
    [60_001, 0],
    [90_000, 0],
  ])('with a humidity received %d ms before comes %d times', (ageMs, expected) => {
    const { core, humidity, temperature, vpd } = bench();
    humidity({ ts: 0 });
    core.clock.advance(ageMs);
    temperature({ ts: 0 });
    expect(vpd().length).toBe(expected);
  });

  it.each([
    [60, 1],
    [61, 0],
    [90, 0],
    [-61, 0],
  ])('with a humidity measured %d s before by the clock of the device comes %d times', (ageS, expected) => {
    const { humidity, temperature, vpd } = bench();
    humidity({ ts: nowS - ageS });
    temperature({ ts: nowS });
    expect(vpd().length).toBe(expected);
  });

  it.each([
    ['at another address', { i2c_address: 0x45 }, {}],
    ['of another device', {}, { id: B }],
    ['on another pin', {}, { gpio: 7 }],
  ])('does not come from a humidity %s', (_name, fields, options) => {
    const { core, humidity, temperature, vpd } = bench();
    core.approved(B);
    humidity(fields, options);
    temperature();
    expect(vpd()).toEqual([]);
  });

  it('does not come from a temperature that has no value', () => {
    const { humidity, temperature, vpd } = bench();
    humidity();
    temperature({ raw: 1.7e308 });
    expect(vpd()).toEqual([]);
  });

  it('is marked as bad as the humidity that the device distrusts', () => {
    const { humidity, temperature, vpd } = bench();
    humidity({ quality: 'suspect' });
    temperature();
    expect(vpd()[0]?.quality).toBe('suspect');
  });

  it('is kept apart for two sensors of one device', () => {
    const { humidity, temperature, vpd } = bench();
    for (const i2c_address of [0x44, 0x45]) {
      humidity({ i2c_address });
      temperature({ i2c_address });
    }
    expect(vpd().map(({ seriesId }) => seriesId)).toEqual(['ESP_A:0:vpd:44', 'ESP_A:0:vpd:45']);
  });

  it('has no address where the sensor names none', () => {
    const { humidity, temperature, vpd } = bench();
    humidity({ i2c_address: undefined });
    temperature({ i2c_address: undefined });
    expect(vpd().map(({ seriesId }) => seriesId)).toEqual(['ESP_A:0:vpd']);
  });

  it('of a device that nobody knows is not derived', () => {
    const { humidity, temperature, series } = bench();
    humidity({}, { id: B });
    temperature({}, { id: B });
    expect(series.get(`${B}:0:vpd:44` as SeriesId)).toBeUndefined();
  });

  it('that would be one series too many is counted', () => {
    const { core, humidity, temperature, ingest, vpd } = bench();
    humidity();
    for (let gpio = 1; gpio < MAX_SERIES_PER_DEVICE - 1; gpio += 1) ingest({ seq: 1_000 + gpio }, { gpio });
    temperature();
    expect([vpd(), core.counters.bufferDropped]).toEqual([[], 1]);
  });

  it('does not come from a humidity of before a restart of the console, whose age nobody knows', () => {
    const { core, humidity } = bench();
    humidity();
    const again = openTelemetry(core.restart());
    again.ingest({ sensor_type: 'sht31_temp', raw: RAW_25_C, seq: 99, i2c_address: 0x44 }, { gpio: 0 });
    expect(again.telemetry.ofDevice(A).some(({ type }) => type === 'vpd')).toBe(false);
  });
});
