import { useTranslation } from 'react-i18next';
import type { OfflineRule } from '../../../shared/wire/messages/config';
import { useSensorTypeName } from '../../plant/labels';
import { SelectField } from '../../ui/field';
import { canDriveRule, ruleValueTypes, type ConfigDraft } from './config-draft-rules';
import { NumberField } from './number-field';
import { thresholdsOf, withThresholds, type RuleDirection } from './rule-rules';
import css from './config-editor.module.css';

const directions: readonly RuleDirection[] = ['cooling', 'heating'];

export type RuleFieldsProps = {
  readonly item: OfflineRule;
  readonly draft: ConfigDraft;
  readonly onChange: (item: OfflineRule) => void;
};

/** A rule that the device follows by itself while it has no console: one sensor, one output, two limits. */
export function RuleFields({ item, draft, onChange }: RuleFieldsProps) {
  const { t } = useTranslation('devices');
  const typeName = useSensorTypeName();
  const sources = draft.sensors
    .filter(({ sensor_type: type }) => canDriveRule(type))
    .flatMap(({ gpio, sensor_type, sensor_name: name }) =>
      ruleValueTypes(sensor_type).map((type) => ({ value: `${gpio}:${type}`, label: `${name} · ${typeName(type)}` })),
    );
  const { direction, on, off } = thresholdsOf(item);
  const set = (change: Partial<{ direction: RuleDirection; on: number; off: number }>) =>
    onChange(withThresholds(item, { direction, on, off, ...change }));
  return (
    <>
      <SelectField
        label={t('editor.output')}
        value={String(item.actuator_gpio)}
        onChange={(gpio) => onChange({ ...item, actuator_gpio: Number(gpio) })}
        options={draft.actuators.map(({ gpio, actuator_name: name }) => ({
          value: String(gpio),
          label: `${name} · ${t('sensors.pin', { gpio })}`,
        }))}
      />
      <SelectField
        label={t('editor.source')}
        value={`${item.sensor_gpio}:${item.sensor_value_type}`}
        onChange={(value) => {
          const [gpio = '0', type = ''] = value.split(':');
          onChange({ ...item, sensor_gpio: Number(gpio), sensor_value_type: type });
        }}
        options={sources}
      />
      <SelectField
        label={t('editor.direction')}
        value={direction}
        onChange={(next) => set({ direction: next })}
        options={directions.map((value) => ({ value, label: t(`editor.directions.${value}`) }))}
      />
      <NumberField
        label={t('editor.on')}
        isWhole={false}
        value={on}
        range={[-1000, 100_000]}
        onChange={(value) => set({ on: value })}
      />
      <NumberField
        label={t('editor.off')}
        isWhole={false}
        value={off}
        range={[-1000, 100_000]}
        onChange={(value) => set({ off: value })}
      />
      <p className={css['wide']}>{t('editor.ruleText')}</p>
    </>
  );
}
