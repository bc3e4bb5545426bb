import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import {
  deriveOfflineRules,
  notDerivedReasons,
  type NotDerived,
  type OperatorCondition,
  type OperatorRule,
  type TimeWindow,
} from '../../../../src/shared/domain/offline-rule-derivation';
import { offlineRuleSchema } from '../../../../src/shared/wire/messages/config';

const A = 'ESP_A' as DeviceId;
const B = 'ESP_B' as DeviceId;
type Threshold = Extract<OperatorCondition, { kind: 'threshold' }>;

const threshold = (more: Partial<Threshold> = {}): Threshold => ({
  kind: 'threshold',
  deviceId: A,
  gpio: 4,
  sensorType: 'ds18b20',
  comparison: '>',
  value: 28,
  ...more,
});
const window = (more: Partial<TimeWindow> = {}): TimeWindow => ({
  kind: 'time_window',
  startHour: 6,
  startMinute: 30,
  endHour: 20,
  endMinute: 0,
  timezone: 'Europe/Berlin',
  ...more,
});
const rule = (conditions: readonly OperatorCondition[], more: Partial<OperatorRule> = {}): OperatorRule => ({
  id: 'r1',
  name: 'Fan',
  isEnabled: true,
  priority: 50,
  operator: 'AND',
  conditions,
  action: { kind: 'actuator', deviceId: A, gpio: 25, command: 'ON' },
  ...more,
});
const derived = (...rules: OperatorRule[]) => deriveOfflineRules(A, rules).rules;
const unset = { activate_above: 0, activate_below: 0, deactivate_above: 0, deactivate_below: 0 };

describe('a threshold on the same device (conformance H11)', () => {
  it('above becomes a rule with a dead-band below', () => {
    expect(derived(rule([threshold()]))).toEqual([
      {
        ...unset,
        actuator_gpio: 25,
        sensor_gpio: 4,
        sensor_value_type: 'ds18b20',
        activate_above: 28,
        deactivate_below: 26,
        current_state_active: false,
      },
    ]);
  });

  it('below is mirrored', () => {
    expect(derived(rule([threshold({ comparison: '<=', value: 18 })]))).toMatchObject([
      { ...unset, activate_below: 18, deactivate_above: 20 },
    ]);
  });

  it.each([
    ['sht31_temp', 2],
    ['temperature_bme280', 2],
    ['temperature', 2],
    ['sht31_humidity', 5],
    ['bmp280_pressure', 5],
    ['mhz19_co2', 50],
    ['co2', 50],
    ['bh1750', 100],
    ['flow', 0.5],
  ])('has the dead-band of its type: %s %d', (sensorType, deadBand) => {
    expect(derived(rule([threshold({ sensorType, value: 1000 })]))).toMatchObject([
      { activate_above: 1000, deactivate_below: 1000 - deadBand },
    ]);
  });

  it('never has a limit of zero, which means "not set" on the wire', () => {
    expect(derived(rule([threshold({ value: 2 })]))).toMatchObject([{ activate_above: 2, deactivate_below: 0.01 }]);
    expect(derived(rule([threshold({ comparison: '<', value: 0 })]))).toMatchObject([
      { activate_below: 0.01, deactivate_above: 2 },
    ]);
  });

  it('with a dead-band of its own keeps it', () => {
    const hysteresis = { kind: 'hysteresis', deviceId: A, gpio: 4, sensorType: 'vpd' } as const;
    expect(derived(rule([{ ...hysteresis, activate: 'above', activateAt: 1.4, deactivateAt: 1 }]))).toMatchObject([
      { ...unset, activate_above: 1.4, deactivate_below: 1 },
    ]);
    expect(derived(rule([{ ...hysteresis, activate: 'below', activateAt: 1, deactivateAt: 1.4 }]))).toMatchObject([
      { ...unset, activate_below: 1, deactivate_above: 1.4 },
    ]);
  });
});

