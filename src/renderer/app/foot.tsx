import { useTranslation } from 'react-i18next';
import { usePlant } from '../connection/plant-store';
import { useDisplay } from '../telemetry/display-state';
import { formatDuration, formatNumber } from '../ui/format';
import { formatBytes } from '../ui/format-bytes';
import styles from './foot.module.css';
import { hrefOf } from './router';

const LAG_SHOWN_MS = 1000;

/** What the console itself is doing: who waits, whether it records, whether this display keeps up. */
export function Foot() {
  const { t } = useTranslation();
  const pending = usePlant(
    ({ devices }) => Object.values(devices).filter(({ approval }) => approval === 'pending').length,
  );
  const isDemo = usePlant(({ status }) => status?.demo.running ?? false);
  return (
    <footer className={styles['foot']} aria-label={t('foot.label')}>
      {pending > 0 && <a href={hrefOf({ screen: 'devices' })}>{t('foot.pending', { count: pending })}</a>}
      <Recording />
      {isDemo && <span>{t('foot.demoRunning')}</span>}
      <Display />
    </footer>
  );
}

function Recording() {
  const { t } = useTranslation();
  const state = usePlant(({ status }) => status?.store.state);
  const sizeBytes = usePlant(({ status }) => status?.store.sizeBytes ?? 0);
  const notRecorded = usePlant(({ status }) => status?.store.notRecorded ?? 0);
  if (state === undefined) return null;
  const sentence = {
    recording: () => t('foot.recording', { size: formatBytes(sizeBytes) }),
    full: () => t('foot.storeFull'),
    read_only: () => t('foot.storeReadOnly'),
    failed: () => t('foot.storeFailed'),
  }[state]();
  return (
    <span data-bad={state === 'recording' ? undefined : ''}>
      {sentence}
      {notRecorded > 0 && ` · ${t('foot.notRecorded', { number: formatNumber(notRecorded, 0) })}`}
    </span>
  );
}

function Display() {
  const { t } = useTranslation();
  const { lagMs, framesPerSecond, merged, heldBack } = useDisplay((display) => display);
  const counters = [
    t('foot.merged', { number: formatNumber(merged, 0) }),
    t('foot.heldBack', { number: formatNumber(heldBack, 0) }),
  ];
  const isBehind = lagMs > LAG_SHOWN_MS;
  return (
    <span
      className={styles['display']}
      data-bad={isBehind ? '' : undefined}
      title={t('foot.counterHelp')}
      data-testid="display-state"
    >
      {isBehind
        ? t('foot.behind', { age: formatDuration(lagMs) })
        : t('foot.display', { rate: formatNumber(framesPerSecond, 0) })}
      {` · ${counters.join(' · ')}`}
    </span>
  );
}
