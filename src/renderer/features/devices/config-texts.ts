import { useTranslation } from 'react-i18next';
import type { ConfigSectionName } from '../../../shared/api/devices';
import { useActuatorTypeName } from '../../control/actuator-texts';
import { useSensorTypeName } from '../../plant/labels';

type Item = Readonly<Record<string, unknown>>;

/** One item of a configuration in words. */
export function useConfigItemText(section: ConfigSectionName): (item: Item) => string {
  const { t } = useTranslation('devices');
  const sensorType = useSensorTypeName();
  const actuatorType = useActuatorTypeName();
  const texts: Readonly<Record<ConfigSectionName, (item: Item) => string>> = {
    sensors: (item) =>
      t('config.sensorLine', {
        gpio: number(item['gpio']),
        name: String(item['sensor_name']),
        type: sensorType(String(item['sensor_type'])),
        interval: number(item['measurement_interval_seconds']),
      }),
    actuators: (item) =>
      t('config.actuatorLine', {
        gpio: number(item['gpio']),
        name: String(item['actuator_name']),
        type: actuatorType(String(item['actuator_type'])),
        minutes: Math.round(number(item['max_runtime_ms']) / 60_000),
      }),
    offlineRules: (item) => {
      const pins = { actuator: number(item['actuator_gpio']), sensor: number(item['sensor_gpio']) };
      return `${t('config.ruleLine', { ...pins, type: sensorType(String(item['sensor_value_type'])) })}: ${ruleText(item)}`;
    },
  };
  return texts[section];

  /** The direction is known by the pair of thresholds that is used (wire contract 3.9). */
  function ruleText(item: Item): string {
    const above = number(item['activate_above']);
    const below = number(item['activate_below']);
    if (above !== 0) return t('config.ruleCooling', { on: above, off: number(item['deactivate_below']) });
    if (below !== 0) return t('config.ruleHeating', { on: below, off: number(item['deactivate_above']) });
    return t('config.ruleOther');
  }
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
