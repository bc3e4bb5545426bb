import { useTranslation } from 'react-i18next';
import type { FlashJob } from '../../../shared/api/flash';
import { formatDuration } from '../../ui/format';
import { formatBytes } from '../../ui/format-bytes';
import { flashProgress } from './flash-progress-rules';

/** `612 kB of 1.2 MB · 78 kB/s · 12 s left` for one line of a list, as far as it is known; empty before the first byte. */
export function useFlashNumbers(): (job: FlashJob) => string {
  const { t } = useTranslation('commissioning');
  return (job) => {
    const { doneBytes, totalBytes, bytesPerSecond, remainingS, isAlmostDone } = flashProgress(job);
    if (totalBytes === 0) return '';
    return [
      t('progress.bytes', { done: formatBytes(doneBytes), total: formatBytes(totalBytes) }),
      ...(bytesPerSecond === null ? [] : [t('progress.speed', { speed: formatBytes(bytesPerSecond) })]),
      ...(remainingS === null ? [] : [t('progress.remaining', { time: formatDuration(remainingS * 1000) })]),
      ...(isAlmostDone ? [t('progress.almost')] : []),
    ].join(' · ');
  };
}
