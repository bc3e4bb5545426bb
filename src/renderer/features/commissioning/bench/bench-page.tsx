import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommissioning } from '../commissioning-store';
import { LostNotice } from '../lost-notice';
import { PortHelp } from '../port-help';
import { BenchHead } from './bench-head';
import css from './bench-page.module.css';
import { BenchRowItem } from './bench-row';
import { benchRows } from './bench-rules';

/** Above this many ports the rows are low, so that as many as possible are in sight. */
const ROOMY_ROWS = 6;

/** Many boards at once: what each gets above, one row per port below. */
export function BenchPage() {
  const { t } = useTranslation('bench');
  const event = useCommissioning((store) => store.event);
  const rows = useMemo(() => (event === null ? [] : benchRows(event)), [event]);
  if (event === null) return <p className={css['loading']}>{t('loading', { ns: 'common' })}</p>;
  return (
    <div className={css['page']}>
      <LostNotice />
      <BenchHead bench={event.bench} rows={rows} />
      <PortHelp list={event.ports} />
      {rows.length > 0 && (
        <ul className={css['rows']} aria-label={t('row.list')} data-roomy={rows.length <= ROOMY_ROWS || undefined}>
          {rows.map((row) => (
            <BenchRowItem key={row.path} row={row} isRunning={event.bench.isRunning} />
          ))}
        </ul>
      )}
    </div>
  );
}
