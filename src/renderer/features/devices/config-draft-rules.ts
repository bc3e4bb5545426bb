import type { ConfigSections, DeviceView } from '../../../shared/api/devices';
import {
  actuatorConfigSchema,
  offlineRuleSchema,
  sensorConfigSchema,
  TIME_ONLY_GPIO,
  type ActuatorConfig,
  type OfflineRule,
  type SensorConfig,
} from '../../../shared/wire/messages/config';

/* The configuration while somebody changes it. */

export type ConfigDraft = {
  readonly sensors: readonly SensorConfig[];
  readonly actuators: readonly ActuatorConfig[];
  readonly offlineRules: readonly OfflineRule[];
};

/** An item of the draft that is being edited; `index` null is a new one. */
export type Editing =
  | { readonly section: 'sensors'; readonly index: number | null; readonly item: SensorConfig }
  | { readonly section: 'actuators'; readonly index: number | null; readonly item: ActuatorConfig }
  | { readonly section: 'offlineRules'; readonly index: number | null; readonly item: OfflineRule };

/** What is wished now, or else what the device confirmed; items that are being removed are left out. */
export function firstDraft({ desired, confirmed }: DeviceView['config']): ConfigDraft {
  return {
    sensors: (desired?.sensors ?? confirmed?.sensors ?? []).filter(({ active }) => active),
    actuators: (desired?.actuators ?? confirmed?.actuators ?? []).filter(({ active }) => active),
    offlineRules: desired?.offlineRules ?? confirmed?.offlineRules ?? [],
  };
}

/** Only the sections that differ: what is not sent stays as it is on the device. */
export function changedSections(before: ConfigDraft, after: ConfigDraft): ConfigSections {
  const isChanged = (name: keyof ConfigDraft) => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  return {
    ...(isChanged('sensors') && { sensors: [...after.sensors] }),
    ...(isChanged('actuators') && { actuators: [...after.actuators] }),
    ...(isChanged('offlineRules') && { offlineRules: [...after.offlineRules] }),
  };
}

/** Puts an edited item where it was, or at the end. */
export function withItem(draft: ConfigDraft, editing: Editing): ConfigDraft {
  const put = <T>(items: readonly T[], item: T) =>
    editing.index === null ? [...items, item] : items.map((each, index) => (index === editing.index ? item : each));
  switch (editing.section) {
    case 'sensors':
      return { ...draft, sensors: put(draft.sensors, editing.item) };
    case 'actuators':
      return { ...draft, actuators: put(draft.actuators, editing.item) };
    case 'offlineRules':
      return { ...draft, offlineRules: put(draft.offlineRules, editing.item) };
  }
}

/** Takes an item out. A rule without its output or its sensor goes with it: the device would refuse it. */
export function withoutItem(draft: ConfigDraft, section: keyof ConfigDraft, index: number): ConfigDraft {
  const next = { ...draft, [section]: draft[section].filter((_, each) => each !== index) };
  const outputs = new Set(next.actuators.map(({ gpio }) => gpio));
  const sources = new Set(next.sensors.map(({ gpio }) => gpio));
  return {
    ...next,
    offlineRules: next.offlineRules.filter(
      ({ actuator_gpio: output, sensor_gpio: source }) =>
        outputs.has(output) && (sources.has(source) || source === TIME_ONLY_GPIO),
    ),
  };
}

export function newSensor(gpio: number): SensorConfig {
  const type = gpio === 0 ? 'sht31' : 'ds18b20';
  return sensorConfigSchema.parse({ gpio, sensor_type: type, sensor_name: '' });
}

export function newActuator(gpio: number): ActuatorConfig {
  return actuatorConfigSchema.parse({ gpio, actuator_type: 'relay', actuator_name: '' });
}

export function newRule({ actuators, sensors }: ConfigDraft): OfflineRule {
  const source = sensors.find(({ sensor_type: type }) => canDriveRule(type));
  return offlineRuleSchema.parse({
    actuator_gpio: actuators[0]?.gpio ?? 0,
    sensor_gpio: source?.gpio ?? 0,
    sensor_value_type: ruleValueTypes(source?.sensor_type ?? 'ds18b20')[0] ?? 'ds18b20',
  });
}

const analog = new Set(['ph', 'ec', 'moisture', 'soil_moisture', 'ph_sensor', 'ec_sensor']);

/** Devices never evaluate rules on analog probes: without calibration a value means nothing (wire contract 3.9). */
export function canDriveRule(sensorType: string): boolean {
  return !analog.has(sensorType.toLowerCase());
}

/** Values of one configured sensor that a rule can look at. */
export function ruleValueTypes(sensorType: string): readonly string[] {
  switch (sensorType.toLowerCase()) {
    case 'sht31':
      return ['sht31_temp', 'sht31_humidity'];
    case 'bmp280':
      return ['bmp280_temp', 'bmp280_pressure'];
    case 'bme280':
      return ['bme280_temp', 'bme280_humidity', 'bme280_pressure'];
    default:
      return [sensorType];
  }
}

/** Types that a sensor can be configured as; one multi-value type stands for all its values (wire contract 8.1). */
export const configurableSensorTypes = [
  'ds18b20',
  'sht31',
  'bme280',
  'bmp280',
  'moisture',
  'ph',
  'ec',
  'co2',
  'light',
  'flow',
] as const;
/** Types on the I2C bus: they have no pin of their own. */
export const busSensorTypes: ReadonlySet<string> = new Set(['sht31', 'bme280', 'bmp280']);
/** Usual addresses on the I2C bus. */
export const busAddresses: Readonly<Record<string, readonly number[]>> = {
  sht31: [0x44, 0x45],
  bme280: [0x76, 0x77],
  bmp280: [0x76, 0x77],
};
