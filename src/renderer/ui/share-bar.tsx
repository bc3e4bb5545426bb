import css from './share-bar.module.css';

export type ShareBarProps = {
  /** 0 to 1; null while it is not known. */
  readonly share: number | null;
  /** What it measures, for screen readers. */
  readonly label: string;
};

/** How much of something is done. Without a share it is an empty track: no movement that pretends to be progress. */
export function ShareBar({ share, label }: ShareBarProps) {
  const percent = share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return (
    <div
      className={css['track']}
      role="progressbar"
      aria-label={label}
      {...(percent !== null && { 'aria-valuenow': percent, 'aria-valuemin': 0, 'aria-valuemax': 100 })}
    >
      <div className={css['done']} style={{ width: `${percent ?? 0}%` }} />
    </div>
  );
}
