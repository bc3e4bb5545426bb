import { useTranslation } from 'react-i18next';
import type { StopView } from '../../../shared/api/stop';
import { usePlant } from '../../connection/plant-store';
import { useNow } from '../../connection/server-clock';
import { useStopFailure } from './stop-failure-line';
import { stopNews } from './stop-news-rules';
import { useScopeName } from './stop-texts';
import { useStopRows } from './use-stop-rows';

/** Tells a screen reader at once what a stop has come to; each sentence is said once, when it changes. */
export function StopAnnouncer() {
  const stops = usePlant((plant) => plant.stops);
  const now = useNow(1000);
  const failure = useStopFailure();
  const current = Object.values(stops).filter(
    (stop) => stop.clearedAt === undefined || now - Date.parse(stop.clearedAt) < 60_000,
  );
  return (
    <div className="visuallyHidden" aria-live="assertive">
      {failure && <p>{`${failure.title}. ${failure.todo} ${failure.cause}`}</p>}
      {current.map((stop) => (
        <StopSentence key={stop.id} stop={stop} />
      ))}
    </div>
  );
}

function StopSentence({ stop }: { readonly stop: StopView }) {
  const { t } = useTranslation('stop');
  const scope = useScopeName(stop.scope);
  const rows = useStopRows(stop);
  const news = stopNews(stop, rows, useNow(1000));
  if (news === null) return null;
  if (news.phase === 'sent') return <p>{t('announce.sent', { scope, count: news.devices })}</p>;
  if (news.phase === 'cleared') return <p>{t('announce.cleared', { scope })}</p>;
  const { confirmed, unconfirmed, offline } = news.counts;
  const list = news.unconfirmed
    .map(({ name, zoneName }) => t('announce.place', { name, zone: zoneName ?? t('table.noZone') }))
    .join('; ');
  return (
    <p>
      {t('announce.settled', { scope, confirmed, unconfirmed, offline })}
      {list !== '' && ` ${t('announce.goThere', { list })}`}
    </p>
  );
}
