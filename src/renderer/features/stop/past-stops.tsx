import { useTranslation } from 'react-i18next';
import type { StopView } from '../../../shared/api/stop';
import { useNow } from '../../connection/server-clock';
import { useActorName } from '../../plant/actor-name';
import { formatDuration, formatMoment } from '../../ui/format';
import { useScopeName } from './stop-texts';
import table from './stop-table.module.css';
import css from './stop-screen.module.css';

/** So many are listed; the journal has all. */
const SHOWN = 20;

/** Stops that were cleared, the last first. */
export function PastStops({ stops }: { readonly stops: readonly StopView[] }) {
  const { t } = useTranslation('stop');
  return (
    <section className={css['panel']} aria-labelledby="past-title">
      <header className={css['head']}>
        <h2 id="past-title" className={css['small']}>
          {t('past.title')}
        </h2>
      </header>
      {stops.length === 0 ? (
        <p className={css['empty']}>{t('past.empty')}</p>
      ) : (
        <table className={table['table']} aria-labelledby="past-title">
          <thead>
            <tr>
              <th>{t('past.what')}</th>
              <th>{t('past.engaged')}</th>
              <th>{t('past.cleared')}</th>
              <th>{t('past.held')}</th>
              <th>{t('past.result')}</th>
            </tr>
          </thead>
          <tbody>
            {stops.slice(0, SHOWN).map((stop) => (
              <PastRow key={stop.id} stop={stop} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function PastRow({ stop }: { readonly stop: StopView }) {
  const actorName = useActorName();
  const now = useNow(60_000);
  const clearedAt = stop.clearedAt ?? stop.engagedAt;
  return (
    <tr>
      <td>
        {useScopeName(stop.scope, 'first')}
        {stop.reason !== '' && <small>{stop.reason}</small>}
      </td>
      <td>
        {formatMoment(stop.engagedAt, now)}
        <small>{actorName(stop.by)}</small>
      </td>
      <td>
        {formatMoment(clearedAt, now)}
        <small>{actorName(stop.clearedBy ?? '')}</small>
      </td>
      <td>{formatDuration(Date.parse(clearedAt) - Date.parse(stop.engagedAt))}</td>
      <td>{usePastResult(stop)}</td>
    </tr>
  );
}

function usePastResult({ devices }: StopView): string {
  const { t } = useTranslation('stop');
  const cleared = devices.filter(({ state }) => state === 'cleared').length;
  const missed = devices.filter(({ state }) => state === 'offline').length;
  if (devices.length === 0) return t('past.none');
  if (cleared === devices.length) return t('past.allCleared', { count: cleared });
  const counts = { cleared, uncleared: devices.length - cleared - missed, missed };
  return (['cleared', 'uncleared', 'missed'] as const)
    .filter((key) => counts[key] > 0)
    .map((key) => t(`past.${key}`, { count: counts[key] }))
    .join(', ');
}
