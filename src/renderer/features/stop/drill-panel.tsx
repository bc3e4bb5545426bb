import { useTranslation } from 'react-i18next';
import type { DrillView, StopLatency } from '../../../shared/api/stop';
import { usePlant } from '../../connection/plant-store';
import { useActorName } from '../../plant/actor-name';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { formatDuration } from '../../ui/format';
import { Mark } from '../../ui/mark';
import { Time } from '../../ui/time';
import { drillCounts, latencyRows } from './drill-rules';
import { useDrills } from './use-drills';
import table from './stop-table.module.css';
import css from './stop-screen.module.css';

/** Measures how fast the devices would stop, without stopping anything, and shows what was measured so far. */
export function DrillPanel() {
  const { t } = useTranslation('stop');
  const { drills, latencies, error, isWorking, start } = useDrills();
  const [last] = drills;
  const isRunning = last !== undefined && last.finishedAt === undefined;
  return (
    <section className={css['panel']} aria-labelledby="drill-title">
      <header className={`${css['head']} ${css['headWithKey']}`}>
        <h2 id="drill-title" className={css['small']}>
          {t('drill.title')}
        </h2>
        <Button isDisabled={isRunning} isPending={isWorking} onPress={() => void start()}>
          {t(isRunning ? 'drill.running' : 'drill.start')}
        </Button>
      </header>
      <p className={css['empty']}>{t('drill.text')}</p>
      <FailureText error={error} />
      {last && <LastDrill drill={last} />}
      {latencies.length > 0 && <Latencies latencies={latencies} drill={last} />}
    </section>
  );
}

function LastDrill({ drill }: { readonly drill: DrillView }) {
  const { t } = useTranslation('stop');
  const actorName = useActorName();
  const { confirmed, unconfirmed, skipped, sent } = drillCounts(drill);
  return (
    <p className={css['drill']} aria-live="polite">
      <span>
        <Time at={drill.startedAt} /> · {actorName(drill.by)}
      </span>
      <span>{t('drill.confirmed', { count: confirmed })}</span>
      {sent > 0 && <span>{t('drill.open', { count: sent })}</span>}
      {unconfirmed > 0 && (
        <span>
          <Mark priority="high" size="small" /> {t('drill.unconfirmed', { count: unconfirmed })}
        </span>
      )}
      {skipped > 0 && <span>{t('drill.skipped', { count: skipped })}</span>}
    </p>
  );
}

function Latencies({
  latencies,
  drill,
}: {
  readonly latencies: readonly StopLatency[];
  readonly drill: DrillView | undefined;
}) {
  const { t } = useTranslation('stop');
  const devices = usePlant((plant) => plant.devices);
  const ms = (value: number | null) => (value === null ? '–' : formatDuration(Math.round(value)));
  return (
    <table className={table['table']} aria-label={t('drill.table')}>
      <thead>
        <tr>
          <th>{t('table.device')}</th>
          <th>{t('drill.last')}</th>
          <th>{t('drill.median')}</th>
          <th>{t('drill.p95')}</th>
          <th>{t('drill.max')}</th>
          <th>{t('drill.measured')}</th>
        </tr>
      </thead>
      <tbody>
        {latencyRows(latencies, drill, devices).map(({ latency, name, state, reason }) => (
          <tr key={latency.deviceId} className={state === 'unconfirmed' ? table['high'] : undefined}>
            <td>{name}</td>
            <td>
              {state === 'unconfirmed' && <Mark priority="high" size="small" />} {ms(latency.lastMs)}
              {state === 'unconfirmed' && <small>{t('drill.noAnswer')}</small>}
              {state === 'skipped' && <small>{t(`drill.reason.${reason}`)}</small>}
            </td>
            <td>{ms(latency.p50Ms)}</td>
            <td>{ms(latency.p95Ms)}</td>
            <td>{ms(latency.maxMs)}</td>
            <td>
              {latency.count}
              {latency.missed > 0 && <small>{t('drill.missed', { count: latency.missed })}</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
