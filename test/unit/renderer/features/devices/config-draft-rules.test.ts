import { describe, expect, it } from 'vitest';
import {
  changedSections,
  firstDraft,
  newActuator,
  newRule,
  newSensor,
  ruleValueTypes,
  withItem,
  withoutItem,
  type ConfigDraft,
} from '../../../../../src/renderer/features/devices/config-draft-rules';
import { thresholdsOf, withThresholds } from '../../../../../src/renderer/features/devices/rule-rules';

const sensor = { ...newSensor(4), sensor_name: 'Root' };
const heater = { ...newActuator(25), actuator_name: 'Heater' };
const draft: ConfigDraft = { sensors: [sensor], actuators: [heater], offlineRules: [] };
const state = { sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'none' } as const;

describe('A configuration draft', () => {
  it('begins with what is wished, else with what was confirmed, without what is being removed', () => {
    const removed = { ...newActuator(26), active: false };
    const desired = { actuators: [heater, removed] };
    const config = { desired, confirmed: { sensors: [sensor] }, state, failures: [] };
    expect(firstDraft(config)).toEqual(draft);
  });

  it('sends only the sections that differ', () => {
    const renamed = withItem(draft, { section: 'sensors', index: 0, item: { ...sensor, sensor_name: 'Soil' } });
    expect(changedSections(draft, renamed)).toEqual({ sensors: [{ ...sensor, sensor_name: 'Soil' }] });
    expect(changedSections(draft, draft)).toEqual({});
  });

  it('puts a new item at the end', () => {
    const pump = { ...newActuator(26), actuator_name: 'Pump' };
    expect(withItem(draft, { section: 'actuators', index: null, item: pump }).actuators).toEqual([heater, pump]);
  });

  it('takes the rules of an output or a sensor away with it', () => {
    const withRule = withItem(draft, { section: 'offlineRules', index: null, item: newRule(draft) });
    expect(withRule.offlineRules).toMatchObject([{ actuator_gpio: 25, sensor_gpio: 4, sensor_value_type: 'ds18b20' }]);
    expect(withoutItem(withRule, 'sensors', 0).offlineRules).toEqual([]);
    expect(withoutItem(withRule, 'actuators', 0).offlineRules).toEqual([]);
    expect(withoutItem(withRule, 'offlineRules', 0)).toEqual(draft);
  });

  it('offers each value of a multi-value sensor to rules', () => {
    expect([ruleValueTypes('sht31'), ruleValueTypes('flow')]).toEqual([['sht31_temp', 'sht31_humidity'], ['flow']]);
  });
});

describe('The limits of a rule', () => {
  it('are one pair; the other pair is taken away when the direction changes', () => {
    const rule = newRule(draft);
    const cooling = withThresholds(rule, { direction: 'cooling', on: 28, off: 26 });
    expect(thresholdsOf(cooling)).toEqual({ direction: 'cooling', on: 28, off: 26 });
    const heating = withThresholds(cooling, { direction: 'heating', on: 18, off: 20 });
    expect(heating).toEqual({ ...rule, activate_below: 18, deactivate_above: 20 });
    expect(thresholdsOf(heating)).toEqual({ direction: 'heating', on: 18, off: 20 });
  });
});
