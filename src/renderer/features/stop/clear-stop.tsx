import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StopView } from '../../../shared/api/stop';
import { useNow } from '../../connection/server-clock';
import { ClearDialog } from './clear-dialog';
import { clearPermission, rowsToCheck, type StopRow } from './stop-rules';
import { useStopStore } from './stop-store';
import css from './stop-screen.module.css';

const noneChecked: readonly string[] = [];

/** The deliberate way out of a stop: a key that opens the dialog, not before the console would accept a clear. */
export function ClearStop({ stop, rows }: { readonly stop: StopView; readonly rows: readonly StopRow[] }) {
  const { t } = useTranslation('stop');
  const [isOpen, setOpen] = useState(false);
  const checked = useStopStore((store) => store.checked[stop.id] ?? noneChecked);
  const permission = clearPermission(stop, rows, new Set(checked), useNow(250));
  const isEarly = permission.state === 'tooEarly';
  const hint = isEarly
    ? t('clear.buttonEarly', { seconds: Math.ceil(permission.remainingMs / 1000) })
    : rowsToCheck(rows).length > 0
      ? t('clear.buttonHint')
      : t('clear.buttonReady');
  return (
    <>
      <button
        type="button"
        className={css['clearKey']}
        aria-disabled={isEarly}
        onClick={() => !isEarly && setOpen(true)}
      >
        {t('clear.button')}
        <small>{hint}</small>
      </button>
      <ClearDialog stop={stop} rows={rows} permission={permission} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}
