import { useId, type ReactNode } from 'react';
import { Button } from './button';
import { Empty } from './empty';
import { FailureText } from './failure';
import css from './log-panel.module.css';

export type LogPanelProps = {
  readonly title: string;
  readonly subtitle: string;
  readonly filters: ReactNode;
  readonly children: ReactNode;
};

/** The frame of a long list that is read page by page: what it is, how it is filtered, and the list. */
export function LogPanel({ title, subtitle, filters, children }: LogPanelProps) {
  const id = useId();
  return (
    <section className={css['panel']} aria-labelledby={id}>
      <header className={css['toolbar']}>
        <h1 id={id}>
          {title}
          <small>{subtitle}</small>
        </h1>
        {filters}
      </header>
      {children}
    </section>
  );
}

export type LogFootProps = {
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly isEmpty: boolean;
  readonly hasOlder: boolean;
  readonly onOlder: () => void;
  /** Takes the filter away; undefined when there is none. */
  readonly onClear: (() => void) | undefined;
  readonly texts: {
    readonly empty: string;
    readonly clear: string;
    readonly loading: string;
    readonly older: string;
    readonly again: string;
    readonly end: string;
  };
};

/** The end of a list: nothing there, still loading, more to load, failed, or really the end. */
export function LogFoot({ isLoading, error, isEmpty, hasOlder, onOlder, onClear, texts }: LogFootProps) {
  const isSettled = !isLoading && error === null;
  return (
    <footer className={css['foot']}>
      {isSettled && isEmpty && (
        <Empty title={texts.empty} action={onClear && <Button onPress={onClear}>{texts.clear}</Button>} />
      )}
      <FailureText error={error} />
      {isLoading && <output>{texts.loading}</output>}
      {!isLoading && (hasOlder || error !== null) && (
        <Button onPress={onOlder}>{error === null ? texts.older : texts.again}</Button>
      )}
      {isSettled && !hasOlder && !isEmpty && <p>{texts.end}</p>}
    </footer>
  );
}
