import { describe, expect, test } from 'vitest';
import {
  DEMO_DAY_S,
  idleInputs,
  nextClimate,
  outdoorAt,
  startClimate,
  type Climate,
  type Inputs,
  type Quantity,
} from '../../../../src/main/plant/climate-rules';

const evening = { airC: 15, sunLux: 5_000 };

function after(seconds: number, inputs: Partial<Inputs>, from: Climate = startClimate): Climate {
  let climate = from;
  for (let s = 0; s < seconds; s += 1) climate = nextClimate(climate, { ...idleInputs, ...inputs }, evening, 1);
  return climate;
}

describe('climate of the demo plant', () => {
  test.for<[keyof Inputs, Quantity, 'rises' | 'falls']>([
    ['pump', 'soilPct', 'rises'],
    ['heater', 'airC', 'rises'],
    ['heater', 'soilC', 'rises'],
    ['fan', 'airC', 'falls'],
    ['vent', 'airC', 'falls'],
    ['mist', 'humidity', 'rises'],
    ['lamp', 'lightLux', 'rises'],
    ['waterHeater', 'waterC', 'rises'],
    ['circulation', 'flowLpm', 'rises'],
  ])('with %s on, %s %s against the same minute without it', ([input, quantity, direction]) => {
    const idle = after(60, {})[quantity];
    const driven = after(60, { [input]: 1 })[quantity];
    if (direction === 'rises') expect(driven).toBeGreaterThan(idle);
    else expect(driven).toBeLessThan(idle);
  });

  test('what was warmed cools down again', () => {
    const warm = after(180, { heater: 1 });
    expect(after(600, {}, warm).airC).toBeLessThan(warm.airC - 2);
  });

  test('soil dries slowly without a pump and a pump fills a bed within two minutes', () => {
    const dry = after(600, {});
    expect(dry.soilPct).toBeLessThan(startClimate.soilPct);
    expect(after(120, { pump: 1 }, dry).soilPct).toBeGreaterThan(80);
  });

  test('nothing explodes over ten demo days with everything switched at random', () => {
    let climate = startClimate;
    let state = 7;
    for (let s = 0; s < 10 * DEMO_DAY_S; s += 5) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      const bit = (index: number) => (state >> index) & 1;
      const inputs = {
        ...idleInputs,
        heater: bit(8),
        fan: bit(9),
        vent: bit(10),
        pump: bit(11),
        mist: bit(12),
        lamp: bit(13),
        waterHeater: bit(14),
      };
      climate = nextClimate(climate, inputs, outdoorAt(s), 5);
      expect(climate.airC).toBeGreaterThan(0);
      expect(climate.airC).toBeLessThan(50);
      expect(climate.humidity).toBeGreaterThanOrEqual(8);
      expect(climate.humidity).toBeLessThanOrEqual(99);
      expect(climate.soilPct).toBeLessThanOrEqual(92);
      expect(climate.co2Ppm).toBeGreaterThan(300);
    }
  });

  test('one long step is as stable as many short ones', () => {
    const long = nextClimate(startClimate, idleInputs, evening, 3_600);
    expect(long.airC).toBeCloseTo(after(3_600, {}).airC, 0);
  });
});
