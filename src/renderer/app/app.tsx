import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { FaceplateDialog } from '../control/faceplate-dialog';
import { AlarmLine } from './alarm-line';
import styles from './app.module.css';
import { Foot } from './foot';
import { Header } from './header';
import { useKeyboard } from './keyboard';
import { Rail } from './rail';
import { useRoute } from './router';
import { Screen } from './screen';

/** The frame that stays while the screens change. */
export function App() {
  const { t } = useTranslation();
  const main = useRef<HTMLElement>(null);
  const route = useRoute();
  useKeyboard();
  useTitle();
  const screenKey = JSON.stringify(route);
  useEffect(() => {
    if (screenKey) main.current?.scrollTo(0, 0);
  }, [screenKey]);
  return (
    <div className={styles['app']}>
      <button type="button" className={styles['skip']} onClick={() => main.current?.focus()}>
        {t('skip')}
      </button>
      <Rail />
      <Header />
      <AlarmLine />
      <main className={styles['main']} ref={main} tabIndex={-1} data-area>
        <Screen route={route} />
      </main>
      <Foot />
      <FaceplateDialog />
    </div>
  );
}

/** The window's title names the screen, for the task bar and for screen readers. */
function useTitle(): void {
  const { t } = useTranslation();
  const { screen } = useRoute();
  const item = screen === 'zone' ? 'plant' : screen === 'device' ? 'devices' : screen;
  useEffect(() => {
    document.title = `${t(`rail.${item}`)} · ${t('product')}`;
  }, [t, item]);
}
