import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import type { BoardId } from '../../shared/domain/boards';
import {
  actuatorConfigSchema,
  offlineRuleSchema,
  sensorConfigSchema,
  type ActuatorConfig,
  type OfflineRule,
  type SensorConfig,
} from '../../shared/wire/messages/config';
import type { Inputs, Quantity } from './climate-rules';
import { romOf } from './rom-rules';

/** A simulated sensor: what it is to the contract, and what of the climate it measures. */
export type SensorPlan = {
  readonly config: SensorConfig;
  readonly type: string;
  readonly quantity: Quantity;
};
/** A simulated actuator: what it is to the contract, and what it does to the climate. */
export type ActuatorPlan = { readonly config: ActuatorConfig; readonly drives: keyof Inputs };

export type DemoDevicePlan = {
  readonly id: DeviceId;
  readonly name: string;
  /** The zone whose climate it sits in; the one without approval has joined none yet. */
  readonly zoneId: ZoneId | null;
  readonly climateOf: ZoneId;
  readonly isApproved: boolean;
  readonly board: BoardId;
  /** What it announces in its heartbeat in place of what the firmware can (our extensions). */
  readonly capabilities?: readonly string[];
  readonly sensors: readonly SensorConfig[];
  readonly actuators: readonly ActuatorConfig[];
  /** What it does while it cannot reach the console. */
  readonly offlineRules: readonly OfflineRule[];
  readonly sensorPlans: readonly SensorPlan[];
  readonly actuatorPlans: readonly ActuatorPlan[];
};

const zone = (id: string) => id as ZoneId;
const TOMATOES = zone('demo_tomatoes');
const PROPAGATION = zone('demo_propagation');
const FISH_TANK = zone('demo_fish_tank');

/** The zones of the demo plant. */
export const demoZones: readonly { readonly id: ZoneId; readonly name: string; readonly order: number }[] = [
  { id: TOMATOES, name: 'Tomatoes', order: 0 },
  { id: PROPAGATION, name: 'Propagation', order: 1 },
  { id: FISH_TANK, name: 'Fish tank', order: 2 },
];

type SensorEntry = readonly [gpio: number, type: string, name: string, quantity: Quantity, intervalS: number];
type ActuatorEntry = readonly [
  gpio: number,
  type: ActuatorConfig['actuator_type'],
  name: string,
  drives: keyof Inputs,
  /** Default state, 0–1: how it stands at the start, after a reboot and without a console. */
  level: number,
];

/** What runs for days without being looked at, and how long it may; the others keep the contract's hour (5.3). */
const runsAllDay: ReadonlySet<keyof Inputs> = new Set(['fan', 'vent', 'lamp', 'circulation', 'aeration']);
const ALL_DAY_MS = 7 * 24 * 3_600_000;

/** The second pin of the valves (8.4): the next number, which is the rule, does not exist on every board. */
const valveEnablePin = 27;
const FULL_DUTY = 255;

/** Firmware of before the drills: such a device is skipped by them. */
const olderCapabilities = ['reboot', 'identify', 'zone_free_commands'];

function sensorPlan(deviceId: string, [gpio, type, label, quantity, intervalS]: SensorEntry): SensorPlan {
  const config = sensorConfigSchema.parse({
    gpio,
    sensor_type: type,
    sensor_name: label,
    measurement_interval_seconds: intervalS,
    ...(type === 'ds18b20' && { onewire_address: romOf(deviceId, 0) }),
  });
  return { config, type, quantity };
}

function actuatorPlan([gpio, type, label, drives, level]: ActuatorEntry): ActuatorPlan {
  const config = actuatorConfigSchema.parse({
    gpio,
    actuator_type: type,
    actuator_name: label,
    default_state: level > 0,
    default_pwm: type === 'pwm' ? Math.round(level * FULL_DUTY) : 0,
    ...(type === 'valve' && { aux_gpio: valveEnablePin }),
    ...(runsAllDay.has(drives) && { max_runtime_ms: ALL_DAY_MS }),
  });
  return { config, drives };
}

type Where = {
  readonly zone: ZoneId;
  readonly isApproved?: boolean;
  readonly board?: BoardId;
  readonly isOlder?: boolean;
};
type Parts = {
  readonly sensors?: readonly SensorEntry[];
  readonly actuators?: readonly ActuatorEntry[];
  readonly rules?: readonly Partial<OfflineRule>[];
};

function device(id: string, name: string, where: Where, parts: Parts): DemoDevicePlan {
  const { isApproved = true, board = 'esp32', isOlder = false } = where;
  const deviceId = `MOCK_${id}` as DeviceId;
  const sensorPlans = (parts.sensors ?? []).map((entry) => sensorPlan(deviceId, entry));
  const actuatorPlans = (parts.actuators ?? []).map(actuatorPlan);
  return {
    id: deviceId,
    name,
    zoneId: isApproved ? where.zone : null,
    climateOf: where.zone,
    isApproved,
    board,
    ...(isOlder && { capabilities: olderCapabilities }),
    sensors: sensorPlans.map(({ config }) => config),
    actuators: actuatorPlans.map(({ config }) => config),
    offlineRules: (parts.rules ?? []).map((rule) => offlineRuleSchema.parse(rule)),
    sensorPlans,
    actuatorPlans,
  };
}

