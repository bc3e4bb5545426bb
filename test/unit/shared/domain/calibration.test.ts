import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCalibration, calibrate } from '../../../../src/shared/domain/calibration';
import { seedOfRun } from '../../../fakes/random';

const point = (role: string, raw: number, reference: number) => ({ role, raw, reference });

describe('calibrate', () => {
  it.each([
    ['moisture_2point', [point('dry', 3200, 0), point('wet', 1400, 0)], 2300, 50],
    ['linear_2point', [point('low', 100, 10), point('high', 300, 30)], 200, 20],
    ['offset', [point('reference', 20, 21.5)], 30, 31.5],
    ['ph_2point', [point('buffer_low', 2000, 4), point('buffer_high', 1780, 7)], 1890, 5.5],
    ['ec_1point', [point('reference', 1000, 5000)], 500, 2500],
    ['ec_2point', [point('air', 0, 0), point('reference', 1000, 1413)], 500, 706.5],
  ] as const)('%s goes through its points', (method, points, raw, value) => {
    const result = calibrate('co2', method, points);
    expect(result.ok && applyCalibration(result.value, raw)).toBeCloseTo(value, 6);
  });

  it.each([
    ['a missing point', 'linear_2point', [point('low', 1, 1)]],
    ['a point too many', 'offset', [point('reference', 1, 1), point('low', 1, 1)]],
    ['a role twice', 'linear_2point', [point('low', 1, 1), point('low', 2, 2)]],
    ['equal raws', 'linear_2point', [point('low', 1, 1), point('high', 1, 2)]],
    ['equal references', 'linear_2point', [point('low', 1, 1), point('high', 2, 1)]],
    ['no number', 'offset', [point('reference', Number.NaN, 1)]],
    ['a dead pH probe', 'ph_2point', [point('buffer_low', 2000, 4), point('buffer_high', 1990, 7)]],
    ['a pH probe the wrong way round', 'ph_2point', [point('buffer_low', 1780, 4), point('buffer_high', 2000, 7)]],
    ['a dirty conductivity cell', 'ec_1point', [point('reference', 1000, 500)]],
    ['points whose line would be too steep', 'linear_2point', [point('low', 1, 0), point('high', 1 + 2 ** -52, 1e300)]],
    ['a conductivity cell without signal', 'ec_1point', [point('reference', 0, 500)]],
  ] as const)('refuses %s', (_, method, points) => {
    expect(calibrate('co2', method, points)).toMatchObject({ ok: false, error: { code: 'invalid' } });
  });

  it.each<[string, [number, number], [number, number]]>([
    ['ds18b20', [400, 25.5], [416, 26.5]],
    ['sht31_temp', [26_214, 24], [33_000, 42.12]],
    ['sht31_humidity', [32_768, 52], [39_321, 62]],
    ['moisture', [2350, 40], [2265, 45]],
    ['ph', [2000, 7], [2100, 6.72]],
    ['ec', [1000, 1413], [1100, 1901.35]],
    ['co2', [400, 420], [500, 520]],
    ['constructor', [1, 2], [3, 4]],
  ])('an offset of %s moves the default conversion and keeps its steps', (type, [raw, reference], [later, value]) => {
    const result = calibrate(type, 'offset', [point('reference', raw, reference)]);
    expect(result.ok && applyCalibration(result.value, later)).toBeCloseTo(value, 1);
  });

  it('gives back the reference at each point', () => {
    const numbers = fc.double({ min: -1e5, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(numbers, numbers, numbers, numbers, (rawA, a, rawB, b) => {
        fc.pre(Math.abs(rawA - rawB) > 1e-3 && Math.abs(a - b) > 1e-3);
        const result = calibrate('co2', 'linear_2point', [point('low', rawA, a), point('high', rawB, b)]);
        if (!result.ok) throw new Error(result.error.message);
        const error = Math.abs(applyCalibration(result.value, rawB) - b);
        expect(error).toBeLessThan(1e-3 * Math.max(1, Math.abs(result.value.slope)));
      }),
      { seed: seedOfRun() },
    );
  });
});
