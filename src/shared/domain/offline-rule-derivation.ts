/**
 * Which of the operator's rules a device can follow alone, while the console is away (wire contract 3.9, 5.4). Only simple ones: one sensor of
 * the same device, and at most one time window. What can't be taken over is named with its reason, so that nobody relies on it.
 */
import { TIME_ONLY_GPIO, type OfflineRule, type TimeFilter } from '../wire/messages/config';
import type { DeviceId } from './ids';
import { isAnalogType } from './sensor-chips';
import { canonicalSensorType } from './sensor-types';

/** 5.4: a device keeps this many. */
export const MAX_OFFLINE_RULES = 8;
/** On the wire 0 means "not set", so a limit of zero is sent as this, far below any dead-band. */
const ZERO_LIMIT = 0.01;
/** Seven bits. */
const EVERY_DAY = 127;

export const thresholdComparisons = ['>', '>=', '<', '<=', '==', '!=', 'between'] as const;

type SensorOf = { readonly deviceId: DeviceId; readonly gpio: number; readonly sensorType: string };
export type TimeWindow = {
  readonly kind: 'time_window';
  readonly startHour: number;
  readonly startMinute: number;
  readonly endHour: number;
  readonly endMinute: number;
  /** 0 = Monday; absent: every day. */
  readonly daysOfWeek?: readonly number[] | undefined;
  readonly timezone: TimeFilter['timezone'];
};
export type OperatorCondition =
  | (SensorOf & { kind: 'threshold'; comparison: (typeof thresholdComparisons)[number]; value: number })
  | (SensorOf & { kind: 'hysteresis'; activate: 'above' | 'below'; activateAt: number; deactivateAt: number })
  | TimeWindow
  | { readonly kind: 'other' };
export type OperatorAction =
  | { readonly kind: 'actuator'; readonly deviceId: DeviceId; readonly gpio: number; readonly command: string }
  | { readonly kind: 'other' };
export type OperatorRule = {
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** 1–100, lower is stronger. */
  readonly priority: number;
  readonly operator: 'AND' | 'OR';
  readonly conditions: readonly OperatorCondition[];
  readonly action: OperatorAction;
};

/** Why a rule stays with the console, as sentences. */
export const notDerivedReasons = {
  disabled: 'The rule is switched off.',
  other_action: 'A device alone can only switch one of its own actuators on.',
  or: 'A device can only combine conditions with AND.',
  between: 'A device knows no range between two limits.',
  comparison: 'A device compares with > and < only.',
  other_device: 'The sensor is on another device.',
  analog: 'A device can not judge pH, conductivity or moisture without the calibration of the console.',
  unknown_type: 'There is no dead-band for this type of sensor.',
  several_sensors: 'A device judges one sensor in a rule.',
  several_windows: 'A device knows one time window in a rule.',
  no_day: 'The time window has no day.',
  other_condition: 'A condition of the rule needs the console.',
  too_many: `A device keeps ${MAX_OFFLINE_RULES} rules, and stronger ones took the places.`,
} as const;
export type NotDerived = keyof typeof notDerivedReasons;

export type Derivation = {
  readonly rules: readonly OfflineRule[];
  readonly skipped: readonly { readonly ruleId: string; readonly reason: NotDerived; readonly message: string }[];
  /** Set when rules fit a device but there are too many of them. */
  readonly warning: string | null;
};

type Band = Pick<OfflineRule, 'activate_above' | 'activate_below' | 'deactivate_above' | 'deactivate_below'>;
const noBand: Band = { activate_above: 0, activate_below: 0, deactivate_above: 0, deactivate_below: 0 };

/** The offline rules of one device out of all rules of the plant, strongest first. */
export function deriveOfflineRules(deviceId: DeviceId, rules: readonly OperatorRule[]): Derivation {
  const own = rules
    .filter(({ action }) => action.kind === 'actuator' && action.deviceId === deviceId)
    .sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  const derived = own.map((rule) => ({ ruleId: rule.id, outcome: derive(deviceId, rule) }));
  const fitting = derived.flatMap(({ ruleId, outcome }) => (typeof outcome === 'string' ? [] : [{ ruleId, outcome }]));
  const surplus = fitting.slice(MAX_OFFLINE_RULES).map(({ ruleId }) => ({ ruleId, reason: 'too_many' as const }));
  const refused = derived.flatMap(({ ruleId, outcome }) =>
    typeof outcome === 'string' ? [{ ruleId, reason: outcome }] : [],
  );
  return {
    rules: fitting.slice(0, MAX_OFFLINE_RULES).map(({ outcome }) => outcome),
    skipped: [...refused, ...surplus].map((one) => ({ ...one, message: notDerivedReasons[one.reason] })),
    warning:
      surplus.length === 0
        ? null
        : `${fitting.length} rules could run on the device, but it keeps ${MAX_OFFLINE_RULES}. The ${surplus.length} weakest are left to the console.`,
  };
}

