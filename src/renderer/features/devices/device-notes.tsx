import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { TextField } from '../../ui/field';
import { Panel } from './panel';
import { useRequest } from '../../ui/use-request';
import css from './device-notes.module.css';

const NOTES_CHARS = 4000;

/** Free text; its first line tells people where to go when a stop is not confirmed. */
export function DeviceNotes({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const [draft, setDraft] = useState<string | null>(null);
  const { isWorking, error, run } = useRequest();
  const notes = draft ?? device.notes;
  const isChanged = notes !== device.notes;
  const save = async () => {
    if (await run(() => api.devices.update({ id: device.id, notes }))) setDraft(null);
  };
  return (
    <Panel title={t('device.notes')}>
      <div className={css['notes']}>
        <TextField
          label={t('device.notes')}
          help={t('device.notesHint')}
          value={notes}
          onChange={setDraft}
          maxLength={NOTES_CHARS}
          isMultiline
        />
        <div className={css['foot']}>
          <output>{isChanged ? t('device.notesUnsaved') : ''}</output>
          <Button isDisabled={!isChanged} isPending={isWorking} onPress={() => void save()}>
            {t('device.saveNotes')}
          </Button>
        </div>
        <FailureText error={error} />
      </div>
    </Panel>
  );
}
