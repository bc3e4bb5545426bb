import { useTranslation } from 'react-i18next';
import { usePreferences } from '../../app/preferences';
import { SelectField } from '../../ui/field';
import { Section } from './section';

/** Language, colours and size of this screen. */
export function ScreenSettings() {
  const { t } = useTranslation('settings');
  const language = usePreferences((preferences) => preferences.language);
  const theme = usePreferences((preferences) => preferences.theme);
  const density = usePreferences((preferences) => preferences.density);
  const set = usePreferences((preferences) => preferences.set);
  return (
    <Section title={t('screenTitle')}>
      <SelectField
        label={t('language')}
        value={language}
        onChange={(chosen) => set({ language: chosen })}
        options={[
          { value: 'system', label: t('languageSystem') },
          // A language is offered in its own words.
          { value: 'en', label: 'English' },
          { value: 'de', label: 'Deutsch' },
        ]}
      />
      <SelectField
        label={t('theme')}
        value={theme}
        onChange={(chosen) => set({ theme: chosen })}
        options={[
          { value: 'system', label: t('themeSystem') },
          { value: 'dark', label: t('themeDark') },
          { value: 'light', label: t('themeLight') },
        ]}
      />
      <SelectField
        label={t('density')}
        value={density}
        onChange={(chosen) => set({ density: chosen })}
        options={[
          { value: 'normal', label: t('densityNormal') },
          { value: 'glove', label: t('densityGlove') },
        ]}
      />
      <p>{t('screenHelp')}</p>
    </Section>
  );
}
