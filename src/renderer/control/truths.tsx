import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';
import type { ActuatorView } from '../../shared/api/control';
import { useActorName } from '../plant/actor-name';
import { formatDuration } from '../ui/format';
import { Time } from '../ui/time';
import { isUnderWay } from './actuator-rules';
import { useStateWord, useTruthWord } from './actuator-texts';
import styles from './truths.module.css';

export type TruthsProps = { readonly actuator: ActuatorView; readonly isConnected: boolean };

/** Requested › acknowledged › observed, side by side. */
export function Truths({ actuator, isConnected }: TruthsProps) {
  const { t } = useTranslation();
  const isBad = actuator.discrepancy && isConnected;
  return (
    <dl className={styles['truths']}>
      <Cell label={t('face.requested')}>
        <Requested actuator={actuator} />
      </Cell>
      <i aria-hidden>›</i>
      <Cell label={t('face.acknowledged')}>
        <Acknowledged actuator={actuator} />
      </Cell>
      <i aria-hidden>›</i>
      <Cell label={t('face.observed')} tone={isBad ? 'bad' : undefined}>
        <Observed actuator={actuator} isConnected={isConnected} />
      </Cell>
    </dl>
  );
}

function Cell({
  label,
  tone,
  children,
}: {
  readonly label: string;
  readonly tone?: 'bad' | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div className={styles['cell']} data-tone={tone}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Requested({ actuator: { requested } }: { readonly actuator: ActuatorView }) {
  const { t } = useTranslation();
  const wordOf = useTruthWord();
  const actorName = useActorName();
  if (!requested) return <Nothing>{t('face.nothingRequested')}</Nothing>;
  return (
    <>
      <b>{wordOf(requested)}</b>
      <small>
        <Time at={requested.at} /> · {actorName(requested.by)}
      </small>
    </>
  );
}

/** The answer counts for the request that it belongs to; an older one is not shown beside a new request. */
function Acknowledged({ actuator: { requested, acknowledged } }: { readonly actuator: ActuatorView }) {
  const { t } = useTranslation();
  const wordOf = useTruthWord();
  if (!requested && !acknowledged) return <Nothing>–</Nothing>;
  if (!acknowledged || (requested && acknowledged.commandId !== requested.commandId)) {
    const isOpen = !requested || isUnderWay(requested.state);
    return <Nothing>{isOpen ? t('face.notAnswered') : t(`commandState.${requested.state}`)}</Nothing>;
  }
  return (
    <>
      <b>{acknowledged.success ? wordOf(acknowledged) : t('face.refused')}</b>
      <small>
        {t('face.after', { latency: formatDuration(acknowledged.latencyMs) })}
        {!acknowledged.success && acknowledged.message !== '' && ` · ${acknowledged.message}`}
      </small>
    </>
  );
}

function Observed({ actuator, isConnected }: TruthsProps) {
  const { t } = useTranslation();
  const word = useStateWord();
  const actorName = useActorName();
  const { observed, state, last } = actuator;
  const seen = last ?? observed;
  if (!seen) return <Nothing>{t('face.neverReported')}</Nothing>;
  const isKnown = isConnected && state !== 'unknown';
  return (
    <>
      <b>{isKnown ? word(seen.state, seen.value).toLocaleUpperCase() : t('actuator.unknown')}</b>
      <small>
        {!isKnown && `${t('face.lastSeen', { state: word(seen.state, seen.value) })} · `}
        <Time at={seen.at} />
        {isKnown && observed?.source && ` · ${actorName(observed.source)}`}
      </small>
    </>
  );
}

function Nothing({ children }: { readonly children: ReactNode }) {
  return <span className={styles['nothing']}>{children}</span>;
}
