/**
 * Which pins a configuration may use (wire contract 8.5). Pure; the core asks before it sends a configuration, the screen before it offers a
 * pin. Problems come in the controller's validation order, each as a sentence that names the pin, the reason and the way out.
 */
import type { ConfigSectionName, ConfigSections } from '../api/devices';
import { TIME_ONLY_GPIO, type ActuatorConfig, type SensorConfig } from '../wire/messages/config';
import { boards, reservationTexts, type Board, type BoardId, type Reservation } from './boards';
import { isAnalogType, sensorInterface } from './sensor-chips';

/** In validation order. */
export const pinProblemCodes = [
  'out_of_range',
  'reserved',
  'input_only',
  'i2c_pin',
  'used_twice',
  'same_rom',
  'adc2',
  'no_adc',
  'too_many',
  'pwm_channels',
  'rule_actuator',
  'rule_sensor',
  'rule_type',
] as const;
export type PinProblemCode = (typeof pinProblemCodes)[number];

export type PinProblem = {
  readonly section: ConfigSectionName;
  readonly gpio: number;
  readonly code: PinProblemCode;
  readonly message: string;
  /** The other section that takes part, where there is one. */
  readonly with?: ConfigSectionName;
};

type Item = { readonly section: 'sensors' | 'actuators'; readonly gpio: number; readonly name: string };
/** A pin that an item takes: its own, or a valve's second one. */
type Claim = Item & { readonly sensor?: SensorConfig };

/** `aux_gpio` that stands for the default, the pin after the valve's own (5.3). */
const DEFAULT_AUX_GPIO = 255;
/** The number under which sensors on a bus are kept. */
const BUS_GPIO = 0;

/** Everything wrong with a configuration; with an unknown board only what is wrong on every board. */
export function pinProblems(boardId: BoardId | null, sections: ConfigSections): PinProblem[] {
  const board = boardId && boards[boardId];
  const claims = claimsOf(sections);
  const problems = [
    ...(board ? claims.flatMap((claim) => boardProblems(board, claim)) : []),
    ...usedTwice(claims),
    ...sameRoms(active(sections.sensors)),
    ...(board ? tooMany(board, sections) : []),
    ...ruleProblems(sections),
  ];
  return problems.sort((a, b) => pinProblemCodes.indexOf(a.code) - pinProblemCodes.indexOf(b.code));
}

/** Why a pin can't be used for anything on this board, as a sentence; null when it can, or when the board is not known. */
export function pinProblem(boardId: BoardId | null, gpio: number): string | null {
  const board = boardId && boards[boardId];
  if (!board) return null;
  if (gpio < 0 || gpio > board.lastGpio)
    return `The ${board.name} has no pin ${gpio}; its pins go from 0 to ${board.lastGpio}.`;
  const reservation = reservationOf(board, gpio);
  return (
    reservation &&
    `Pin ${gpio} of the ${board.name} can't be used: ${reservationTexts[reservation]}. Choose one of ${board.usable.join(', ')}.`
  );
}

export type PinRole = 'free' | 'with_care' | 'input_only' | 'sda' | 'scl' | 'reserved';
export type BoardPin = {
  readonly gpio: number;
  readonly role: PinRole;
  readonly reservation?: Reservation;
  /** Analog input beside Wi-Fi. */
  readonly isAnalog: boolean;
  readonly isOneWireDefault: boolean;
};

/** Every pin of a board with what it is for, for the pin map. */
export function boardPins(boardId: BoardId): BoardPin[] {
  const board = boards[boardId];
  return Array.from({ length: board.lastGpio + 1 }, (_, gpio) => {
    const reservation = reservationOf(board, gpio);
    return {
      gpio,
      role: reservation ? 'reserved' : roleOf(board, gpio),
      ...(reservation && { reservation }),
      isAnalog: reservation === null && board.adc1.includes(gpio),
      isOneWireDefault: gpio === board.oneWire,
    };
  });
}

/** The second pin of a valve; undefined for anything else. */
export function auxPin({ actuator_type, gpio, aux_gpio }: ActuatorConfig): number | undefined {
  if (actuator_type !== 'valve') return undefined;
  return aux_gpio === DEFAULT_AUX_GPIO ? gpio + 1 : aux_gpio;
}

