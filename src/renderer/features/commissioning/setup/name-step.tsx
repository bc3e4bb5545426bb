import { useTranslation } from 'react-i18next';
import { ZoneChoiceField } from '../../../plant/zone-choice-field';
import { TextField } from '../../../ui/field';
import { MovedList } from './moved-list';
import type { StepProps } from './step-props';
import css from './steps.module.css';

const NAME_CHARS = 64;

/** What the device is called, and where it works. A replacement takes over both. */
export function NameStep({ draft, edit, facts, problems }: StepProps) {
  const { t } = useTranslation('commissioning');
  if (draft.replaces !== null) return <MovedList deviceId={draft.replaces} facts={facts} />;
  return (
    <>
      <p className={css['lead']}>{t('setup.name.lead')}</p>
      <div className={css['narrow']}>
        <TextField
          label={t('setup.name.name')}
          help={t('setup.name.nameHelp')}
          type="text"
          value={draft.name}
          onChange={(name) => edit({ name })}
          maxLength={NAME_CHARS}
          error={problems.includes('name_control') ? t('setup.problem.name_control') : undefined}
        />
        <ZoneChoiceField zones={facts.zones} choice={draft.zone} onChange={(zone) => edit({ zone })} other="none" />
      </div>
    </>
  );
}
