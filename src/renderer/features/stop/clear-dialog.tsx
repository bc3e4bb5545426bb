import { Checkbox } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { StopView } from '../../../shared/api/stop';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { useFailureText } from '../../ui/failure';
import { formatTime } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { rowsToCheck, type ClearPermission, type StopRow } from './stop-rules';
import { useStopStore } from './stop-store';
import { useScopeName } from './stop-texts';
import { useClear } from './use-clear';
import css from './clear-dialog.module.css';

const effects = ['off', 'release', 'confirm'] as const;

export type ClearDialogProps = {
  readonly stop: StopView;
  readonly rows: readonly StopRow[];
  readonly permission: ClearPermission;
  readonly isOpen: boolean;
  readonly onClose: () => void;
};

/** Says what clearing does and asks somebody to vouch for each device that never said that it stopped. */
export function ClearDialog({ stop, rows, permission, isOpen, onClose }: ClearDialogProps) {
  const { t } = useTranslation('stop');
  const scope = useScopeName(stop.scope);
  const failureText = useFailureText();
  const { state, error, run } = useClear(stop.id, onClose);
  const toCheck = rowsToCheck(rows);
  return (
    <Dialog
      title={t('clear.title', { scope })}
      isOpen={isOpen}
      onClose={onClose}
      role="alertdialog"
      width={toCheck.length > 0 ? 'wide' : 'narrow'}
      footer={
        <>
          <Button onPress={onClose}>{t('clear.cancel')}</Button>
          <Button
            variant="primary"
            isDisabled={permission.state !== 'allowed'}
            isPending={state === 'clearing'}
            onPress={run}
          >
            {state === 'clearing' ? t('clear.clearing') : t('clear.confirm')}
          </Button>
        </>
      }
    >
      <div>
        <h3 className={css['heading']}>{t('clear.effectsTitle')}</h3>
        <ul className={css['effects']}>
          {effects.map((effect) => (
            <li key={effect}>{t(`clear.effects.${effect}`)}</li>
          ))}
        </ul>
      </div>
      {toCheck.length > 0 && <CheckList stopId={stop.id} rows={toCheck} />}
      <PermissionText permission={permission} />
      {state === 'failed' && (
        <Notice priority="urgent" announce="alert">
          {t('clear.failed', { message: failureText(error) })}
        </Notice>
      )}
    </Dialog>
  );
}

const noneChecked: readonly string[] = [];

function CheckList({ stopId, rows }: { readonly stopId: string; readonly rows: readonly StopRow[] }) {
  const { t } = useTranslation('stop');
  const checked = useStopStore((store) => store.checked[stopId] ?? noneChecked);
  const check = useStopStore((store) => store.check);
  return (
    <fieldset className={css['checks']}>
      <legend className={css['heading']}>{t('clear.checkTitle')}</legend>
      <p className={css['hint']}>{t('clear.checkText')}</p>
      {rows.map((row) => (
        <Checkbox
          key={row.deviceId}
          className={css['check'] ?? ''}
          isSelected={checked.includes(row.deviceId)}
          onChange={(isChecked) => check(stopId, row.deviceId, isChecked)}
        >
          <span className={css['box']} aria-hidden>
            <svg viewBox="0 0 16 16">
              <path d="M2 8l4 4 8-9" />
            </svg>
          </span>
          <span>
            {t('clear.checkOne', { name: row.name })}
            <CheckFacts row={row} />
          </span>
        </Checkbox>
      ))}
    </fieldset>
  );
}

function CheckFacts({ row }: { readonly row: StopRow }) {
  const { t } = useTranslation('stop');
  const state = row.offlineSince
    ? t('state.offlineSince', { time: formatTime(row.offlineSince) })
    : t(`state.${row.state}`);
  return (
    <small>
      {t('clear.checkState', { zone: row.zoneName ?? t('table.noZone'), state })}
      {row.lastOn.length > 0 && ` · ${t('todo.lastOn', { list: row.lastOn.join(', ') })}`}
    </small>
  );
}

function PermissionText({ permission }: { readonly permission: ClearPermission }) {
  const { t } = useTranslation('stop');
  const text =
    permission.state === 'tooEarly'
      ? t('clear.early', { seconds: Math.ceil(permission.remainingMs / 1000) })
      : permission.state === 'unchecked'
        ? t('clear.missing', { count: permission.missing })
        : t('clear.ready');
  return <output className={css['permission']}>{text}</output>;
}
