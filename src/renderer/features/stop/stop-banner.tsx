import { useTranslation } from 'react-i18next';
import type { StopView } from '../../../shared/api/stop';
import { hrefOf } from '../../app/router';
import { useNow } from '../../connection/server-clock';
import { useActorName } from '../../plant/actor-name';
import { Mark } from '../../ui/mark';
import { formatTime } from '../../ui/format';
import { Octagon } from './octagon';
import { StopFailureLine } from './stop-failure-line';
import { stopCounts } from './stop-rules';
import { elapsedText, useScopeName } from './stop-texts';
import { useEngagedStops, useStopRows } from './use-stop-rows';
import css from './stop-banner.module.css';

/** The alarm line's share of a stop: a failed request, loudly, and the widest stop that holds. Nothing when neither is there. */
export function StopBanner() {
  const engaged = useEngagedStops();
  const [widest] = engaged;
  return (
    <>
      <StopFailureLine />
      {widest && <EngagedLine stop={widest} others={engaged.length - 1} />}
    </>
  );
}

function EngagedLine({ stop, others }: { readonly stop: StopView; readonly others: number }) {
  const { t } = useTranslation('stop');
  const scope = useScopeName(stop.scope);
  const actorName = useActorName();
  const now = useNow(1000);
  const counts = stopCounts(useStopRows(stop));
  const facts = (['confirmed', 'waiting', 'offline'] as const).filter((key) => counts[key] > 0);
  return (
    <section className={css['line']} aria-label={t('banner.label')}>
      <Octagon className={css['octagon']} />
      <b className={css['title']}>
        {others > 0 ? t('banner.titleMore', { scope, count: others }) : t('banner.title', { scope })}
      </b>
      <span className={css['facts']}>
        {counts.unconfirmed > 0 && (
          <span className={css['unconfirmed']}>
            <Mark priority="urgent" size="small" />
            {counts.unconfirmed} {t('panel.unconfirmed', { count: counts.unconfirmed })}
          </span>
        )}
        {facts.map((key) => (
          <span key={key}>
            {counts[key]} {t(`panel.${key}`, { count: counts[key] })}
          </span>
        ))}
        <span>
          {t('banner.since', {
            time: formatTime(stop.engagedAt),
            duration: elapsedText(now - Date.parse(stop.engagedAt)),
          })}
        </span>
        <span>{t('banner.by', { actor: actorName(stop.by) })}</span>
      </span>
      <a className={css['link']} href={hrefOf({ screen: 'stop' })}>
        {t('banner.show')}
      </a>
    </section>
  );
}
