import { useTranslation } from 'react-i18next';
import type { FlashJob } from '../../../shared/api/flash';
import { formatDuration } from '../../ui/format';
import { formatBytes } from '../../ui/format-bytes';
import { flashProgress } from './flash-progress-rules';
import css from './progress.module.css';

export type ProgressBarProps = {
  /** For screen readers. */
  readonly label: string;
  /** 0 to 1; null: it works, but there is nothing to measure. */
  readonly share: number | null;
};

/** How far something is. Without a share it is an empty track: nothing pretends to move. */
export function ProgressBar({ label, share }: ProgressBarProps) {
  return (
    <progress
      className={css['bar']}
      aria-label={label}
      max={1}
      {...(share !== null && { value: Math.min(1, Math.max(0, share)) })}
    />
  );
}

/** A flash job's bar with bytes, speed and remaining time under it. */
export function FlashProgress({ job }: { readonly job: FlashJob }) {
  const { t } = useTranslation('commissioning');
  const { share, doneBytes, totalBytes, bytesPerSecond, remainingS, isAlmostDone } = flashProgress(job);
  const speed = bytesPerSecond === null ? null : t('progress.speed', { speed: formatBytes(bytesPerSecond) });
  const rest = isAlmostDone
    ? t('progress.almost')
    : remainingS !== null && t('progress.remaining', { time: formatDuration(remainingS * 1000) });
  return (
    <div className={css['progress']}>
      <ProgressBar label={t('progress.label')} share={share} />
      <p className={css['line']}>
        <span>
          {totalBytes > 0 && t('progress.bytes', { done: formatBytes(doneBytes), total: formatBytes(totalBytes) })}
        </span>
        <span>{speed}</span>
        <span>{rest}</span>
      </p>
    </div>
  );
}
