import { useTranslation } from 'react-i18next';
import { usePlant } from '../../connection/plant-store';
import { serverClock, useNow } from '../../connection/server-clock';
import { formatDuration } from '../../ui/format';
import { Notice } from '../../ui/notice';
import css from './operation-progress.module.css';

/** How a zone operation goes: waiting for the device, confirmed, or what to do now. */
export function OperationProgress({ operationId }: { readonly operationId: string }) {
  const { t } = useTranslation('devices');
  const operation = usePlant((plant) => plant.operations[operationId]);
  useNow(1000);
  if (operation === undefined || operation.state === 'pending') {
    if (operation?.waitingFor !== undefined) {
      return (
        <Notice priority="none" announce="status">
          {t(`operation.waiting.${operation.waitingFor}`)}
        </Notice>
      );
    }
    const waitedMs = operation ? serverClock.now() - Date.parse(operation.startedAt) : 0;
    const duration = formatDuration(Math.max(1, Math.floor(waitedMs / 1000)) * 1000);
    return (
      <Notice priority="none">
        {t('operation.pending', { duration })}{' '}
        {t(operation?.kind === 'config' ? 'operation.pendingLimitConfig' : 'operation.pendingLimit')}
      </Notice>
    );
  }
  if (operation.state === 'confirmed') {
    const tookMs = Date.parse(operation.finishedAt ?? operation.startedAt) - Date.parse(operation.startedAt);
    return (
      <output className={css['confirmed']}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 8l4 4 8-9" />
        </svg>
        {t('operation.confirmed', { duration: formatDuration(tookMs) })}
      </output>
    );
  }
  return (
    <div role="alert">
      <Notice priority="high">
        <b>{t(`operation.${operation.state}`)}</b> {t(`operation.${operation.state}Todo`)}
        <small className={css['support']}>
          {t('operation.support', { reason: operation.reason ?? operation.state, id: operation.id })}
        </small>
      </Notice>
    </div>
  );
}
