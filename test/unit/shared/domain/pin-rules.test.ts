import { describe, expect, it } from 'vitest';
import type { ConfigSections } from '../../../../src/shared/api/devices';
import type { BoardId } from '../../../../src/shared/domain/boards';
import { auxPin, boardPins, pinProblem, pinProblems } from '../../../../src/shared/domain/pin-rules';
import { sensorInterface } from '../../../../src/shared/domain/sensor-chips';
import { actuator, rule, sensor } from '../../main/devices/config-bench';

const codes = (board: BoardId | null, sections: ConfigSections) =>
  pinProblems(board, sections).map(({ section, gpio, code }) => [section, gpio, code]);
const rom = (digit: string) => ({ onewire_address: `28FF4A1B2C3D4E5${digit}` });

describe('pins of actuators', () => {
  it.each<[BoardId, number, string | null]>([
    ['esp32', 1, 'reserved'],
    ['esp32', 3, 'reserved'],
    ['esp32', 6, 'reserved'],
    ['esp32', 12, 'reserved'],
    ['esp32', 13, 'reserved'],
    ['esp32', 20, 'reserved'],
    ['esp32', 34, 'input_only'],
    ['esp32', 39, 'input_only'],
    ['esp32', 40, 'out_of_range'],
    ['esp32', 21, 'i2c_pin'],
    ['esp32', 22, 'i2c_pin'],
    ['esp32', 0, 'reserved'],
    ['esp32', 25, null],
    ['esp32', 5, null],
    ['esp32c3', 0, 'reserved'],
    ['esp32c3', 18, 'reserved'],
    ['esp32c3', 4, 'i2c_pin'],
    ['esp32c3', 22, 'out_of_range'],
    ['esp32c3', 10, null],
    ['esp32c6', 0, 'reserved'],
    ['esp32c6', 12, 'reserved'],
    ['esp32c6', 16, 'reserved'],
    ['esp32c6', 24, 'reserved'],
    ['esp32c6', 14, 'reserved'],
    ['esp32c6', 6, 'i2c_pin'],
    ['esp32c6', 31, 'out_of_range'],
    ['esp32c6', 15, null],
    ['esp32c6', 23, null],
  ])('on %s, pin %i: %s (conformance H3)', (board, gpio, code) => {
    expect(codes(board, { actuators: [actuator(gpio)] })).toEqual(code === null ? [] : [['actuators', gpio, code]]);
  });

  it('are not judged while the board is unknown, nor where they are switched inactive', () => {
    expect(codes(null, { actuators: [actuator(34), actuator(6)] })).toEqual([]);
    expect(codes('esp32', { actuators: [actuator(34, { active: false })] })).toEqual([]);
  });

  it('of a valve are two', () => {
    const valve = (gpio: number, aux_gpio?: number) =>
      actuator(gpio, { actuator_type: 'valve', ...(aux_gpio !== undefined && { aux_gpio }) });
    expect([auxPin(valve(25)), auxPin(valve(25, 14)), auxPin(actuator(25, { aux_gpio: 14 }))]).toEqual([
      26,
      14,
      undefined,
    ]);
    expect(codes('esp32', { actuators: [valve(23)] })).toEqual([['actuators', 24, 'reserved']]);
    expect(codes(null, { actuators: [valve(25), actuator(26)] })).toEqual([['actuators', 26, 'used_twice']]);
  });
});

