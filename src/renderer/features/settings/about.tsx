import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../shared/api/status';
import { usePlant } from '../../connection/plant-store';
import { formatNumber } from '../../ui/format';
import { formatBytes } from '../../ui/format-bytes';
import { Time } from '../../ui/time';
import { Section } from './section';
import styles from './settings-screen.module.css';

/** What this console is and how it is doing. */
export function About() {
  const { t } = useTranslation('settings');
  const status = usePlant((plant) => plant.status);
  return (
    <Section title={t('aboutTitle')}>
      <dl className={styles['facts']}>
        <dt>{t('version')}</dt>
        <dd>{status?.version ?? __APP_VERSION__}</dd>
        {status && <StatusFacts status={status} />}
      </dl>
    </Section>
  );
}

function StatusFacts({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation('settings');
  const { host, kaiserId, startedAt, broker, store, counters } = status;
  const whole = (number: number) => formatNumber(number, 0);
  return (
    <>
      <dt>{t('host')}</dt>
      <dd>{t(host === 'electron' ? 'hostElectron' : 'hostBrowser')}</dd>
      <dt>{t('plantId')}</dt>
      <dd>{kaiserId}</dd>
      <dt>{t('started')}</dt>
      <dd>
        <Time at={startedAt} />
      </dd>
      <dt>{t('broker')}</dt>
      <dd>
        {broker.embedded ? t('brokerEmbedded', { url: broker.url }) : broker.url}
        {broker.protocolVersion && ` · ${t('protocol', { version: broker.protocolVersion })}`}
      </dd>
      <dt>{t('counters')}</dt>
      <dd>
        {t('countersValue', {
          received: whole(counters.received),
          malformed: whole(counters.malformed),
          duplicates: whole(counters.duplicates),
        })}
      </dd>
      <dt>{t('database')}</dt>
      <dd>{t('databaseValue', { rows: whole(store.rows), size: formatBytes(store.sizeBytes) })}</dd>
      {store.setAside.length > 0 && (
        <>
          <dt>{t('setAside')}</dt>
          <dd>{store.setAside.join(', ')}</dd>
        </>
      )}
    </>
  );
}
