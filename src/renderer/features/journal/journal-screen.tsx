import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { Empty } from '../../ui/empty';
import { FailureText } from '../../ui/failure';
import { JournalFilters } from './journal-filters';
import { noFilter, type JournalFilter } from './journal-rules';
import { JournalTable } from './journal-table';
import { useJournal } from './use-journal';
import css from './journal-screen.module.css';

/** Who did what, when, with which result; the newest first. New entries wait behind a key, so that no row moves by itself. */
export function JournalScreen() {
  const { t } = useTranslation('journal');
  const [filter, setFilter] = useState<JournalFilter>(noFilter);
  const { shown, waiting, hasOlder, isLoading, error, showWaiting, loadOlder } = useJournal(filter);
  const isFiltered = filter.kind !== null || filter.deviceId !== null;
  const isEmpty = shown.length === 0 && !isLoading && error === null;
  return (
    <section className={css['panel']} aria-labelledby="journal-title">
      <header className={css['toolbar']}>
        <h1 id="journal-title">
          {t('title')}
          <small>{t('subtitle')}</small>
        </h1>
        <JournalFilters filter={filter} onChange={setFilter} entries={shown} />
      </header>
      <div className={css['new']} role="status">
        {waiting.length > 0 && (
          <Button variant="primary" onPress={showWaiting}>
            {t('new', { count: waiting.length })}
          </Button>
        )}
      </div>
      {shown.length > 0 && <JournalTable entries={shown} />}
      <footer className={css['foot']}>
        {isEmpty && (
          <Empty
            title={isFiltered ? t('noMatch') : t('empty')}
            action={isFiltered && <Button onPress={() => setFilter(noFilter)}>{t('filter.clear')}</Button>}
          />
        )}
        <FailureText error={error} />
        {isLoading && <p role="status">{t('loading')}</p>}
        {!isLoading && (hasOlder || error !== null) && <Button onPress={loadOlder}>{error === null ? t('older') : t('again')}</Button>}
        {!isLoading && !hasOlder && error === null && shown.length > 0 && <p>{t('end')}</p>}
      </footer>
    </section>
  );
}
