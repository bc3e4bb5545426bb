import { useId, type ReactNode } from 'react';
import css from './panel.module.css';

export type PanelProps = {
  readonly title: string;
  /** Small words beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
};

/** One section of the device's screen. */
export function Panel({ title, aside, children }: PanelProps) {
  const id = useId();
  return (
    <section className={css['panel']} aria-labelledby={id}>
      <h2 id={id} className={css['title']}>
        {title}
        {aside && <small>{aside}</small>}
      </h2>
      {children}
    </section>
  );
}