describe('a time window', () => {
  it.each<[string, readonly number[] | undefined, number]>([
    ['Monday and Sunday', [0, 6], 0b0000011],
    ['Saturday', [5], 0b1000000],
    ['the working days', [0, 1, 2, 3, 4], 0b0111110],
    ['every day', undefined, 127],
  ])('counts its days from Sunday: %s', (_name, daysOfWeek, mask) => {
    const days = daysOfWeek === undefined ? {} : { daysOfWeek };
    expect(derived(rule([threshold(), window(days)]))).toMatchObject([
      {
        activate_above: 28,
        time_filter: {
          enabled: true,
          start_hour: 6,
          start_minute: 30,
          end_hour: 20,
          end_minute: 0,
          days_of_week_mask: mask,
          timezone: 'Europe/Berlin',
        },
      },
    ]);
  });

  it('alone becomes a rule by time', () => {
    expect(derived(rule([window()]))).toMatchObject([
      { ...unset, sensor_gpio: 255, sensor_value_type: '__twindow_on', time_filter: { start_hour: 6 } },
    ]);
  });
});

describe('a rule stays with the console', () => {
  it.each<[NotDerived, OperatorRule]>([
    ['disabled', rule([threshold()], { isEnabled: false })],
    ['or', rule([threshold(), threshold({ gpio: 5 })], { operator: 'OR' })],
    ['or', rule([threshold(), window()], { operator: 'OR' })],
    ['between', rule([threshold({ comparison: 'between' })])],
    ['comparison', rule([threshold({ comparison: '==' })])],
    ['other_device', rule([threshold({ deviceId: B })])],
    ['analog', rule([threshold({ sensorType: 'ph' })])],
    ['analog', rule([threshold({ sensorType: 'ec_sensor' })])],
    ['analog', rule([threshold({ sensorType: 'soil_moisture' })])],
    ['unknown_type', rule([threshold({ sensorType: 'vpd' })])],
    ['several_sensors', rule([threshold(), threshold({ gpio: 5 })])],
    ['several_windows', rule([threshold(), window(), window()])],
    ['no_day', rule([threshold(), window({ daysOfWeek: [] })])],
    ['other_condition', rule([threshold(), { kind: 'other' }])],
    ['other_condition', rule([])],
    ['other_action', rule([threshold()], { action: { kind: 'actuator', deviceId: A, gpio: 25, command: 'OFF' } })],
  ])('%s', (reason, one) => {
    expect(deriveOfflineRules(A, [one])).toEqual({
      rules: [],
      skipped: [{ ruleId: 'r1', reason, message: notDerivedReasons[reason] }],
      warning: null,
    });
  });

  it('and is not spoken of at all when it is about another device', () => {
    const action = { kind: 'actuator', deviceId: B, gpio: 25, command: 'ON' } as const;
    expect(deriveOfflineRules(A, [rule([threshold()], { action }), rule([], { action: { kind: 'other' } })])).toEqual({
      rules: [],
      skipped: [],
      warning: null,
    });
  });
});

describe('more rules than a device keeps', () => {
  it('leave the weakest with the console, and say so', () => {
    const rules = Array.from({ length: 9 }, (_, index) =>
      rule([threshold({ value: 30 + index })], { id: `r${index}`, priority: index === 0 ? 90 : 50 }),
    );
    const { rules: kept, skipped, warning } = deriveOfflineRules(A, rules);
    expect(kept.map(({ activate_above }) => activate_above)).toEqual([31, 32, 33, 34, 35, 36, 37, 38]);
    expect(skipped).toEqual([{ ruleId: 'r0', reason: 'too_many', message: notDerivedReasons.too_many }]);
    expect(warning).toBe('9 rules could run on the device, but it keeps 8. The 1 weakest are left to the console.');
  });
});

it('every derived rule passes the schema of the wire', () => {
  const all = derived(rule([threshold()]), rule([window()]), rule([threshold(), window()]));
  expect(all.map((one) => offlineRuleSchema.parse(one))).toEqual(all);
});
