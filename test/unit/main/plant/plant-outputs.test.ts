import { expect, test } from 'vitest';
import { demoDevices } from '../../../../src/main/plant/demo-plan';
import { PlantOutputs } from '../../../../src/main/plant/plant-outputs';

const climate = demoDevices.find(({ id }) => id === 'MOCK_TOMATO_CLIMATE') ?? expect.fail('no climate device');
const [heater, fan, vent] = climate.actuators.map(({ gpio }) => gpio) as [number, number, number];
const enable = climate.actuators[2]?.aux_gpio ?? expect.fail('no valve');

function open() {
  const outputs = new PlantOutputs(climate.actuatorPlans);
  const levels = () => Object.fromEntries(outputs.levels().map(({ drives, level }) => [drives, level]));
  return { outputs, levels };
}

test('levels of the pins drive what hangs on them', () => {
  const { outputs, levels } = open();
  expect(levels()).toEqual({ heater: 0, fan: 0, vent: 0 });
  outputs.set(heater, 255);
  outputs.set(fan, 51);
  outputs.set(99, 255);
  expect(levels()).toEqual({ heater: 1, fan: 0.2, vent: 0 });
});

test('a valve takes five seconds from end to end, stops where its motor stops, and never leaves its ends', () => {
  const { outputs, levels } = open();
  outputs.set(vent, 255);
  outputs.pass(10);
  expect(levels()['vent']).toBe(0); // the motor has no power
  outputs.set(enable, 255);
  outputs.pass(2.5);
  expect(levels()['vent']).toBe(0.5);
  outputs.set(enable, 0);
  outputs.pass(10);
  expect(levels()['vent']).toBe(0.5);
  outputs.set(enable, 255);
  outputs.pass(60);
  expect(levels()['vent']).toBe(1);
  outputs.set(vent, 0);
  outputs.pass(1);
  expect(levels()['vent']).toBe(0.8);
  outputs.pass(60);
  expect(levels()['vent']).toBe(0);
});