/** Seedlings must not get cold because a cable is out: below 18 °C the bed is heated, up to 21 °C, without any console. */
const frostGuard: Partial<OfflineRule> = {
  actuator_gpio: 10,
  sensor_gpio: 6,
  sensor_value_type: 'ds18b20',
  activate_below: 18,
  deactivate_above: 21,
};

/** The devices of the demo plant, one line per sensor and actuator: pin, type, name, what it measures or drives, interval or default. */
export const demoDevices: readonly DemoDevicePlan[] = [
  device('TOMATO_AIR', 'Tomato air', { zone: TOMATOES }, {
    sensors: [[0, 'sht31_temp', 'Air temperature', 'airC', 2], [0, 'sht31_humidity', 'Humidity', 'humidity', 2], [32, 'co2', 'CO₂', 'co2Ppm', 5]],
  }),
  device('TOMATO_CLIMATE', 'Tomato climate', { zone: TOMATOES }, {
    actuators: [[18, 'relay', 'Heater', 'heater', 0], [19, 'pwm', 'Fan', 'fan', 0.6], [23, 'valve', 'Roof vent', 'vent', 0]],
  }),
  device('TOMATO_BED', 'Tomato beds', { zone: TOMATOES }, {
    sensors: [[34, 'moisture', 'Soil moisture', 'soilPct', 2], [4, 'ds18b20', 'Root temperature', 'soilC', 5]],
    actuators: [[25, 'pump', 'Irrigation pump', 'pump', 0]],
  }),
  device('TOMATO_LIGHT', 'Tomato light', { zone: TOMATOES }, {
    sensors: [[33, 'light', 'Light', 'lightLux', 3]],
    actuators: [[26, 'relay', 'Lamp', 'lamp', 0]],
  }),
  device('PROP_AIR', 'Propagation air', { zone: PROPAGATION }, {
    sensors: [[0, 'sht31_temp', 'Air temperature', 'airC', 2], [0, 'sht31_humidity', 'Humidity', 'humidity', 2]],
    actuators: [[19, 'pwm', 'Fan', 'fan', 0.7]],
  }),
  device('PROP_HEAT', 'Propagation heat', { zone: PROPAGATION, board: 'esp32c3' }, {
    sensors: [[6, 'ds18b20', 'Bed temperature', 'soilC', 2]],
    actuators: [[10, 'relay', 'Bed heater', 'heater', 0]],
    rules: [frostGuard],
  }),
  device('PROP_MIST', 'Propagation mist', { zone: PROPAGATION }, {
    sensors: [[34, 'moisture', 'Bed moisture', 'soilPct', 2]],
    actuators: [[25, 'pump', 'Mist', 'mist', 0], [27, 'pump', 'Bed pump', 'pump', 0]],
  }),
  device('PROP_LIGHT', 'Propagation light', { zone: PROPAGATION, isOlder: true }, {
    sensors: [[33, 'light', 'Light', 'lightLux', 3], [32, 'co2', 'CO₂', 'co2Ppm', 5]],
    actuators: [[26, 'relay', 'Lamp', 'lamp', 1]],
  }),
  device('FISH_WATER', 'Fish water', { zone: FISH_TANK }, {
    sensors: [[4, 'ds18b20', 'Water temperature', 'waterC', 2], [34, 'ph', 'pH', 'ph', 3], [35, 'ec', 'Conductivity', 'ecUs', 3]],
  }),
  device('FISH_PUMPS', 'Fish pumps', { zone: FISH_TANK }, {
    sensors: [[32, 'flow', 'Flow', 'flowLpm', 1]],
    actuators: [[25, 'pump', 'Circulation pump', 'circulation', 1], [26, 'relay', 'Air pump', 'aeration', 1]],
  }),
  device('FISH_HEAT', 'Fish heating', { zone: FISH_TANK, board: 'esp32c3' }, {
    actuators: [[10, 'relay', 'Water heater', 'waterHeater', 0]],
  }),
  device('FISH_ROOM', 'Fish room', { zone: FISH_TANK, board: 'esp32c3', isOlder: true }, {
    sensors: [[0, 'sht31_temp', 'Room temperature', 'airC', 3], [0, 'sht31_humidity', 'Room humidity', 'humidity', 3]],
    actuators: [[7, 'pwm', 'Room fan', 'fan', 0.3]],
  }),
  device('NEW_BED', 'New bed', { zone: TOMATOES, isApproved: false }, {
    sensors: [[34, 'moisture', 'Soil moisture', 'soilPct', 5], [4, 'ds18b20', 'Root temperature', 'soilC', 5]],
    actuators: [[25, 'pump', 'Pump', 'pump', 0]],
  }),
]; // prettier-ignore
