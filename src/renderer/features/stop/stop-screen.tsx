import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlant } from '../../connection/plant-store';
import { useNow } from '../../connection/server-clock';
import { DrillPanel } from './drill-panel';
import { EngageForm } from './engage-form';
import { Octagon } from './octagon';
import { PastStops } from './past-stops';
import { ClearedPanel, EngagedPanel } from './stop-panel';
import { engagedStops, pastStops } from './stop-rules';
import css from './stop-screen.module.css';

/** So long a cleared stop is shown with all its devices; then it is one of the past ones. */
const JUST_CLEARED_MS = 10 * 60_000;

const calmSteps = ['send', 'latch', 'name', 'clear'] as const;

/** What is stopped and what each device said about it; the way to stop a part, and to clear. */
export function StopScreen() {
  const stops = usePlant((plant) => plant.stops);
  const now = useNow(10_000);
  const engaged = useMemo(() => engagedStops(stops), [stops]);
  const past = useMemo(() => pastStops(stops), [stops]);
  const justCleared = past.filter(({ clearedAt }) => now - Date.parse(clearedAt ?? '') < JUST_CLEARED_MS);
  return (
    <div className={css['screen']}>
      <div className={css['column']}>
        {engaged.map((stop) => (
          <EngagedPanel key={stop.id} stop={stop} />
        ))}
        {engaged.length === 0 && <NothingStopped />}
        {justCleared.map((stop) => (
          <ClearedPanel key={stop.id} stop={stop} />
        ))}
        <DrillPanel />
        <PastStops stops={past} />
      </div>
      <EngageForm />
    </div>
  );
}

function NothingStopped() {
  const { t } = useTranslation('stop');
  return (
    <section className={css['panel']} aria-labelledby="calm-title">
      <header className={css['head']}>
        <Octagon className={css['octagonOutline']} />
        <h1 id="calm-title">{t('screen.calmTitle')}</h1>
      </header>
      <div className={css['calm']}>
        <p>{t('screen.calmText')}</p>
        <ul>
          {calmSteps.map((step) => (
            <li key={step}>{t(`screen.calmSteps.${step}`)}</li>
          ))}
        </ul>
      </div>
      <footer className={css['foot']}>
        <p>{t('screen.software')}</p>
      </footer>
    </section>
  );
}
