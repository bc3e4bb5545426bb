import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BenchView } from '../../../../shared/api/commissioning';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { formatNumber } from '../../../ui/format';
import { Notice } from '../../../ui/notice';
import { useRequest, type Request } from '../../../ui/use-request';
import { CallError } from '../job-error';
import css from './bench-head.module.css';
import { benchTotals, chosenPorts, type BenchRow } from './bench-rules';
import { useBenchChoice } from './bench-store';
import { QueueDialog } from './queue-dialog';
import { TemplateDialog } from './template-dialog';
import { TemplateSummary } from './template-summary';

export type BenchHeadProps = { readonly bench: BenchView; readonly rows: readonly BenchRow[] };

/** What every board gets, the names that wait, the count, and Start; stays in sight while the rows scroll. */
export function BenchHead({ bench, rows }: BenchHeadProps) {
  const { t } = useTranslation('bench');
  const [open, setOpen] = useState<'none' | 'template' | 'queue'>('none');
  const request = useRequest();
  const { passed, failed } = benchTotals(bench.lanes);
  const isPasswordGone = bench.template?.settings?.hasPassword === false;
  const close = () => setOpen('none');
  return (
    <section className={css['head']} aria-label={t('title')}>
      <div className={css['template']}>
        {bench.template === null ? <p>{t('template.none')}</p> : <TemplateSummary template={bench.template} />}
        <Button variant={bench.template === null ? 'primary' : 'normal'} onPress={() => setOpen('template')}>
          {t(bench.template === null ? 'template.make' : 'template.edit')}
        </Button>
      </div>
      {isPasswordGone && <Notice priority="high">{t('template.noPassword')}</Notice>}
      <div className={css['line']}>
        <QueueSummary bench={bench} />
        <Button onPress={() => setOpen('queue')}>{t('queue.edit')}</Button>
        <dl className={css['totals']}>
          <div>
            <dt>{t('passed')}</dt>
            <dd>{formatNumber(passed, 0)}</dd>
          </div>
          <div>
            <dt>{t('failed')}</dt>
            <dd data-some={failed > 0 || undefined}>{formatNumber(failed, 0)}</dd>
          </div>
        </dl>
        <StartStop bench={bench} rows={rows} request={request} />
      </div>
      <CallError error={request.error} />
      {/* Mounted anew each time, so that it begins with what is stored. */}
      {open === 'template' && <TemplateDialog template={bench.template} onClose={close} />}
      {open === 'queue' && <QueueDialog queue={bench.queue} onClose={close} />}
    </section>
  );
}

/** Names in the line of text; the others are counted. */
const SHOWN_NAMES = 3;

function QueueSummary({ bench: { queue, template } }: { readonly bench: BenchView }) {
  const { t } = useTranslation('bench');
  const names = queue.slice(0, SHOWN_NAMES).map(({ name }) => name);
  const more = queue.length - names.length;
  return (
    <p className={css['queue']}>
      <span className={css['label']}>{t('queue.next')}</span>
      {queue.length === 0 ? (
        t('queue.empty', { naming: template?.naming ?? '{id}' })
      ) : (
        <>
          <strong>{names.join(', ')}</strong> {more > 0 && t('queue.more', { count: more })}
        </>
      )}
    </p>
  );
}

/** Why the line cannot be started now, or null. */
function startBlock({ template }: BenchView, ports: readonly string[]): 'template' | 'password' | 'ports' | null {
  if (template === null) return 'template';
  if (template.settings?.hasPassword === false) return 'password';
  return ports.length === 0 ? 'ports' : null;
}

function StartStop({ bench, rows, request }: BenchHeadProps & { readonly request: Request }) {
  const { t } = useTranslation('bench');
  const isConnected = useConnection(({ state }) => state === 'live');
  const leftOut = useBenchChoice((choice) => choice.leftOut);
  const { isWorking, run } = request;
  const ports = chosenPorts(rows, leftOut);
  const blocked = startBlock(bench, ports);
  return (
    <div className={css['start']}>
      {bench.isRunning ? (
        <Button
          variant="key"
          isDisabled={!isConnected}
          isPending={isWorking}
          onPress={() => void run(() => api.commissioning.stopBench())}
        >
          {t('stopLine')}
        </Button>
      ) : (
        <Button
          variant="primary"
          isDisabled={!isConnected || blocked !== null}
          isPending={isWorking}
          onPress={() => void run(() => api.commissioning.startBench({ ports }))}
        >
          {t('startLine', { count: ports.length })}
        </Button>
      )}
      <small>
        {bench.isRunning ? t('stopHelp') : blocked === null ? t('startHelp') : t(`startBlocked.${blocked}`)}
      </small>
    </div>
  );
}
