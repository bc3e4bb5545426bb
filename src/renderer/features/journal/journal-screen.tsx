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

/** Who did what, when, with which result; the newest first. */
export function JournalScreen() {
  const { t } = useTranslation('journal');
  const [filter, setFilter] = useState<JournalFilter>(noFilter);
  return (
    <section className={css['panel']} aria-labelledby="journal-title">
      <header className={css['toolbar']}>
        <h1 id="journal-title">
          {t('title')}
          <small>{t('subtitle')}</small>
        </h1>
        <JournalFilters filter={filter} onChange={setFilter} />
      </header>
      <Entries key={JSON.stringify(filter)} filter={filter} onClear={() => setFilter(noFilter)} />
    </section>
  );
}

/** New entries wait behind a key, so that no row moves by itself. */
function Entries({ filter, onClear }: { readonly filter: JournalFilter; readonly onClear: () => void }) {
  const { t } = useTranslation('journal');
  const { shown, waiting, hasOlder, isLoading, error, showWaiting, loadOlder } = useJournal(filter);
  const isFiltered = filter.kind !== null || filter.deviceId !== null;
  const isSettled = !isLoading && error === null;
  return (
    <>
      <output className={css['new']}>
        {waiting.length > 0 && (
          <Button variant="primary" onPress={showWaiting}>
            {t('new', { count: waiting.length })}
          </Button>
        )}
      </output>
      {shown.length > 0 && <JournalTable entries={shown} />}
      <footer className={css['foot']}>
        {isSettled && shown.length === 0 && (
          <Empty
            title={isFiltered ? t('noMatch') : t('empty')}
            action={isFiltered && <Button onPress={onClear}>{t('filter.clear')}</Button>}
          />
        )}
        <FailureText error={error} />
        {isLoading && <output>{t('loading')}</output>}
        {!isLoading && (hasOlder || error !== null) && (
          <Button onPress={loadOlder}>{error === null ? t('older') : t('again')}</Button>
        )}
        {isSettled && !hasOlder && shown.length > 0 && <p>{t('end')}</p>}
      </footer>
    </>
  );
}
