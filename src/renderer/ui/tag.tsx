import type { ReactNode } from 'react';
import styles from './tag.module.css';

export type TagProps = { readonly tone?: 'quiet' | 'high' | 'urgent' | 'low'; readonly children: ReactNode };

/** A word in a frame. The tone only underlines what the word says. */
export function Tag({ tone = 'quiet', children }: TagProps) {
  return <span className={`${styles['tag']} ${styles[tone]}`}>{children}</span>;
}
