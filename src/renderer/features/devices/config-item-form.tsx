import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { actuatorConfigSchema, offlineRuleSchema, sensorConfigSchema } from '../../../shared/wire/messages/config';
import { Button } from '../../ui/button';
import { ActuatorFields } from './actuator-fields';
import type { ConfigDraft, Editing } from './config-draft-rules';
import { RuleFields } from './rule-fields';
import { SensorFields } from './sensor-fields';
import css from './config-editor.module.css';

export type ConfigItemFormProps = {
  readonly editing: Editing;
  readonly draft: ConfigDraft;
  readonly onDone: (editing: Editing) => void;
  readonly onCancel: () => void;
};

/** The fields of one sensor, output or rule. It goes into the draft; nothing is sent here. */
export function ConfigItemForm({ editing: first, draft, onDone, onCancel }: ConfigItemFormProps) {
  const { t } = useTranslation('devices');
  const [editing, setEditing] = useState(first);
  const isUsable = isComplete(editing);
  return (
    <form
      className={css['item']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isUsable) onDone(editing);
      }}
    >
      <h3>{t(`editor.item.${editing.section}`)}</h3>
      <div className={css['form']}>
        {editing.section === 'sensors' && (
          <SensorFields item={editing.item} onChange={(item) => setEditing({ ...editing, item })} />
        )}
        {editing.section === 'actuators' && (
          <ActuatorFields item={editing.item} onChange={(item) => setEditing({ ...editing, item })} />
        )}
        {editing.section === 'offlineRules' && (
          <RuleFields item={editing.item} draft={draft} onChange={(item) => setEditing({ ...editing, item })} />
        )}
      </div>
      <div className={css['keys']}>
        <Button onPress={onCancel}>{t('editor.back')}</Button>
        <Button type="submit" variant="primary" isDisabled={!isUsable}>
          {t('editor.take')}
        </Button>
      </div>
    </form>
  );
}

function isComplete(editing: Editing): boolean {
  switch (editing.section) {
    case 'sensors':
      return sensorConfigSchema.safeParse(editing.item).success && editing.item.sensor_name.trim() !== '';
    case 'actuators':
      return (
        actuatorConfigSchema.safeParse(editing.item).success &&
        editing.item.actuator_name.trim() !== '' &&
        editing.item.gpio > 0
      );
    case 'offlineRules':
      return (
        offlineRuleSchema.safeParse(editing.item).success &&
        (editing.item.activate_above !== 0 || editing.item.activate_below !== 0)
      );
  }
}
