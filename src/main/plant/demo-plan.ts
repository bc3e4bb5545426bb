import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import {
  actuatorConfigSchema,
  sensorConfigSchema,
  type ActuatorConfig,
  type SensorConfig,
} from '../../shared/wire/messages/config';
import type { PlantBoard } from './board-rules';
import type { Inputs, Quantity } from './climate-rules';

/** A simulated sensor: what it is to the contract, and what of the climate it measures. */
export type SensorPlan = {
  readonly config: SensorConfig;
  readonly type: string;
  readonly quantity: Quantity;
};
/** A simulated actuator: what it is to the contract, what it does to the climate, and how it stands at the start (0–1). */
export type ActuatorPlan = { readonly config: ActuatorConfig; readonly drives: keyof Inputs; readonly initial: number };

export type DemoDevicePlan = {
  readonly id: DeviceId;
  readonly name: string;
  /** The zone whose climate it sits in; the one without approval has joined none yet. */
  readonly zoneId: ZoneId | null;
  readonly climateOf: ZoneId;
  readonly isApproved: boolean;
  readonly board: PlantBoard;
  /** What it announces in its heartbeat (our extensions). */
  readonly capabilities: readonly string[];
  readonly sensors: readonly SensorConfig[];
  readonly actuators: readonly ActuatorConfig[];
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
  initial: number,
];

/** What runs for days without being looked at, and how long it may; the others keep the contract's hour (5.3). */
const runsAllDay: ReadonlySet<keyof Inputs> = new Set(['fan', 'vent', 'lamp', 'circulation', 'aeration']);
const ALL_DAY_MS = 7 * 24 * 3_600_000;

const capabilities = ['drill', 'reboot', 'identify', 'zone_free_commands'];
/** Firmware of before the drills: such a device is skipped by them. */
const olderCapabilities = capabilities.filter((name) => name !== 'drill');

function device(
  id: string,
  name: string,
  where: { zone: ZoneId; isApproved?: boolean; board?: PlantBoard; isOlder?: boolean },
  parts: { sensors?: readonly SensorEntry[]; actuators?: readonly ActuatorEntry[] },
): DemoDevicePlan {
  const { isApproved = true, board = 'esp32', isOlder = false } = where;
  const sensorPlans = (parts.sensors ?? []).map(([gpio, type, label, quantity, intervalS]) => ({
    config: sensorConfigSchema.parse({
      gpio,
      sensor_type: type,
      sensor_name: label,
      measurement_interval_seconds: intervalS,
    }),
    type,
    quantity,
  }));
  const actuatorPlans = (parts.actuators ?? []).map(([gpio, type, label, drives, initial]) => ({
    config: actuatorConfigSchema.parse({
      gpio,
      actuator_type: type,
      actuator_name: label,
      ...(runsAllDay.has(drives) && { max_runtime_ms: ALL_DAY_MS }),
    }),
    drives,
    initial,
  }));
  return {
    id: `MOCK_${id}` as DeviceId,
    name,
    zoneId: isApproved ? where.zone : null,
    climateOf: where.zone,
    isApproved,
    board,
    capabilities: isOlder ? olderCapabilities : capabilities,
    sensors: sensorPlans.map(({ config }) => config),
    actuators: actuatorPlans.map(({ config }) => config),
    sensorPlans,
    actuatorPlans,
  };
}

/** The devices of the demo plant, one line per sensor and actuator: pin, type, name, what it measures or drives, interval or start. */
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
