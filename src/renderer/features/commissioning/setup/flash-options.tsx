import { useTranslation } from 'react-i18next';
import { flashBauds } from '../../../../shared/api/flash';
import { SelectField } from '../../../ui/field';
import { Notice } from '../../../ui/notice';
import { CheckField } from '../check-field';
import { formatNumber } from '../../../ui/format';
import type { StepProps } from './step-props';
import css from './steps.module.css';

/** How it is written; what is chosen beforehand is right for nearly everybody. */
export function FlashOptionsPanel({ draft, edit }: StepProps) {
  const { t } = useTranslation('commissioning');
  const { options, imageId, isFlashOnly } = draft;
  if (imageId === null) return null;
  const set = (change: Partial<typeof options>) => edit({ options: { ...options, ...change } });
  const bauds = [
    { value: 'auto', label: t('setup.options.fastest') },
    ...flashBauds.map((baud) => ({
      value: String(baud),
      label: t('setup.options.baud', { baud: formatNumber(baud, 0) }),
    })),
  ];
  return (
    <details className={css['more']}>
      <summary>{t('setup.options.title')}</summary>
      <div className={css['moreBody']}>
        <CheckField
          label={t('setup.options.keep')}
          help={t('setup.options.keepHelp')}
          isChecked={options.keepUserData && !options.eraseAll}
          isDisabled={options.eraseAll}
          onChange={(keepUserData) => set({ keepUserData })}
        />
        <CheckField
          label={t('setup.options.erase')}
          help={t('setup.options.eraseHelp')}
          isChecked={options.eraseAll}
          onChange={(eraseAll) => set({ eraseAll })}
        />
        {options.eraseAll && <Notice priority="high">{t('setup.options.eraseWarning')}</Notice>}
        <CheckField
          label={t('setup.options.flashOnly')}
          help={t('setup.options.flashOnlyHelp')}
          isChecked={isFlashOnly}
          isDisabled={draft.replaces !== null}
          onChange={(value) => edit({ isFlashOnly: value })}
        />
        <div className={css['narrow']}>
          <SelectField
            label={t('setup.options.speed')}
            help={t('setup.options.speedHelp')}
            value={options.baud === null ? 'auto' : String(options.baud)}
            options={bauds}
            onChange={(value) => set({ baud: flashBauds.find((baud) => String(baud) === value) ?? null })}
          />
        </div>
      </div>
    </details>
  );
}