function derive(deviceId: DeviceId, rule: OperatorRule): OfflineRule | NotDerived {
  const { action, conditions } = rule;
  if (!rule.isEnabled) return 'disabled';
  if (action.kind !== 'actuator' || action.command.toUpperCase() !== 'ON') return 'other_action';
  if (rule.operator === 'OR' && conditions.length > 1) return 'or';
  if (conditions.some(({ kind }) => kind === 'other')) return 'other_condition';
  const windows = conditions.filter((condition) => condition.kind === 'time_window');
  const sensors = conditions.filter(({ kind }) => kind === 'threshold' || kind === 'hysteresis') as SensorCondition[];
  const [window] = windows;
  const [sensor] = sensors;
  if (windows.length > 1) return 'several_windows';
  if (sensors.length > 1) return 'several_sensors';
  if (window?.daysOfWeek?.length === 0) return 'no_day';
  const filter = window && { time_filter: timeFilterOf(window) };
  const base = { actuator_gpio: action.gpio, current_state_active: false, ...filter };
  if (!sensor)
    return window
      ? { ...base, ...noBand, sensor_gpio: TIME_ONLY_GPIO, sensor_value_type: '__twindow_on' }
      : 'other_condition';
  const band = bandOf(deviceId, sensor);
  if (typeof band === 'string') return band;
  return { ...base, ...band, sensor_gpio: sensor.gpio, sensor_value_type: canonicalSensorType(sensor.sensorType) };
}

type SensorCondition = Extract<OperatorCondition, { kind: 'threshold' | 'hysteresis' }>;

function bandOf(deviceId: DeviceId, condition: SensorCondition): Band | NotDerived {
  if (condition.deviceId !== deviceId) return 'other_device';
  if (isAnalogType(condition.sensorType)) return 'analog';
  if (condition.kind === 'hysteresis') {
    const { activate, activateAt, deactivateAt } = condition;
    return activate === 'above' ? above(activateAt, deactivateAt) : below(activateAt, deactivateAt);
  }
  const { comparison, value } = condition;
  if (comparison === 'between') return 'between';
  if (comparison === '==' || comparison === '!=') return 'comparison';
  const deadBand = deadBandOf(canonicalSensorType(condition.sensorType));
  if (deadBand === undefined) return 'unknown_type';
  return comparison.startsWith('>') ? above(value, value - deadBand) : below(value, value + deadBand);
}

const limit = (value: number) => (value === 0 ? ZERO_LIMIT : value);
const above = (on: number, off: number): Band => ({
  ...noBand,
  activate_above: limit(on),
  deactivate_below: limit(off),
});
const below = (on: number, off: number): Band => ({
  ...noBand,
  activate_below: limit(on),
  deactivate_above: limit(off),
});

/** 5.4, each in the unit of the type: °C, %RH, hPa, ppm, lx, l/min. */
function deadBandOf(type: string): number | undefined {
  if (type === 'ds18b20' || /(^|_)temp(erature)?$/.test(type)) return 2;
  if (/(^|_)humidity$/.test(type)) return 5;
  if (/(^|_)pressure$/.test(type)) return 5;
  if (/(^|_)co2$/.test(type)) return 50;
  if (type === 'light') return 100;
  return type === 'flow' ? 0.5 : undefined;
}

function timeFilterOf({ startHour, startMinute, endHour, endMinute, daysOfWeek, timezone }: TimeWindow): TimeFilter {
  return {
    enabled: true,
    start_hour: startHour,
    start_minute: startMinute,
    end_hour: endHour,
    end_minute: endMinute,
    days_of_week_mask: daysOfWeek === undefined ? EVERY_DAY : maskOf(daysOfWeek),
    timezone,
  };
}

/** Days from Monday = 0 to the device's bits, where bit 0 is Sunday. */
function maskOf(days: readonly number[]): number {
  return days.reduce((mask, day) => mask | (1 << ((day + 1) % 7)), 0);
}
