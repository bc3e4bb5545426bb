import { useTranslation } from 'react-i18next';
import type { FlashJob } from '../../../shared/api/flash';
import { formatDuration } from '../../ui/format';
import { formatBytes } from '../../ui/format-bytes';

type Numbers = Pick<FlashJob, 'bytesWritten' | 'bytesTotal' | 'bytesPerSecond' | 'remainingS'>;

/** `612 kB of 1.2 MB · 78 kB/s · 12 s left`, as far as it is known; empty before the first byte. */
export function useFlashNumbers(): (job: Numbers) => string {
  const { t } = useTranslation('bench');
  return ({ bytesWritten, bytesTotal, bytesPerSecond, remainingS }) => {
    if (bytesTotal === 0) return '';
    const parts = [t('numbers.bytes', { done: formatBytes(bytesWritten), total: formatBytes(bytesTotal) })];
    if (bytesPerSecond !== null) parts.push(t('numbers.speed', { speed: formatBytes(bytesPerSecond) }));
    if (remainingS !== null) parts.push(t('numbers.left', { time: formatDuration(remainingS * 1000) }));
    return parts.join(' · ');
  };
}
