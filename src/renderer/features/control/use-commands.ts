import { useCallback, useEffect, useMemo, useState } from 'react';
import type { CommandView } from '../../../shared/api/control';
import { deviceIdSchema } from '../../../shared/domain/ids';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { mergeCommands, type CommandFilterChoice } from './command-list-rules';

const PAGE = 100;

type Page = { readonly items: readonly CommandView[]; readonly nextCursor: string | undefined };

/** The commands page by page under one filter, kept up to date; for another filter it is mounted anew. */
export function useCommands(filter: CommandFilterChoice) {
  const live = usePlant((plant) => plant.commands);
  const [page, setPage] = useState<Page | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const fetchPage = useCallback(
    (cursor?: string) =>
      api.control
        .commands(inputOf(filter, cursor))
        .then(({ items, nextCursor }) =>
          setPage((before) => ({ items: [...(before?.items ?? []), ...items], nextCursor })),
        )
        .catch(setError)
        .finally(() => setLoading(false)),
    [filter],
  );
  useEffect(() => void fetchPage(), [fetchPage]);
  const shown = useMemo(() => (page === null ? [] : mergeCommands(page.items, live, filter)), [page, live, filter]);
  const loadOlder = () => {
    setLoading(true);
    setError(null);
    void fetchPage(page?.nextCursor);
  };
  return { shown, hasOlder: page?.nextCursor !== undefined, isLoading, error, loadOlder };
}

function inputOf({ deviceId, kind, state }: CommandFilterChoice, cursor: string | undefined) {
  return {
    limit: PAGE,
    ...(deviceId !== null && { deviceId: deviceIdSchema.parse(deviceId) }),
    ...(kind !== null && { kind }),
    ...(state !== null && { state }),
    ...(cursor !== undefined && { cursor }),
  };
}
