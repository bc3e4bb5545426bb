import { useId, type ReactNode } from 'react';
import styles from './settings-screen.module.css';

export type SectionProps = { readonly title: string; readonly children: ReactNode };

/** One subject of the settings. */
export function Section({ title, children }: SectionProps) {
  const headingId = useId();
  return (
    <section className={styles['section']} aria-labelledby={headingId}>
      <h2 id={headingId}>{title}</h2>
      {children}
    </section>
  );
}
