import { useCallback, useEffect, useMemo, useState } from 'react';
import type { JournalEntry } from '../../../shared/api/journal';
import { deviceIdSchema } from '../../../shared/domain/ids';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { mergeEntries, waitingEntries, type JournalFilter } from './journal-rules';

const PAGE = 100;

type Page = { readonly shown: readonly JournalEntry[]; readonly nextCursor: string | undefined };

export type JournalPages = {
  readonly shown: readonly JournalEntry[];
  /** New ones that wait to be asked for. */
  readonly waiting: readonly JournalEntry[];
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly showWaiting: () => void;
  readonly loadOlder: () => void;
};

/** The journal page by page under one filter; for another filter it is mounted anew. */
export function useJournal(filter: JournalFilter): JournalPages {
  const live = usePlant((plant) => plant.events);
  const [page, setPage] = useState<Page | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);

  const fetchPage = useCallback(
    (cursor?: string) =>
      api.journal
        .list(inputOf(filter, cursor))
        .then(({ items, nextCursor }) =>
          setPage((before) => ({ shown: mergeEntries(before?.shown ?? [], items), nextCursor })),
        )
        .catch(setError)
        .finally(() => setLoading(false)),
    [filter],
  );

  useEffect(() => void fetchPage(), [fetchPage]);

  const shown = page?.shown ?? noEntries;
  const waiting = useMemo(
    () => (page === null ? noEntries : waitingEntries(shown, live, filter)),
    [page, shown, live, filter],
  );
  const showWaiting = () => setPage((before) => before && { ...before, shown: mergeEntries(before.shown, waiting) });
  const loadOlder = () => {
    setLoading(true);
    setError(null);
    void fetchPage(page?.nextCursor);
  };
  return { shown, waiting, hasOlder: page?.nextCursor !== undefined, isLoading, error, showWaiting, loadOlder };
}

const noEntries: readonly JournalEntry[] = [];

function inputOf({ kind, deviceId }: JournalFilter, cursor: string | undefined) {
  return {
    limit: PAGE,
    ...(kind !== null && { kind }),
    ...(deviceId !== null && { deviceId: deviceIdSchema.parse(deviceId) }),
    ...(cursor !== undefined && { cursor }),
  };
}
