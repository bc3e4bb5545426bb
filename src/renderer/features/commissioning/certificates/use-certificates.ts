import { useCallback, useEffect, useRef, useState } from 'react';
import type { Certificate } from '../../../../shared/api/commissioning';
import { api, whenConnected } from '../../../connection/client';
import { mergeCertificates } from './certificate-rules';

const PAGE = 100;

type Page = { readonly shown: readonly Certificate[]; readonly nextCursor: string | undefined };

export type CertificatePages = {
  readonly shown: readonly Certificate[];
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly loadOlder: () => void;
  /** Puts what came since on top; what is shown stays. */
  readonly loadNewer: () => void;
};

/** The certificates page by page. */
export function useCertificates(): CertificatePages {
  const [page, setPage] = useState<Page | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const isShown = useRef(false);

  const fetchPage = useCallback(
    (cursor?: string) =>
      api.commissioning
        .certificates({ limit: PAGE, ...(cursor !== undefined && { cursor }) })
        .then(({ items, nextCursor }) => {
          isShown.current = true;
          setPage((before) => ({
            shown: mergeCertificates(before?.shown ?? [], items),
            // The newest page says nothing about the end of the older ones.
            nextCursor: cursor === undefined && before !== null ? before.nextCursor : nextCursor,
          }));
        })
        .catch(setError)
        .finally(() => setLoading(false)),
    [],
  );

  const load = useCallback(
    (cursor?: string) => {
      setLoading(true);
      setError(null);
      void fetchPage(cursor);
    },
    [fetchPage],
  );
  // The page may be there before the connection. Once something is shown, nothing moves by itself.
  useEffect(
    () =>
      whenConnected(() => {
        if (!isShown.current) load();
      }),
    [load],
  );

  return {
    shown: page?.shown ?? [],
    hasOlder: page?.nextCursor !== undefined,
    isLoading,
    error,
    loadOlder: () => load(page?.nextCursor),
    loadNewer: () => load(),
  };
}
