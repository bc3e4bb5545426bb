import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { LogFoot, LogPanel } from '../../ui/log-panel';
import { JournalFilters } from './journal-filters';
import { noFilter, type JournalFilter } from './journal-rules';
import { JournalTable } from './journal-table';
import { useJournal } from './use-journal';
import css from '../../ui/log-panel.module.css';

/** Who did what, when, with which result; the newest first. */
export function JournalScreen() {
  const { t } = useTranslation('journal');
  const [filter, setFilter] = useState<JournalFilter>(noFilter);
  return (
    <LogPanel
      title={t('title')}
      subtitle={t('subtitle')}
      filters={<JournalFilters filter={filter} onChange={setFilter} />}
    >
      <Entries key={JSON.stringify(filter)} filter={filter} onClear={() => setFilter(noFilter)} />
    </LogPanel>
  );
}

/** New entries wait behind a key, so that no row moves by itself. */
function Entries({ filter, onClear }: { readonly filter: JournalFilter; readonly onClear: () => void }) {
  const { t } = useTranslation('journal');
  const { shown, waiting, hasOlder, isLoading, error, showWaiting, loadOlder } = useJournal(filter);
  const isFiltered = filter.kind !== null || filter.deviceId !== null;
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
      <LogFoot
        isLoading={isLoading}
        error={error}
        isEmpty={shown.length === 0}
        hasOlder={hasOlder}
        onOlder={loadOlder}
        onClear={isFiltered ? onClear : undefined}
        texts={{
          empty: isFiltered ? t('noMatch') : t('empty'),
          clear: t('filter.clear'),
          loading: t('loading'),
          older: t('older'),
          again: t('again'),
          end: t('end'),
        }}
      />
    </>
  );
}
