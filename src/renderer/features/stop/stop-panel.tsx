import { useTranslation } from 'react-i18next';
import type { StopView } from '../../../shared/api/stop';
import { usePlant } from '../../connection/plant-store';
import { useNow } from '../../connection/server-clock';
import { useActorName } from '../../plant/actor-name';
import { Mark } from '../../ui/mark';
import { formatDuration, formatMoment, formatTime } from '../../ui/format';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { AskAgain } from './ask-again';
import { ClearStop } from './clear-stop';
import { Octagon } from './octagon';
import { stopCounts, type StopCounts } from './stop-rules';
import { StopTable } from './stop-table';
import { elapsedText, useScopeName } from './stop-texts';
import { useStopRows } from './use-stop-rows';
import css from './stop-screen.module.css';

/** One engaged stop: who, when, how long, why; what each device said; the way to clear it. */
export function EngagedPanel({ stop }: { readonly stop: StopView }) {
  const { t } = useTranslation('stop');
  const rows = useStopRows(stop);
  const isBrokerDown = usePlant(({ status }) => status !== null && status.broker.state !== 'online');
  const scope = useScopeName(stop.scope);
  return (
    <section className={css['panel']}>
      <header className={`${css['head']} ${css['headEngaged']}`}>
        <Octagon className={css['octagon']} />
        <div>
          <h1>{t('panel.engagedTitle', { scope })}</h1>
          <EngagedFacts stop={stop} />
        </div>
      </header>
      {isBrokerDown && <BrokerDownNote />}
      <Counts counts={stopCounts(rows)} />
      <StopTable rows={rows} />
      <footer className={css['foot']}>
        <p>{t('screen.software')}</p>
        <ClearStop stop={stop} rows={rows} />
      </footer>
    </section>
  );
}

/** A stop that was just cleared: which devices have said so. */
export function ClearedPanel({ stop }: { readonly stop: StopView }) {
  const { t } = useTranslation('stop');
  const rows = useStopRows(stop);
  const actorName = useActorName();
  const scope = useScopeName(stop.scope);
  const clearedAt = stop.clearedAt ?? stop.engagedAt;
  const heading = useFocusIfLost();
  return (
    <section className={css['panel']}>
      <header className={css['head']}>
        <Octagon className={css['octagonOutline']} />
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {t('panel.clearedTitle', { scope })}
          </h1>
          <p>
            {t('panel.clearedBy', { actor: actorName(stop.clearedBy ?? stop.by), time: formatTime(clearedAt) })}
            {' · '}
            {t('panel.held', { duration: formatDuration(Date.parse(clearedAt) - Date.parse(stop.engagedAt)) })}
          </p>
        </div>
      </header>
      <Counts counts={stopCounts(rows)} />
      <StopTable rows={rows} />
      {rows.some(({ state }) => state === 'uncleared') && <AskAgain stopId={stop.id} />}
    </section>
  );
}

function EngagedFacts({ stop }: { readonly stop: StopView }) {
  const { t } = useTranslation('stop');
  const actorName = useActorName();
  const now = useNow(1000);
  const facts = [
    t('panel.by', {
      actor: actorName(stop.by),
      time: `${formatMoment(stop.engagedAt, now)}.${stop.engagedAt.slice(20, 23)}`,
    }),
    t('panel.ago', { duration: elapsedText(now - Date.parse(stop.engagedAt)) }),
    stop.reason === '' ? t('panel.noReason') : t('panel.reason', { reason: stop.reason }),
  ];
  return <p>{facts.join(' · ')}</p>;
}

function BrokerDownNote() {
  const { t } = useTranslation('stop');
  return (
    <p className={css['note']}>
      <Mark priority="urgent" />
      <span>
        <b>{t('brokerDown.title')}.</b> {t('brokerDown.text')}
      </span>
    </p>
  );
}

const shownCounts = [
  'confirmed',
  'unconfirmed',
  'waiting',
  'offline',
  'cleared',
  'clearing',
  'uncleared',
  'missed',
] as const;

function Counts({ counts }: { readonly counts: StopCounts }) {
  const { t } = useTranslation('stop');
  return (
    <p className={css['counts']}>
      {shownCounts
        .filter((key) => counts[key] > 0)
        .map((key) => (
          <span key={key} className={key === 'unconfirmed' ? css['countUrgent'] : undefined}>
            <b>{counts[key]}</b> <em>{t(`panel.${key}`, { count: counts[key] })}</em>
          </span>
        ))}
      {counts.slowestMs !== null && <small>{t('panel.slowest', { latency: formatDuration(counts.slowestMs) })}</small>}
    </p>
  );
}
