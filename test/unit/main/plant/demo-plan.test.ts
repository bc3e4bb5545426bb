import { describe, expect, test } from 'vitest';
import { demoDevices, demoZones } from '../../../../src/main/plant/demo-plan';
import { crc8, romOf } from '../../../../src/main/plant/rom-rules';
import { boards } from '../../../../src/shared/domain/boards';
import { pinProblem } from '../../../../src/shared/domain/pin-rules';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';

describe.for(demoDevices.map((plan) => [plan.id, plan] as const))('%s', ([, plan]) => {
  const outputs = plan.actuators.flatMap(({ gpio, aux_gpio, actuator_type }) =>
    actuator_type === 'valve' ? [gpio, aux_gpio] : [gpio],
  );
  const inputs = plan.sensors.map(({ gpio }) => gpio).filter((gpio) => gpio !== 0);

  test('uses pins that its board has, each once, and drives none that can only be read', () => {
    const pins = [...new Set(inputs), ...outputs];
    expect(new Set(pins).size).toBe(pins.length);
    expect(pins.map((gpio) => pinProblem(plan.board, gpio))).toEqual(pins.map(() => null));
    expect(outputs.filter((gpio) => boards[plan.board].inputOnly.includes(gpio))).toEqual([]);
  });

  test('has an id and a climate that exist', () => {
    expect(deviceIdSchema.parse(plan.id)).toMatch(/^MOCK_/);
    expect(demoZones.map(({ id }) => id)).toContain(plan.climateOf);
  });

  test('its rules speak of a sensor and an output that it has', () => {
    for (const { actuator_gpio, sensor_gpio, sensor_value_type } of plan.offlineRules) {
      expect(plan.actuators.map(({ gpio }) => gpio)).toContain(actuator_gpio);
      expect(plan.sensors.map(({ gpio, sensor_type }) => `${gpio} ${sensor_type}`)).toContain(
        `${sensor_gpio} ${sensor_value_type}`,
      );
    }
  });
});

test('how an output stands at the start is its default state, so that a reboot brings it back', () => {
  const defaults = demoDevices.flatMap(({ id, actuators }) =>
    actuators
      .filter(({ default_state }) => default_state)
      .map(({ gpio, actuator_type, default_pwm }) => `${id} ${gpio} ${actuator_type} ${default_pwm}`),
  );
  expect(defaults).toEqual([
    'MOCK_TOMATO_CLIMATE 19 pwm 153',
    'MOCK_PROP_AIR 19 pwm 179',
    'MOCK_PROP_LIGHT 26 relay 0',
    'MOCK_FISH_PUMPS 25 pump 0',
    'MOCK_FISH_PUMPS 26 relay 0',
    'MOCK_FISH_ROOM 7 pwm 77',
  ]);
});

test('fans, vents, lamps and the pumps that must never stand run on for days', () => {
  const limitOf = (id: string, gpio: number) =>
    demoDevices.find((one) => one.id === id)?.actuators.find((one) => one.gpio === gpio)?.max_runtime_ms ?? 0;
  const daysMs = 86_400_000;
  expect(limitOf('MOCK_TOMATO_CLIMATE', 19)).toBeGreaterThan(daysMs);
  expect(limitOf('MOCK_FISH_PUMPS', 25)).toBeGreaterThan(daysMs);
  expect(limitOf('MOCK_TOMATO_BED', 25)).toBe(3_600_000);
});

test('two devices announce what firmware of before the drills could, all others what the firmware says itself', () => {
  const older = demoDevices.filter(({ capabilities }) => capabilities !== undefined);
  expect(older.map(({ id }) => id)).toEqual(['MOCK_PROP_LIGHT', 'MOCK_FISH_ROOM']);
  expect(older.every(({ capabilities }) => !capabilities?.includes('drill'))).toBe(true);
});

test('every 1-Wire sensor has an address of its own with a right check sum', () => {
  const roms = demoDevices.flatMap(({ sensors }) => sensors.flatMap(({ onewire_address: rom }) => rom ?? []));
  expect(new Set(roms).size).toBe(roms.length);
  expect(roms.length).toBeGreaterThan(3);
  for (const rom of roms) {
    const bytes = [...Buffer.from(rom, 'hex')];
    expect([bytes[0], crc8(bytes)]).toEqual([0x28, 0]);
  }
  expect(romOf('A', 0)).not.toBe(romOf('A', 1));
});
