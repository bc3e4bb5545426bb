import { useTranslation } from 'react-i18next';
import { usePlant } from '../../connection/plant-store';
import { formatNumber, formatPercent } from '../../ui/format';
import { formatBytes } from '../../ui/format-bytes';
import { Mark } from '../../ui/mark';
import { Section } from './section';
import { useMessageName } from './message-name';
import { useMetrics } from './use-metrics';
import styles from './settings-screen.module.css';

/** Kinds that are shown; the API has all. */
const SHOWN_KINDS = 12;

/** How this console itself is doing: errors, limits, times of each kind of message. */
export function ConsoleHealth() {
  const { t } = useTranslation('settings');
  const status = usePlant((plant) => plant.status);
  const metrics = useMetrics();
  const messageName = useMessageName();
  if (!status) return null;
  const { counters, errorAlarm, broker } = status;
  const whole = (number: number) => formatNumber(number, 0);
  const ms = (value: number | null) => (value === null ? '–' : formatNumber(value, 1));
  const busiest = (metrics?.messages ?? []).toSorted((a, b) => b.count - a.count).slice(0, SHOWN_KINDS);
  return (
    <Section title={t('health.title')}>
      <dl className={styles['facts']}>
        <dt>{t('health.errors')}</dt>
        <dd>
          {errorAlarm.active && <Mark priority="high" size="small" />}{' '}
          {t('health.errorsValue', { rate: formatPercent(errorAlarm.rate), messages: whole(errorAlarm.messages) })}
        </dd>
        <dt>{t('health.breaker')}</dt>
        <dd>{t(`health.breakerState.${broker.breaker}`)}</dd>
        <dt>{t('health.outbox')}</dt>
        <dd>
          {t('health.outboxValue', { waiting: whole(counters.outboxDepth), dropped: whole(counters.bufferDropped) })}
        </dd>
        <dt>{t('health.limited')}</dt>
        <dd>{whole(counters.limited)}</dd>
        <dt>{t('health.foreign')}</dt>
        <dd>{whole(counters.foreign)}</dd>
        {metrics?.gauges['rssBytes'] !== undefined && (
          <>
            <dt>{t('health.memory')}</dt>
            <dd>{formatBytes(metrics.gauges['rssBytes'])}</dd>
          </>
        )}
      </dl>
      {busiest.length > 0 && (
        <table className={styles['table']} aria-label={t('health.messages')}>
          <thead>
            <tr>
              <th>{t('health.messages')}</th>
              <th>{t('health.count')}</th>
              <th>{t('health.failed')}</th>
              <th>{t('health.p50')}</th>
              <th>{t('health.p99')}</th>
            </tr>
          </thead>
          <tbody>
            {busiest.map(({ direction, message, count, errors, p50Ms, p99Ms }) => (
              <tr key={`${direction}:${message}`}>
                <td>
                  <span aria-hidden>{direction === 'in' ? '↓' : '↑'}</span> {messageName(message)}
                  <span className="visuallyHidden"> {t(`health.${direction}`)}</span>
                </td>
                <td>{whole(count)}</td>
                <td>{whole(errors)}</td>
                <td>{ms(p50Ms)}</td>
                <td>{ms(p99Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