function roleOf(board: Board, gpio: number): PinRole {
  if (gpio === board.i2c.sda) return 'sda';
  if (gpio === board.i2c.scl) return 'scl';
  if (board.inputOnly.includes(gpio)) return 'input_only';
  return board.withCare.includes(gpio) ? 'with_care' : 'free';
}

function reservationOf(board: Board, gpio: number): Reservation | null {
  if (board.usable.includes(gpio)) return null;
  const named = (Object.entries(board.reserved) as [Reservation, readonly number[]][]).find(([, pins]) =>
    pins.includes(gpio),
  );
  return named?.[0] ?? 'absent';
}

const active = <T extends { active: boolean }>(items: readonly T[] | undefined): T[] =>
  (items ?? []).filter((item) => item.active);
const isOnBus = ({ sensor_type }: SensorConfig) => ['i2c', 'onewire'].includes(sensorInterface(sensor_type));

/** Every pin that is taken, with who takes it. Sensors under the bus number 0 take none. */
function claimsOf({ sensors, actuators }: ConfigSections): Claim[] {
  const ofSensors = active(sensors)
    .filter((sensor) => !(sensor.gpio === BUS_GPIO && isOnBus(sensor)))
    .map((sensor): Claim => ({ section: 'sensors', gpio: sensor.gpio, name: nameOf(sensor.sensor_name), sensor }));
  const ofActuators = active(actuators).flatMap((actuator): Claim[] => {
    const name = nameOf(actuator.actuator_name);
    const aux = auxPin(actuator);
    const own: Claim = { section: 'actuators', gpio: actuator.gpio, name };
    return aux === undefined ? [own] : [own, { section: 'actuators', gpio: aux, name: `second pin of ${name}` }];
  });
  return [...ofSensors, ...ofActuators];
}

const nameOf = (name: string) => name || 'no name';

/** The first rule of the board that a pin breaks. */
function boardProblems(board: Board, { section, gpio, name, sensor }: Claim): PinProblem[] {
  const who = `Pin ${gpio} (${name})`;
  const problem = (code: PinProblemCode, message: string) => [{ section, gpio, code, message }];
  if (gpio > board.lastGpio)
    return problem('out_of_range', `${who}: the ${board.name} has pins from 0 to ${board.lastGpio} only.`);
  const reservation = reservationOf(board, gpio);
  if (reservation)
    return problem(
      'reserved',
      `${who} can't be used on the ${board.name}: ${reservationTexts[reservation]}. Choose another pin.`,
    );
  if (section === 'actuators' && board.inputOnly.includes(gpio))
    return problem('input_only', `${who} can only be read on the ${board.name}. Choose another pin for an actuator.`);
  const { sda, scl } = board.i2c;
  if ((gpio === sda || gpio === scl) && !(sensor && isOnBus(sensor)))
    return problem('i2c_pin', `${who} belongs to the I2C bus (${sda} and ${scl}). Choose another pin.`);
  if (!sensor || !isAnalogType(sensor.sensor_type) || board.adc1.includes(gpio)) return [];
  const inputs = board.adc1.filter((pin) => board.usable.includes(pin)).join(', ');
  return board.adc2.includes(gpio)
    ? problem('adc2', `${who} reads 0 while Wi-Fi is on. Put an analog sensor on one of ${inputs}.`)
    : problem('no_adc', `${who} has no analog input. Put an analog sensor on one of ${inputs}.`);
}

/** Pins that two items take. Sensors on a bus share their pin. */
function usedTwice(claims: readonly Claim[]): PinProblem[] {
  return claims.flatMap((claim, index): PinProblem[] => {
    const other = claims.slice(0, index).find((one) => one.gpio === claim.gpio && !isShared(one, claim));
    if (!other) return [];
    const { section, gpio, name } = claim;
    const message = `Pin ${gpio} is used twice: by ${other.name} and by ${name}. Give one of them another pin.`;
    return [{ section, gpio, code: 'used_twice', message, with: other.section }];
  });
}

