import { describe, expect, test } from 'vitest';
import { startClimate } from '../../../../src/main/plant/climate-rules';
import { demoDevices, type SensorPlan } from '../../../../src/main/plant/demo-plan';
import { worldOf } from '../../../../src/main/plant/world-rules';
import { convert } from '../../../../src/main/telemetry/conversion-rules';

const quiet = () => 0;
const sensorsOf = (id: string): readonly SensorPlan[] =>
  demoDevices.find((device) => device.id === id)?.sensorPlans ?? expect.fail(`no ${id}`);

describe('the climate before the sensors', () => {
  test('each kind of sensor has its own words, and nothing else is said', () => {
    expect(worldOf(sensorsOf('MOCK_TOMATO_AIR'), startClimate, quiet)).toEqual({
      i2c: { '0x44': { celsius: 22.5, humidity: 58 } },
      analog: { 32: 620 },
    });
    const rom = sensorsOf('MOCK_TOMATO_BED')[1]?.config.onewire_address;
    expect(worldOf(sensorsOf('MOCK_TOMATO_BED'), startClimate, quiet)).toEqual({
      onewire: { 4: [{ rom, celsius: 21 }] },
      analog: { 34: 2418 },
    });
    expect(worldOf(sensorsOf('MOCK_FISH_PUMPS'), { ...startClimate, flowLpm: 12.5 }, quiet)).toEqual({
      flow: { 32: 12.5 },
    });
    expect(worldOf([], startClimate, quiet)).toEqual({});
  });

  test('noise moves the values, and no noise makes a flow or a light negative', () => {
    expect(worldOf(sensorsOf('MOCK_PROP_AIR'), startClimate, () => 1)).toEqual({
      i2c: { '0x44': { celsius: 22.53, humidity: 58.25 } },
    });
    const dark = { ...startClimate, lightLux: 0, flowLpm: 0, humidity: 0 };
    const low = () => -3;
    expect(worldOf(sensorsOf('MOCK_TOMATO_LIGHT'), dark, low)).toEqual({ analog: { 33: 0 } });
    expect(worldOf(sensorsOf('MOCK_FISH_PUMPS'), dark, low)).toEqual({ flow: { 32: 0 } });
  });

  test.for<[string, number, keyof typeof startClimate, number, number]>([
    ['MOCK_TOMATO_BED', 34, 'soilPct', 46, 0.1],
    ['MOCK_FISH_WATER', 34, 'ph', 6.8, 0.01],
    ['MOCK_FISH_WATER', 35, 'ecUs', 1400, 3],
    ['MOCK_PROP_LIGHT', 32, 'co2Ppm', 640, 0.5],
    ['MOCK_PROP_LIGHT', 33, 'lightLux', 42_000, 0.5],
  ])('%s, pin %i: counts are read by the console as what they were', ([id, gpio, quantity, value, tolerance]) => {
    const line = worldOf(sensorsOf(id), { ...startClimate, [quantity]: value }, quiet);
    const { analog } = line as { analog?: Record<number, number> };
    const sensorType = sensorsOf(id).find(({ config }) => config.gpio === gpio)?.type ?? '';
    const reading = convert({
      sensorType,
      raw: analog?.[gpio] ?? Number.NaN,
      value: undefined,
      unit: undefined,
      quality: 'good',
      isRaw: true,
    });
    expect(Math.abs((reading.value ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance);
  });
});
