import { describe, expect, it } from 'vitest';
import { assertNever, must } from '../../../../src/shared/domain/assert';
import {
  deviceIdSchema,
  gpioSchema,
  kaiserIdSchema,
  seriesIdOf,
  seriesIdSchema,
  zoneIdSchema,
  type DeviceId,
} from '../../../../src/shared/domain/ids';
import { qualities, qualityAt, qualityIndex, worseQuality } from '../../../../src/shared/domain/quality';
import { failure, success } from '../../../../src/shared/domain/result';
import { canonicalSensorType, sensorTypeInfo, sensorTypes } from '../../../../src/shared/domain/sensor-types';

const device = 'ESP_0A1B2C' as DeviceId;

describe('ids', () => {
  it.each([
    ['device id', deviceIdSchema, ['A', 'ESP_0A1B2C', 'A'.repeat(31)], ['', 'a', 'ESP-1', 'A'.repeat(32), 'A\n', 7]],
    ['zone id', zoneIdSchema, ['z', 'Tent_1-b', 'z'.repeat(32)], ['', 'tent 1', 'zölt', 'z'.repeat(33), 'z\n']],
    ['kaiser id', kaiserIdSchema, ['g', 'God_1', 'k'.repeat(63)], ['', 'god-1', 'k'.repeat(64)]],
    ['pin', gpioSchema, [0, 255], [-1, 256, 1.5, '4']],
    [
      'series id',
      seriesIdSchema,
      ['A:0:ds18b20', 'ESP_0A1B2C:255:sht31_temp:44', `A:4:${'t'.repeat(40)}:${'F'.repeat(16)}`],
      ['A:0', 'A:0:DS18B20', 'A:1000:x', 'a:0:x', 'A:0:x:', `A:0:x:${'F'.repeat(17)}`, 'A:0:x y'],
    ],
  ])('a %s keeps its grammar', (_name, schema, good, bad) => {
    expect(good.filter((value) => !schema.safeParse(value).success)).toEqual([]);
    expect(bad.filter((value) => schema.safeParse(value).success)).toEqual([]);
  });

  it('compose a series id with and without an address', () => {
    expect([seriesIdOf(device, 4, 'ds18b20'), seriesIdOf(device, 0, 'sht31_temp', '44')]).toEqual([
      'ESP_0A1B2C:4:ds18b20',
      'ESP_0A1B2C:0:sht31_temp:44',
    ]);
  });
});

describe('quality', () => {
  it('survives the way through its index', () => {
    expect(qualities.map((quality) => qualityAt(qualityIndex(quality)))).toEqual(qualities);
  });

  it('is unknown for an index that is none', () => {
    expect([qualityAt(-1), qualityAt(qualities.length), qualityAt(0.5)]).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('takes the worse of two, whichever comes first', () => {
    expect([
      worseQuality('good', 'suspect'),
      worseQuality('suspect', 'good'),
      worseQuality('error', 'unknown'),
      worseQuality('fair', 'fair'),
    ]).toEqual(['suspect', 'suspect', 'unknown', 'fair']);
  });
});

describe('sensor types', () => {
  it('keep normal range and span inside the physical limits', () => {
    const wrong = Object.entries(sensorTypes).filter(
      ([, { limits, normal, span }]) =>
        !(limits[0] <= normal[0] && normal[0] < normal[1] && normal[1] <= limits[1] && span[0] < span[1]),
    );
    expect(wrong).toEqual([]);
  });

  it('know nothing about a type that is the name of a built-in', () => {
    expect([
      sensorTypeInfo('constructor'),
      canonicalSensorType('constructor'),
      canonicalSensorType('toString'),
    ]).toEqual([undefined, 'constructor', 'tostring']);
  });
});

describe('results', () => {
  it('carry the value', () => {
    expect(success(7)).toEqual({ ok: true, value: 7 });
  });

  it('are final unless the failure says otherwise, and carry details only when there are some', () => {
    expect([failure('busy', 'Wait.'), failure('busy', 'Wait.', { retryable: true, details: { seconds: 5 } })]).toEqual([
      { ok: false, error: { code: 'busy', message: 'Wait.', retryable: false } },
      { ok: false, error: { code: 'busy', message: 'Wait.', retryable: true, details: { seconds: 5 } } },
    ]);
  });
});

describe('assertions', () => {
  it('name the value that a union should not have', () => {
    expect(() => assertNever('x' as never)).toThrow('Unexpected value: "x"');
  });

  it('return the value that is there, also a falsy one, or throw the reason', () => {
    expect([must(0, 'r'), must('', 'r'), must(false, 'r')]).toEqual([0, '', false]);
    expect(() => must(null, 'the row was just written')).toThrow('the row was just written');
    expect(() => must(undefined, 'the row was just written')).toThrow('the row was just written');
  });
});
