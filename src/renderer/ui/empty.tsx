import type { ReactNode } from 'react';
import styles from './empty.module.css';

export type EmptyProps = {
  readonly title: string;
  /** What to do next. */
  readonly children?: ReactNode;
  readonly action?: ReactNode;
};

/** Stands where a list would stand, and says why there is none and what comes next. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className={styles['empty']}>
      <p className={styles['title']}>{title}</p>
      {children && <div className={styles['text']}>{children}</div>}
      {action}
    </div>
  );
}