describe('pins of sensors', () => {
  it.each<[string, BoardId, ConfigSections['sensors'], [number, string][]]>([
    ['an input-only pin is fine', 'esp32', [sensor(34, 'ph')], []],
    ['an I2C sensor stands under pin 0', 'esp32', [sensor(0, 'sht31'), sensor(0, 'bme280')], []],
    ['a 1-Wire sensor may stand there too', 'esp32', [sensor(0, 'ds18b20')], []],
    ['an analog one may not', 'esp32', [sensor(0, 'moisture')], [[0, 'reserved']]],
    ['sensors on a bus share its pins', 'esp32', [sensor(21, 'sht31'), sensor(21, 'bmp280')], []],
    ['others stay off the I2C pins', 'esp32', [sensor(22, 'flow')], [[22, 'i2c_pin']]],
    ['ADC2 reads nothing beside Wi-Fi', 'esp32', [sensor(25, 'moisture')], [[25, 'adc2']]],
    ['an analog sensor needs an analog input', 'esp32', [sensor(18, 'ec_sensor')], [[18, 'no_adc']]],
    ['the C6 has analog inputs on 0 to 6', 'esp32c6', [sensor(5, 'ph'), sensor(8, 'ph')], [[8, 'no_adc']]],
    ['the C3 has them on 0 to 4', 'esp32c3', [sensor(2, 'ph'), sensor(5, 'ph')], [[5, 'i2c_pin']]],
  ])('%s', (_name, board, sensors, problems) => {
    expect(codes(board, { sensors })).toEqual(problems.map(([gpio, code]) => ['sensors', gpio, code]));
  });

  it.each<[string, ConfigSections, [string, number, string][]]>([
    ['by two sensors', { sensors: [sensor(34, 'ph'), sensor(34, 'ec')] }, [['sensors', 34, 'used_twice']]],
    [
      'by a sensor and an actuator',
      { sensors: [sensor(25)], actuators: [actuator(25)] },
      [['actuators', 25, 'used_twice']],
    ],
    ['by one that is inactive', { sensors: [sensor(25, 'ds18b20', { active: false })], actuators: [actuator(25)] }, []],
    [
      'by 1-Wire sensors with codes of their own',
      { sensors: [sensor(4, 'ds18b20', rom('0')), sensor(4, 'ds18b20', rom('1'))] },
      [],
    ],
    [
      'by 1-Wire sensors, one without a code',
      { sensors: [sensor(4, 'ds18b20', rom('0')), sensor(4)] },
      [['sensors', 4, 'same_rom']],
    ],
    ['by two 1-Wire sensors without codes', { sensors: [sensor(4), sensor(4)] }, [['sensors', 4, 'same_rom']]],
    [
      'by none, but two have one code',
      { sensors: [sensor(4, 'ds18b20', rom('f')), sensor(5, 'ds18b20', rom('F'))] },
      [['sensors', 5, 'same_rom']],
    ],
  ])('are used twice: %s', (_name, sections, problems) => {
    expect(codes(null, sections)).toEqual(problems);
  });
});

describe('what a board takes', () => {
  const many = (count: number, type = 'bh1750') =>
    Array.from({ length: count }, (_, index) => sensor(0, type, { i2c_address: index }));
  it.each<[BoardId, number, number]>([
    ['esp32', 20, 12],
    ['esp32c3', 10, 6],
    ['esp32c6', 10, 6],
  ])('%s: %i sensors and %i actuators (conformance H7)', (board, sensors, actuators) => {
    const over = { sensors: many(sensors + 1), actuators: Array.from({ length: actuators + 1 }, () => actuator(25)) };
    const tooMany = (sections: ConfigSections) => codes(board, sections).filter(([, , code]) => code === 'too_many');
    expect(tooMany(over)).toEqual([
      ['sensors', 0, 'too_many'],
      ['actuators', 25, 'too_many'],
    ]);
    expect(tooMany({ sensors: over.sensors.slice(1), actuators: over.actuators.slice(1) })).toEqual([]);
  });

  it('has as many PWM outputs as channels', () => {
    const dimmed = [1, 2, 3, 4, 5, 8, 9].map((gpio) => actuator(gpio, { actuator_type: 'pwm' }));
    expect(codes('esp32c6', { actuators: dimmed })).toContainEqual(['actuators', 9, 'pwm_channels']);
    expect(codes('esp32c6', { actuators: dimmed.slice(1) })).toEqual([]);
  });
});

describe('offline rules', () => {
  const sections = { sensors: [sensor(4), sensor(34, 'ph')], actuators: [actuator(25)] };
  it.each<[string, ConfigSections, [number, string][]]>([
    ['that fit', { ...sections, offlineRules: [rule(25, 4)] }, []],
    [
      'by time alone need no sensor',
      { ...sections, offlineRules: [rule(25, 255, { sensor_value_type: '__twindow_on' })] },
      [],
    ],
    ['need their actuator', { ...sections, offlineRules: [rule(26, 4)] }, [[26, 'rule_actuator']]],
    ['need their sensor', { ...sections, offlineRules: [rule(25, 5)] }, [[5, 'rule_sensor']]],
    [
      'never go by pH (3.9)',
      { ...sections, offlineRules: [rule(25, 34, { sensor_value_type: 'ph_sensor' })] },
      [[34, 'rule_type']],
    ],
    [
      'never go by soil moisture',
      { offlineRules: [rule(25, 34, { sensor_value_type: 'soil_moisture' })] },
      [[34, 'rule_type']],
    ],
    ['are not judged by sections that were never set', { offlineRules: [rule(26, 5)] }, []],
  ])('%s', (_name, wish, problems) => {
    expect(codes(null, wish)).toEqual(problems.map(([gpio, code]) => ['offlineRules', gpio, code]));
  });
});

