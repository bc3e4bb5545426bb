import { useTranslation } from 'react-i18next';
import type { JournalEntry } from '../../../shared/api/journal';
import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { useActorName } from '../../plant/actor-name';
import { eventPriority } from '../../plant/event-rules';
import { useEventText } from '../../plant/event-text';
import { LogRow } from '../../ui/log-row';
import { Mark } from '../../ui/mark';
import { Time } from '../../ui/time';
import { useKindName } from './journal-kinds';
import css from '../../ui/log-table.module.css';

/** Entries as rows; a row opens its details. */
export function JournalTable({ entries }: { readonly entries: readonly JournalEntry[] }) {
  const { t } = useTranslation('journal');
  return (
    <table className={css['table']} aria-label={t('table.label')}>
      <thead>
        <tr>
          <th className={css['time']}>{t('table.time')}</th>
          <th className={css['kind']}>{t('filter.kind')}</th>
          <th>{t('table.what')}</th>
          <th className={css['device']}>{t('table.device')}</th>
          <th className={css['actor']}>{t('table.actor')}</th>
          <th className={css['more']}>
            <span className="visuallyHidden">{t('details')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry }: { readonly entry: JournalEntry }) {
  const { t } = useTranslation('journal');
  const kindName = useKindName();
  const textOf = useEventText();
  const actorName = useActorName();
  const priority = eventPriority(entry.kind);
  const isOwnAct = entry.deviceId !== undefined && entry.actor === `device:${entry.deviceId}`;
  return (
    <LogRow
      columns={6}
      labels={{ show: t('detailsOf'), hide: t('hideDetails') }}
      details={<Details entry={entry} />}
      cells={
        <>
          <td className={css['quiet']}>
            <Time at={entry.at} />
          </td>
          <td>
            <span className={css['kindCell']}>
              <span className={css['mark']}>{priority !== 'none' && <Mark priority={priority} size="small" />}</span>
              {kindName(entry.kind)}
            </span>
          </td>
          <td>{textOf(entry)}</td>
          <td className={css['quiet']}>{entry.deviceId !== undefined && <DeviceLink deviceId={entry.deviceId} />}</td>
          <td className={css['quiet']}>{isOwnAct ? t('actor.device') : actorName(entry.actor)}</td>
        </>
      }
    />
  );
}

function DeviceLink({ deviceId }: { readonly deviceId: string }) {
  const name = usePlant((plant) => plant.devices[deviceId]?.name);
  const isKnown = usePlant((plant) => plant.devices[deviceId] !== undefined);
  if (!isKnown) return <>{deviceId}</>;
  return <a href={hrefOf({ screen: 'device', deviceId })}>{name || deviceId}</a>;
}

/** For support: the sentence as the console wrote it, the kind, the id and everything that was written with the entry. */
function Details({ entry }: { readonly entry: JournalEntry }) {
  return (
    <dl>
      {Object.entries({ message: entry.message, kind: entry.kind, ...entry.details, id: entry.id }).map(
        ([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
