import { useTranslation } from 'react-i18next';
import { About } from './about';
import { ConsoleHealth } from './console-health';
import { DemoSettings } from './demo-settings';
import { ScreenSettings } from './screen-settings';
import { Section } from './section';
import styles from './settings-screen.module.css';

const shortcuts = ['stop', 'screens', 'areas', 'escape'] as const;

/** How this screen looks, the demo plant, what the stop is and is not, and what this console is. */
export function SettingsScreen() {
  const { t } = useTranslation('settings');
  return (
    <>
      <h1 className={styles['title']}>{t('title')}</h1>
      <div className={styles['columns']}>
        <ScreenSettings />
        <DemoSettings />
        <Section title={t('stopTitle')}>
          <p>{t('stopText1')}</p>
          <p>
            <strong>{t('stopText2')}</strong>
          </p>
          <p>{t('stopText3')}</p>
        </Section>
        <Section title={t('keysTitle')}>
          <dl className={styles['keys']}>
            {shortcuts.map((shortcut) => (
              <div key={shortcut}>
                <dt>
                  <kbd>{t(`keys.${shortcut}.keys`)}</kbd>
                </dt>
                <dd>{t(`keys.${shortcut}.text`)}</dd>
              </div>
            ))}
          </dl>
        </Section>
        <ConsoleHealth />
        <About />
      </div>
    </>
  );
}
