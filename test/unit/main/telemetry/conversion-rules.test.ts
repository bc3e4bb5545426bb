import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert, type Reading } from '../../../../src/main/telemetry/conversion-rules';
import type { Quality } from '../../../../src/shared/domain/quality';
import { sensorTypes } from '../../../../src/shared/domain/sensor-types';
import { seedOfRun } from '../../../fakes/random';

type Data = Parameters<typeof convert>[0];
const of = (sensorType: string, raw: number, more: Partial<Data> = {}): Reading =>
  convert({ sensorType, raw, value: undefined, unit: undefined, quality: undefined, isRaw: true, ...more });

describe('convert', () => {
  it.each<[string, number, number, string, Quality]>([
    ['ds18b20', 400, 25, '°C', 'good'],
    ['ds18b20', -160, -10, '°C', 'good'],
    ['ds18b20', -161, -10.0625, '°C', 'fair'],
    ['ds18b20', 1360, 85, '°C', 'good'],
    ['ds18b20', 1361, 85.0625, '°C', 'fair'],
    ['ds18b20', 2000, 125, '°C', 'fair'],
    ['ds18b20', 2001, 125.0625, '°C', 'critical'],
    ['ds18b20', 3200, 200, '°C', 'critical'],
    ['ds18b20', -880, -55, '°C', 'fair'],
    ['ds18b20', -881, -55.0625, '°C', 'critical'],
    ['sht31_temp', 26_214, 25, '°C', 'good'],
    ['sht31_temp', 0, -45, '°C', 'critical'],
    ['sht31_temp', 65_535, 130, '°C', 'critical'],
    ['sht31_humidity', 32_768, 50, '%RH', 'good'],
    ['sht31_humidity', 0, 0, '%RH', 'suspect'],
    ['sht31_humidity', 3_276, 5, '%RH', 'suspect'],
    ['sht31_humidity', 3_277, 5, '%RH', 'good'],
    ['sht31_humidity', 62_258, 95, '%RH', 'good'],
    ['sht31_humidity', 62_259, 95, '%RH', 'fair'],
    ['sht31_humidity', 70_000, 100, '%RH', 'fair'],
    ['sht31_humidity', -1, 0, '%RH', 'suspect'],
    ['bmp280_temp', 21.5, 21.5, '°C', 'good'],
    ['bmp280_temp', 85.1, 85.1, '°C', 'critical'],
    ['bmp280_pressure', 1_013, 1_013, 'hPa', 'good'],
    ['bmp280_pressure', 299, 299, 'hPa', 'critical'],
    ['bme280_temp', -40, -40, '°C', 'good'],
    ['bme280_pressure', 1_100, 1_100, 'hPa', 'good'],
    ['bme280_humidity', 55, 55, '%RH', 'good'],
    ['bme280_humidity', 120, 100, '%RH', 'good'],
    ['moisture', 2_350, 50, '%', 'good'],
    ['moisture', 3_200, 0, '%', 'poor'],
    ['moisture', 1_500, 100, '%', 'poor'],
    ['moisture', 4_095, 0, '%', 'poor'],
    ['moisture', 0, 100, '%', 'poor'],
    ['moisture', 3_030, 10, '%', 'fair'],
    ['moisture', 3_032, 9.9, '%', 'poor'],
    ['moisture', 2_860, 20, '%', 'good'],
    ['moisture', 2_862, 19.9, '%', 'fair'],
    ['moisture', 1_840, 80, '%', 'good'],
    ['moisture', 1_838, 80.1, '%', 'fair'],
    ['moisture', 1_585, 95, '%', 'fair'],
    ['moisture', 1_583, 95.1, '%', 'poor'],
    ['ph', 1_861, 7.0011, 'pH', 'fair'],
    ['ph', 4_095, 0.7, 'pH', 'fair'],
    ['ec', 1_000, 4_883.516, 'µS/cm', 'fair'],
    ['ec', 0, 0, 'µS/cm', 'fair'],
    ['co2', 800, 800, 'ppm', 'good'],
    ['mhz19_co2', 10_001, 10_001, 'ppm', 'critical'],
    ['scd30_co2', 0, 0, 'ppm', 'good'],
    ['light', 200_000, 200_000, 'lx', 'good'],
    ['flow', -0.1, -0.1, 'l/min', 'critical'],
    ['vpd', 1.27, 1.27, 'kPa', 'good'],
  ])('%s raw %d is %d %s, %s', (...[type, raw, value, unit, quality]) => {
    const reading = of(type, raw);
    expect(reading.value).toBeCloseTo(value, 2);
    expect({ unit: reading.unit, quality: reading.quality }).toEqual({ unit, quality });
  });

  it('shows the fault marker of a DS18B20 as a fault, not as −127 °C (conformance D3)', () => {
    expect(of('ds18b20', -2032)).toEqual({ value: null, unit: '°C', quality: 'error' });
  });

  it.each<[string | undefined, Quality]>([
    [undefined, 'good'],
    ['good', 'good'],
    ['suspect', 'suspect'],
    ['error', 'error'],
    ['unknown', 'unknown'],
    ['excellent', 'unknown'],
    ['constructor', 'unknown'],
  ])('never beautifies what the device says about itself: %s → %s', (stated, quality) => {
    expect(of('ds18b20', 400, { quality: stated }).quality).toBe(quality);
  });

  it('keeps its own doubt against a device that is content', () => {
    expect(of('moisture', 3_200, { quality: 'good' }).quality).toBe('poor');
    expect(of('ds18b20', 3_200, { quality: 'fair' }).quality).toBe('critical');
    expect(of('ds18b20', 3_200, { quality: 'error' }).quality).toBe('error');
  });

  it('keeps what the device says about a fault that it marks', () => {
    expect(of('ds18b20', -2032, { quality: 'unknown' })).toEqual({ value: null, unit: '°C', quality: 'unknown' });
  });

  it('takes a converted value as it is, but not beyond the physical limits', () => {
    expect([
      of('ds18b20', 400, { isRaw: false, value: 21.5 }),
      of('ds18b20', 22.5, { isRaw: false }),
      of('ds18b20', 400, { isRaw: false, value: 126 }),
    ]).toEqual([
      { value: 21.5, unit: '°C', quality: 'good' },
      { value: 22.5, unit: '°C', quality: 'good' },
      { value: 126, unit: '°C', quality: 'critical' },
    ]);
  });

  it('trusts the unit of its own table more than the device', () => {
    expect(of('ds18b20', 400, { unit: '\ufffdC' }).unit).toBe('°C');
  });

  it('shows a type that it does not know as the device sent it', () => {
    expect([
      of('radon', 40, { value: 41.5, unit: 'Bq/m³', quality: 'fair' }),
      of('radon', 40),
      of('constructor', 40),
    ]).toEqual([
      { value: 41.5, unit: 'Bq/m³', quality: 'fair' },
      { value: 40, unit: '', quality: 'good' },
      { value: 40, unit: '', quality: 'good' },
    ]);
  });

  it('gives a finite value or none, whatever number a device sends', () => {
    const types = fc.constantFrom(...Object.keys(sensorTypes), 'radon');
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(1.7e308, -1.7e308));
    fc.assert(
      fc.property(types, number, fc.boolean(), (type, raw, isRaw) => {
        const { value, quality } = of(type, raw, { isRaw });
        expect(value === null ? quality : Number.isFinite(value)).toBe(value === null ? 'error' : true);
      }),
      {
        seed: seedOfRun(),
        examples: [
          ['sht31_temp', 1.7e308, true],
          ['ec', 1.7e308, true],
          ['ds18b20', -2032, true],
        ],
      },
    );
  });
});

describe('a calibrated reading', () => {
  const calibrated = (sensorType: string, raw: number) =>
    convert(
      { sensorType, raw, value: undefined, unit: undefined, quality: undefined, isRaw: true },
      { slope: 0.0625, intercept: 1 },
    );

  it.each<[string, number, number | null, Quality]>([
    ['ds18b20', 400, 26, 'good'],
    ['ds18b20', 1360, 86, 'fair'],
    ['ds18b20', -2032, null, 'error'],
    ['sht31_humidity', 1600, 100, 'fair'],
    ['sht31_humidity', 32, 3, 'suspect'],
    ['co2', 16, 2, 'good'],
  ])('of %s %d keeps the faults and ranges of its type', (type, raw, value, quality) => {
    expect(calibrated(type, raw)).toMatchObject({ value, quality });
  });
});
