import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JournalEntry } from '../../../shared/api/journal';
import type { DeviceId } from '../../../shared/domain/ids';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { useActorName } from '../../plant/actor-name';
import { eventPriority } from '../../plant/event-rules';
import { useEventText } from '../../plant/event-text';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { Mark } from '../../ui/mark';
import { Time } from '../../ui/time';
import { Panel } from './panel';
import { useRequest } from '../../ui/use-request';
import panel from './panel.module.css';
import css from './device-events.module.css';

const PAGE = 20;

/** The journal of one device: the newest page, older ones on demand, live ones on top. */
export function DeviceEvents({ deviceId }: { readonly deviceId: DeviceId }) {
  const { t } = useTranslation('devices');
  const textOf = useEventText();
  const actorName = useActorName();
  const { entries, hasMore, loadMore, isWorking, error } = useDeviceEvents(deviceId);
  return (
    <Panel title={t('events.title')} aside={t('events.subtitle')}>
      {entries.length === 0 && error === null && (
        <p className={panel['empty']}>{isWorking ? t('events.loading') : t('events.empty')}</p>
      )}
      <ul className={css['list']}>
        {entries.map((entry) => (
          <li key={entry.id}>
            <Time at={entry.at} />
            <EventMark kind={entry.kind} />
            <span>
              {textOf(entry)} <small>{actorName(entry.actor)}</small>
            </span>
          </li>
        ))}
      </ul>
      <FailureText error={error} />
      {(hasMore || error !== null) && (
        <Button isDisabled={isWorking} onPress={loadMore}>
          {error === null ? t('events.more') : t('events.again')}
        </Button>
      )}
    </Panel>
  );
}

function EventMark({ kind }: { readonly kind: string }) {
  const priority = eventPriority(kind);
  return <span>{priority !== 'none' && <Mark priority={priority} size="small" />}</span>;
}

type Loaded = { readonly items: readonly JournalEntry[]; readonly nextCursor: string | undefined };

function useDeviceEvents(deviceId: DeviceId) {
  const live = usePlant((plant) => plant.events);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const { isWorking, error, run } = useRequest();
  const load = useCallback(
    (cursor: string | undefined) =>
      void run(async () => {
        const page = await api.journal.list({ deviceId, limit: PAGE, ...(cursor !== undefined && { cursor }) });
        setLoaded((before) => ({ items: [...(before?.items ?? []), ...page.items], nextCursor: page.nextCursor }));
      }),
    [deviceId, run],
  );
  useEffect(() => load(undefined), [load]);
  const entries = useMemo(() => {
    const items = loaded?.items ?? [];
    const known = new Set(items.map(({ id }) => id));
    const newestAt = items[0]?.at ?? '';
    return [
      ...live.filter((entry) => entry.deviceId === deviceId && !known.has(entry.id) && entry.at >= newestAt),
      ...items,
    ];
  }, [live, loaded, deviceId]);
  return {
    entries,
    hasMore: loaded?.nextCursor !== undefined,
    loadMore: () => load(loaded?.nextCursor),
    isWorking,
    error,
  };
}
