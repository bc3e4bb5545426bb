import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/router';
import { Mark } from '../../ui/mark';
import { formatTime } from '../../ui/format';
import type { StopRow, StopRowState } from './stop-rules';
import { useAnswerText, useTodoText } from './row-texts';
import css from './stop-table.module.css';

/** So many rows of devices that need nobody are shown until asked for all. */
const CALM_ROWS = 3;

const markOf: Partial<Record<StopRowState, 'urgent' | 'high'>> = {
  unconfirmed: 'urgent',
  offline: 'high',
  uncleared: 'high',
};

/** Every device of a stop: those that need somebody always, a long list of calm ones folded. */
export function StopTable({ rows }: { readonly rows: readonly StopRow[] }) {
  const { t } = useTranslation('stop');
  const [isOpen, setOpen] = useState(false);
  const calm = rows.filter(({ state }) => state === 'confirmed' || state === 'cleared');
  const isFolded = calm.length > CALM_ROWS + 1;
  const hidden = new Set(isFolded && !isOpen ? calm.slice(CALM_ROWS) : []);
  const kind = calm.some(({ state }) => state === 'cleared') ? 'Cleared' : 'Confirmed';
  if (rows.length === 0) return <p className={css['empty']}>{t('panel.noDevices')}</p>;
  return (
    <table className={css['table']} aria-label={t('table.label')}>
      <thead>
        <tr>
          <th className={css['device']}>{t('table.device')}</th>
          <th className={css['zone']}>{t('table.zone')}</th>
          <th className={css['state']}>{t('table.state')}</th>
          <th className={css['answer']}>{t('table.answer')}</th>
          <th>{t('table.todo')}</th>
        </tr>
      </thead>
      <tbody>
        {rows
          .filter((row) => !hidden.has(row))
          .map((row) => (
            <Row key={row.deviceId} row={row} />
          ))}
        {isFolded && (
          <tr className={css['more']}>
            <td colSpan={5}>
              <button type="button" className={css['moreKey']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
                {isOpen ? t(`table.fewer${kind}`) : t(`table.more${kind}`, { count: hidden.size })}
              </button>
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Row({ row }: { readonly row: StopRow }) {
  const { t } = useTranslation('stop');
  const mark = markOf[row.state];
  return (
    <tr className={mark && css[mark]}>
      <td>
        <a href={hrefOf({ screen: 'device', deviceId: row.deviceId })}>
          <span>{row.name}</span>
          {row.name !== row.deviceId && <small>{row.deviceId}</small>}
        </a>
      </td>
      <td>{row.zoneName ?? t('table.noZone')}</td>
      <td>
        <span className={css['stateCell']}>
          {mark ? <Mark priority={mark} /> : <StateSign state={row.state} />}
          <span>
            {row.state === 'offline' && row.offlineSince
              ? t('state.offlineSince', { time: formatTime(row.offlineSince) })
              : t(`state.${row.state}`)}
          </span>
        </span>
      </td>
      <td>{useAnswerText(row)}</td>
      <td>{useTodoText(row)}</td>
    </tr>
  );
}

/** A tick for what the device itself said, a dotted ring for what it has yet to say. */
function StateSign({ state }: { readonly state: StopRowState }) {
  return (
    <svg viewBox="0 0 16 16" className={css['check']} aria-hidden="true">
      {state === 'confirmed' || state === 'cleared' ? (
        <path d="M2 8l4 4 8-9" />
      ) : (
        <circle cx="8" cy="8" r="6" strokeDasharray="2 3" />
      )}
    </svg>
  );
}
