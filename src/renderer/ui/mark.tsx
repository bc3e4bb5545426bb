import { useTranslation } from 'react-i18next';
import styles from './mark.module.css';

/** How urgent something is, most urgent first. `none` is the quiet grey mark of a normal thing. */
export const priorities = ['urgent', 'high', 'low', 'none'] as const;
export type Priority = (typeof priorities)[number];

const shapes: Readonly<Record<Priority, string>> = { urgent: '!', high: '▲', low: 'i', none: '' };

/** The more urgent of two. */
export function worsePriority(a: Priority, b: Priority): Priority {
  return priorities.indexOf(a) <= priorities.indexOf(b) ? a : b;
}

export type MarkProps = { readonly priority: Priority; readonly size?: 'normal' | 'small' };

/** Priority as shape, colour and (for screen readers) word. */
export function Mark({ priority, size = 'normal' }: MarkProps) {
  const { t } = useTranslation();
  return (
    <span className={`${styles['mark']} ${styles[priority]} ${styles[size]}`}>
      <span aria-hidden>{shapes[priority]}</span>
      {priority !== 'none' && <span className="visually-hidden">{t(`priority.${priority}`)}: </span>}
    </span>
  );
}
