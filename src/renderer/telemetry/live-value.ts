import { useCallback, useSyncExternalStore } from 'react';
import type { SeriesId } from '../../shared/domain/ids';
import type { LiveValue } from './series-hub';
import { hub } from './telemetry-hub';

/**
 * The newest reading of a series as React state: one render per change. For a single value in a dialog; lists of values write into
 * text nodes (`LiveNumber`, `ui/value-row.tsx`).
 */
export function useLatest(seriesId: SeriesId): LiveValue {
  const subscribe = useCallback((listener: () => void) => hub.subscribe(seriesId, listener), [seriesId]);
  return useSyncExternalStore(subscribe, () => hub.latest(seriesId));
}
