import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  nextGeneration,
  planMessages,
  raisedGeneration,
  sensorKey,
  type ConfigMessage,
} from '../../../../src/main/devices/config-plan';
import { noConfiguration } from '../../../../src/main/devices/device-record';
import type { ConfigSections } from '../../../../src/shared/api/devices';
import { actuator, sensor } from './config-bench';

const message = (wish: ConfigSections): ConfigMessage => ({ wish, leftovers: { sensors: [], actuators: [] } });

describe('the fingerprint', () => {
  it('is the SHA-256 of the sections with sorted keys, compact', () => {
    // printf '{"actuators":[],"sensors":[{"a":1,"b":"x"}]}' | sha256sum
    const expected = '0089d26a93512e32c0343501a7a0f788a15101e51aa0e183d530f35832bb74ce';
    expect(fingerprintOf({ sensors: [{ b: 'x', a: 1 }], actuators: [] })).toBe(expected);
    expect(fingerprintOf({ actuators: [], sensors: [{ a: 1, b: 'x', c: undefined }] })).toBe(expected);
    expect(fingerprintOf({ actuators: [], sensors: [{ a: 1, b: 'y' }] })).not.toBe(expected);
  });
});

describe('generations', () => {
  const at = (generation: number) => ({ ...noConfiguration, generation });
  it.each([
    [0, 1_000, 1_000],
    [999, 1_000, 1_000],
    [1_000, 1_000, 1_001],
    [5_000, 1_000, 5_001],
  ])('after %i at %i: %i', (last, now, next) => {
    expect(nextGeneration(at(last), now)).toBe(next);
  });

  it('rise above the own ones, the own clock and the clock of the device', () => {
    const day = 86_400_000;
    expect(raisedGeneration(at(9_000), 1_000)).toBe(9_000 + day);
    expect(raisedGeneration(at(0), 1_000)).toBe(1_000 + day);
    expect(raisedGeneration(at(0), 1_000, 60)).toBe(61_000 + day);
    expect(raisedGeneration(at(0), 1_000, -60)).toBe(1_000 + day);
  });
});

describe('the plan', () => {
  const long = (gpio: number) => actuator(gpio, { actuator_name: 'n'.repeat(32), subzone_id: 's'.repeat(32) });

  it('is one message as long as all fits', () => {
    const wish = { sensors: [sensor(4)], actuators: [actuator(25)], offlineRules: [] };
    expect(planMessages(message(wish))).toEqual({ ok: true, value: [message(wish)] });
  });

  it('is one message for each section where it does not', () => {
    const sensors = Array.from({ length: 12 }, (_, gpio) => sensor(gpio));
    const actuators = Array.from({ length: 9 }, (_, gpio) => long(gpio + 20));
    expect(planMessages(message({ sensors, actuators, offlineRules: [] }))).toEqual({
      ok: true,
      value: [message({ sensors }), message({ actuators }), message({ offlineRules: [] })],
    });
  });

  it('names the section that does not fit', () => {
    const actuators = Array.from({ length: 12 }, (_, gpio) => long(gpio + 20));
    const removed = { sensors: [], actuators: [long(40), long(41), long(42)] };
    expect(planMessages({ wish: { actuators, offlineRules: [] }, leftovers: removed })).toMatchObject({
      ok: false,
      error: { code: 'too_large', details: { section: 'actuators', maxBytes: 4000 } },
    });
  });
});

describe('what makes a sensor itself', () => {
  it.each([
    [sensor(34, 'ph'), '34'],
    [sensor(4, 'ds18b20', { onewire_address: '28ff4a1b2c3d4e5f' }), '4:28FF4A1B2C3D4E5F'],
    [sensor(4), '4:'],
    [sensor(0, 'sht31'), '0:sht31:68'],
    [sensor(0, 'temperature_sht31', { i2c_address: 69 }), '0:sht31_temp:69'],
    [sensor(0, 'bh1750'), '0:light:'],
  ])('%j', (one, key) => {
    expect(sensorKey(one)).toBe(key);
  });
});
