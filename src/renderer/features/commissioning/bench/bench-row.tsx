import { useTranslation } from 'react-i18next';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { CheckField } from '../check-field';
import { formatNumber } from '../../../ui/format';
import { useRequest, type Request } from '../../../ui/use-request';
import { CallError } from '../job-error';
import css from './bench-row.module.css';
import { rowState, type BenchRow, type RowState } from './bench-rules';
import { useBenchChoice } from './bench-store';
import { BoardProgress } from './board-progress';
import { LaneError } from './lane-error';

/** The shape that says the same as the word, for whoever sees no colours. */
const shapes: Readonly<Record<RowState, string>> = {
  unused: '',
  absent: '',
  off: '',
  empty: '',
  working: '›',
  passed: '✓',
  failed: '!',
  cancelled: '–',
};

export type BenchRowProps = { readonly row: BenchRow; readonly isRunning: boolean };

/** One port of the bench: what it is, what happens to the board in it, and what came out. */
export function BenchRowItem({ row, isRunning }: BenchRowProps) {
  const { t } = useTranslation('bench');
  const request = useRequest();
  const state = rowState(row);
  return (
    <li className={css['row']} data-state={state}>
      <div className={css['port']}>
        <strong>{row.port?.name ?? t('row.gone')}</strong>
        <small>{row.path}</small>
      </div>
      <div className={css['state']}>
        <span className={css['shape']} aria-hidden>
          {shapes[state]}
        </span>
        <output>
          <span className="visuallyHidden">{row.port?.name ?? row.path}: </span>
          {t(`row.state.${state}`)}
        </output>
      </div>
      <div className={css['board']}>
        <Board row={row} state={state} />
        <CallError error={request.error} />
      </div>
      <Counters row={row} />
      <div className={css['keys']}>
        <Keys row={row} isRunning={isRunning} request={request} />
      </div>
    </li>
  );
}

function Board({ row: { job, port }, state }: { readonly row: BenchRow; readonly state: RowState }) {
  const { t } = useTranslation('bench');
  switch (state) {
    case 'working':
      return job && <BoardProgress job={job} />;
    case 'passed':
      return (
        <>
          <strong className={css['name']}>{job?.name ?? job?.deviceId ?? ''}</strong>
          <span>
            {job !== null && job.deviceId !== null && job.deviceId !== job.name && `${job.deviceId} · `}
            <b>{t('row.takeAway')}</b>
          </span>
        </>
      );
    case 'failed':
      return job?.error ? <LaneError error={job.error} /> : <small>{t('row.noReason')}</small>;
    case 'unused':
      return (
        port !== null && port.use !== 'free' && <small>{t(`port.use.${port.use}`, { ns: 'commissioning' })}</small>
      );
    default:
      return <small>{t(`row.hint.${state}`)}</small>;
  }
}

function Counters({ row: { lane } }: { readonly row: BenchRow }) {
  const { t } = useTranslation('bench');
  if (lane === null) return <div />;
  return (
    <dl className={css['counters']}>
      <div>
        <dt>{t('passed')}</dt>
        <dd>{formatNumber(lane.passed, 0)}</dd>
      </div>
      <div>
        <dt>{t('failed')}</dt>
        <dd data-some={lane.failed > 0 || undefined}>{formatNumber(lane.failed, 0)}</dd>
      </div>
    </dl>
  );
}

type KeysProps = { readonly row: BenchRow; readonly isRunning: boolean; readonly request: Request };

function Keys({ row: { path, port, lane, job }, isRunning, request }: KeysProps) {
  const { t } = useTranslation('bench');
  const isConnected = useConnection((connection) => connection.state === 'live');
  const isUsed = useBenchChoice(({ leftOut }) => !leftOut.includes(path));
  const setUsed = useBenchChoice((choice) => choice.setUsed);
  const name = port?.name ?? path;
  if (lane?.state === 'working' && job) {
    return (
      <Button
        aria-label={t('row.cancelOf', { port: name })}
        isDisabled={!isConnected}
        isPending={request.isWorking}
        onPress={() => void request.run(() => api.commissioning.cancel({ id: job.id }))}
      >
        {t('row.cancel')}
      </Button>
    );
  }
  const canRetry = isRunning && (lane?.state === 'failed' || (lane?.state === 'finished' && port?.source === 'option'));
  return (
    <>
      {canRetry && (
        <Button
          aria-label={t(lane?.state === 'failed' ? 'row.retryOf' : 'row.nextBoardOf', { port: name })}
          isDisabled={!isConnected}
          isPending={request.isWorking}
          onPress={() => void request.run(() => api.commissioning.retryLane({ port: path }))}
        >
          {t(lane?.state === 'failed' ? 'row.retry' : 'row.nextBoard')}
        </Button>
      )}
      {!isRunning && (
        <CheckField
          label={t('row.use')}
          ariaLabel={t('row.useOf', { port: name })}
          isChecked={isUsed}
          onChange={(isOn) => setUsed(path, isOn)}
        />
      )}
    </>
  );
}
