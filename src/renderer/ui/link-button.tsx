import type { ReactNode } from 'react';
import styles from './button.module.css';

export type LinkButtonProps = {
  readonly href: string;
  /** Where the words do not say it: what the link leads to. */
  readonly label?: string;
  readonly children: ReactNode;
};

/** A link that looks like a push button: it leads to another screen. */
export function LinkButton({ href, label, children }: LinkButtonProps) {
  return (
    <a className={styles['link']} href={href} aria-label={label}>
      {children}
    </a>
  );
}
