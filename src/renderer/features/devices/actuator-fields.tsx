import { useTranslation } from 'react-i18next';
import { actuatorTypes } from '../../../shared/domain/actuator-types';
import type { ActuatorConfig } from '../../../shared/wire/messages/config';
import { useActuatorTypeName } from '../../control/actuator-texts';
import { SelectField, TextField } from '../../ui/field';
import { NumberField } from './number-field';
import css from './config-editor.module.css';

const NAME_CHARS = 32;
const MINUTE_MS = 60_000;
/** The longest run that a device is trusted with: a day. */
const LONGEST_MINUTES = 1_440;
const flags = ['inverted_logic', 'default_state', 'critical'] as const;

export type ActuatorFieldsProps = { readonly item: ActuatorConfig; readonly onChange: (item: ActuatorConfig) => void };

/** What is switched, where, and how long at most. */
export function ActuatorFields({ item, onChange }: ActuatorFieldsProps) {
  const { t } = useTranslation('devices');
  const typeName = useActuatorTypeName();
  return (
    <>
      <TextField
        label={t('editor.name')}
        value={item.actuator_name}
        onChange={(actuator_name) => onChange({ ...item, actuator_name })}
        maxLength={NAME_CHARS}
        isRequired
      />
      <SelectField
        label={t('editor.type')}
        value={item.actuator_type}
        onChange={(actuator_type) => onChange({ ...item, actuator_type })}
        options={actuatorTypes.map((value) => ({ value, label: typeName(value) }))}
      />
      <NumberField
        label={t('editor.pin')}
        value={item.gpio}
        range={[1, 48]}
        onChange={(gpio) => onChange({ ...item, gpio })}
      />
      {item.actuator_type === 'valve' && (
        <NumberField
          label={t('editor.auxPin')}
          value={item.aux_gpio}
          range={[1, 255]}
          onChange={(aux_gpio) => onChange({ ...item, aux_gpio })}
        />
      )}
      <NumberField
        label={t('editor.maxRuntime')}
        help={t('editor.maxRuntimeHelp')}
        value={Math.max(1, Math.round(item.max_runtime_ms / MINUTE_MS))}
        range={[1, LONGEST_MINUTES]}
        onChange={(minutes) => onChange({ ...item, max_runtime_ms: minutes * MINUTE_MS })}
      />
      <div className={css['wide']}>
        {flags.map((flag) => (
          <label key={flag} className={css['check']}>
            <input
              type="checkbox"
              checked={item[flag]}
              onChange={(event) => onChange({ ...item, [flag]: event.target.checked })}
            />
            {t(`editor.flag.${flag}`)}
          </label>
        ))}
      </div>
    </>
  );
}
