import type { ReactNode } from 'react';
import { Mark, type Priority } from './mark';
import styles from './notice.module.css';

export type NoticeProps = {
  readonly priority: Priority;
  readonly children: ReactNode;
  /** Announced at once (`alert`) or when there is a pause (`status`); nothing by default. */
  readonly announce?: 'alert' | 'status';
};

/** A sentence with its mark, where it belongs: beside what it speaks of. */
export function Notice({ priority, children, announce }: NoticeProps) {
  return (
    <p className={`${styles['notice']} ${styles[priority]}`} role={announce}>
      <Mark priority={priority} />
      <span>{children}</span>
    </p>
  );
}
