import { useTranslation } from 'react-i18next';
import styles from './mark.module.css';
import type { Priority } from './priority';

export type { Priority } from './priority';

const shapes: Readonly<Record<Priority, string>> = { urgent: '!', high: '▲', low: 'i', none: '' };

export type MarkProps = { readonly priority: Priority; readonly size?: 'normal' | 'small' };

/** Priority as shape, colour and (for screen readers) word. */
export function Mark({ priority, size = 'normal' }: MarkProps) {
  const { t } = useTranslation();
  return (
    <span className={`${styles['mark']} ${styles[priority]} ${styles[size]}`}>
      <span aria-hidden>{shapes[priority]}</span>
      {priority !== 'none' && <span className="visuallyHidden">{t(`priority.${priority}`)}: </span>}
    </span>
  );
}