const isShared = (a: Claim, b: Claim) =>
  a.sensor !== undefined && b.sensor !== undefined && isOnBus(a.sensor) && isOnBus(b.sensor);

/** 1-Wire sensors are told apart by their ROM code alone: two with one code, or two without a code on one pin, are one. */
function sameRoms(sensors: readonly SensorConfig[]): PinProblem[] {
  const onWire = sensors.filter(({ sensor_type }) => sensorInterface(sensor_type) === 'onewire');
  const keyOf = ({ gpio, onewire_address: rom }: SensorConfig) => rom?.toUpperCase() ?? `pin ${gpio}`;
  return onWire.flatMap((sensor, index): PinProblem[] => {
    const { gpio, onewire_address: rom } = sensor;
    const earlier = onWire.slice(0, index);
    const isAlone = rom !== undefined || !earlier.some((one) => one.gpio === gpio);
    if (isAlone && !earlier.some((one) => keyOf(one) === keyOf(sensor))) return [];
    const name = nameOf(sensor.sensor_name);
    const message =
      rom === undefined
        ? `Several 1-Wire sensors are on pin ${gpio}, so ${name} needs its ROM code. Scan the bus to find it.`
        : `The ROM code ${rom} is given twice, the second time for ${name} on pin ${gpio}. Scan the bus to find the other one.`;
    return [{ section: 'sensors', gpio, code: 'same_rom', message }];
  });
}

function tooMany(board: Board, sections: ConfigSections): PinProblem[] {
  const { name, maxSensors, maxActuators, pwmChannels } = board;
  const sensors = active(sections.sensors);
  const actuators = active(sections.actuators);
  const dimmed = actuators.filter(({ actuator_type }) => actuator_type === 'pwm');
  const surplus = (section: 'sensors' | 'actuators', list: readonly { gpio: number }[], most: number) =>
    list.slice(most, most + 1).map(({ gpio }): PinProblem => {
      const message = `The ${name} takes ${most} ${section} at most; ${list.length} are wished. Take ${list.length - most} out.`;
      return { section, gpio, code: 'too_many', message };
    });
  return [
    ...surplus('sensors', sensors, maxSensors),
    ...surplus('actuators', actuators, maxActuators),
    ...dimmed.slice(pwmChannels, pwmChannels + 1).map(({ gpio }): PinProblem => ({
      section: 'actuators',
      gpio,
      code: 'pwm_channels',
      message: `The ${name} has ${pwmChannels} PWM channels; ${dimmed.length} PWM actuators are wished. Take ${dimmed.length - pwmChannels} out.`,
    })),
  ];
}

/** Rules speak of pins of this device (5.4). A section that the console has never set may hold any pin. */
function ruleProblems({ sensors, actuators, offlineRules = [] }: ConfigSections): PinProblem[] {
  const outputs = actuators && new Set(active(actuators).map(({ gpio }) => gpio));
  const inputs = sensors && new Set(active(sensors).map(({ gpio }) => gpio));
  return offlineRules.flatMap(({ actuator_gpio, sensor_gpio, sensor_value_type: type }, index): PinProblem[] => {
    const rule = `Offline rule ${index + 1}`;
    const at = { section: 'offlineRules', gpio: actuator_gpio } as const;
    const found: PinProblem[] = [];
    if (outputs && !outputs.has(actuator_gpio))
      found.push({
        ...at,
        code: 'rule_actuator',
        message: `${rule} switches pin ${actuator_gpio}, where no actuator is configured. Add the actuator or take the rule out.`,
        with: 'actuators',
      });
    if (inputs && sensor_gpio !== TIME_ONLY_GPIO && !inputs.has(sensor_gpio))
      found.push({
        ...at,
        gpio: sensor_gpio,
        code: 'rule_sensor',
        message: `${rule} looks at pin ${sensor_gpio}, where no sensor is configured. Add the sensor or take the rule out.`,
        with: 'sensors',
      });
    if (isAnalogType(type))
      found.push({
        ...at,
        gpio: sensor_gpio,
        code: 'rule_type',
        message: `${rule} goes by ${type}, which a device can't judge without the console's calibration. Use another sensor.`,
      });
    return found;
  });
}
