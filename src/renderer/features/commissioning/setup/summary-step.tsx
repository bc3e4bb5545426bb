import { useTranslation } from 'react-i18next';
import { displayNameOf } from '../../../plant/device-name';
import { formatBytes } from '../../../ui/format-bytes';
import { Notice } from '../../../ui/notice';
import css from './facts.module.css';
import { plannedChange } from './setup-progress-rules';
import { useStepAnswer } from './step-answer';
import type { StepProps } from './step-props';
import steps from './steps.module.css';

/** Everything once more, before anything is changed. */
export function SummaryStep({ draft, facts }: StepProps) {
  const { t } = useTranslation('commissioning');
  const place = useStepAnswer('name', draft, facts);
  const { replaces, isFlashOnly, broker, wifi, options } = draft;
  return (
    <>
      <p className={steps['lead']}>{t('setup.summary.lead')}</p>
      <dl className={css['rows']}>
        <Fact
          name={t('setup.port.short')}
          value={draft.port ?? ''}
          small={facts.look.name === 'found' ? `${facts.look.inspection.chip} · ${facts.look.inspection.deviceId}` : ''}
        />
        <FlashFact draft={draft} facts={facts} />
        {!isFlashOnly && (
          <>
            <Fact
              name={t('setup.network.short')}
              value={wifi.ssid}
              small={t(wifi.password === '' ? 'setup.network.open' : 'setup.summary.withPassword')}
            />
            <Fact
              name={t('setup.broker.short')}
              value={`${broker.host}:${broker.port}`}
              small={t(`setup.broker.login.${broker.login}`)}
            />
            <Fact
              name={t(replaces === null ? 'setup.name.short' : 'setup.replace.short')}
              value={replaces === null ? place || t('setup.summary.ownId') : displayNameOf(replaces, facts.devices)}
              small={replaces === null ? '' : t('setup.name.moved')}
            />
          </>
        )}
      </dl>
      {options.eraseAll && draft.imageId !== null && <Notice priority="high">{t('setup.options.eraseWarning')}</Notice>}
      <p className={steps['small']}>{t('setup.summary.cable')}</p>
    </>
  );
}

function Fact({ name, value, small }: { readonly name: string; readonly value: string; readonly small: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <small>{small}</small>
      </dd>
    </div>
  );
}

function FlashFact({ draft, facts: { look } }: Pick<StepProps, 'draft' | 'facts'>) {
  const { t } = useTranslation('commissioning');
  const name = t('setup.summary.firmware');
  if (draft.imageId === null) return <Fact name={name} value={t('setup.look.keep')} small="" />;
  const parts = look.name === 'found' ? look.inspection.parts : [];
  const { isSame, changedBytes, totalBytes } = plannedChange(parts);
  const small =
    parts.length === 0
      ? ''
      : isSame && !draft.options.eraseAll
        ? t('setup.look.same')
        : t('setup.look.changes', { changed: formatBytes(changedBytes), total: formatBytes(totalBytes) });
  return (
    <Fact
      name={name}
      value={draft.imageId === 'auto' ? t('setup.look.bundled') : t('setup.summary.ownImage')}
      small={small}
    />
  );
}