describe('problems', () => {
  it('come in the order in which a controller checks, each with a way out', () => {
    const problems = pinProblems('esp32', {
      sensors: [sensor(25, 'ph'), sensor(23)],
      actuators: [actuator(23), actuator(22), actuator(34), actuator(6), actuator(44)],
    });
    expect(problems).toEqual([
      {
        section: 'actuators',
        gpio: 44,
        code: 'out_of_range',
        message: 'Pin 44 (A44): the ESP32 has pins from 0 to 39 only.',
      },
      {
        section: 'actuators',
        gpio: 6,
        code: 'reserved',
        message: "Pin 6 (A6) can't be used on the ESP32: it leads to the flash memory. Choose another pin.",
      },
      {
        section: 'actuators',
        gpio: 34,
        code: 'input_only',
        message: 'Pin 34 (A34) can only be read on the ESP32. Choose another pin for an actuator.',
      },
      {
        section: 'actuators',
        gpio: 22,
        code: 'i2c_pin',
        message: 'Pin 22 (A22) belongs to the I2C bus (21 and 22). Choose another pin.',
      },
      {
        section: 'actuators',
        gpio: 23,
        code: 'used_twice',
        message: 'Pin 23 is used twice: by S23 and by A23. Give one of them another pin.',
        with: 'sensors',
      },
      {
        section: 'sensors',
        gpio: 25,
        code: 'adc2',
        message: 'Pin 25 (S25) reads 0 while Wi-Fi is on. Put an analog sensor on one of 32, 33, 34, 35, 36, 39.',
      },
    ]);
  });
});

describe('a single pin', () => {
  it.each<[BoardId | null, number, string | null]>([
    [null, 12, null],
    ['esp32', 25, null],
    ['esp32', 34, null],
    ['esp32', -1, 'The ESP32 has no pin -1; its pins go from 0 to 39.'],
    ['esp32c3', 22, 'The ESP32-C3 has no pin 22; its pins go from 0 to 21.'],
    [
      'esp32c3',
      18,
      "Pin 18 of the ESP32-C3 can't be used: it leads to the USB port. Choose one of 2, 4, 5, 6, 7, 8, 9, 10, 21.",
    ],
  ])('on %s, pin %i: %s', (board, gpio, problem) => {
    expect(pinProblem(board, gpio)).toBe(problem);
  });
});

describe('the pins of a board', () => {
  it('have a role each', () => {
    const pins = boardPins('esp32c6');
    expect(pins).toHaveLength(31);
    expect(pins.map(({ role }) => role).slice(0, 16)).toEqual([
      'reserved', 'free', 'free', 'free', 'with_care', 'with_care', 'sda', 'scl', 'with_care', 'with_care', 'free', 'free',
      'reserved', 'reserved', 'reserved', 'with_care',
    ]); // prettier-ignore
    expect(pins[10]).toEqual({ gpio: 10, role: 'free', isAnalog: false, isOneWireDefault: true });
    expect(pins[0]).toEqual({
      gpio: 0,
      role: 'reserved',
      reservation: 'bus',
      isAnalog: false,
      isOneWireDefault: false,
    });
    expect(pins[6]?.isAnalog).toBe(true);
    expect(boardPins('esp32')[34]).toMatchObject({ role: 'input_only', isAnalog: true });
  });
});

describe('the interface of a sensor', () => {
  it.each([
    ['sht31', 'i2c'],
    ['humidity_sht31', 'i2c'],
    ['BME280_pressure', 'i2c'],
    ['bh1750', 'i2c'],
    ['temperature_ds18b20', 'onewire'],
    ['ph_sensor', 'analog'],
    ['soil_moisture', 'analog'],
    ['flow', 'other'],
    ['sht310', 'other'],
  ])('%s: %s', (type, kind) => {
    expect(sensorInterface(type)).toBe(kind);
  });
});
