import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnection } from '../connection/connection-store';
import { usePlant } from '../connection/plant-store';
import { StopBanner } from '../features/stop';
import { FaultTag } from '../plant/fault-tag';
import { useConditions } from '../plant/conditions';
import type { Condition } from '../plant/condition-rules';
import { useConditionText } from '../plant/labels';
import { Button } from '../ui/button';
import { Mark } from '../ui/mark';
import { Elapsed, Time } from '../ui/time';
import styles from './alarm-line.module.css';
import { ConditionList } from './condition-list';
import { conditionRoute } from './condition-route';
import { hrefOf } from './router';

/** One line for the most urgent thing: an engaged stop before all else, then the first condition. */
export function AlarmLine() {
  const { t } = useTranslation();
  const isStopped = usePlant(({ stops }) => Object.values(stops).some(({ clearedAt }) => clearedAt === undefined));
  const [first] = useConditions(({ all }) => all);
  const isLost = first?.kind === 'consoleLost';
  return (
    <section className={styles['area']} aria-label={t('alarm.label')} data-area>
      {/* A stop of which we don't know any more whether it holds must not hide that. */}
      {isLost && <ConditionLine condition={first} />}
      <StopBanner />
      {!isLost && !isStopped && (first ? <ConditionLine condition={first} /> : <Quiet />)}
    </section>
  );
}

function Quiet() {
  const { t } = useTranslation();
  const isLoaded = usePlant((plant) => plant.isLoaded);
  return <p className={styles['quiet']}>{t(isLoaded ? 'alarm.quiet' : 'loading')}</p>;
}

function ConditionLine({ condition }: { readonly condition: Condition }) {
  const { t } = useTranslation();
  const sentence = useConditionText();
  const more = useConditions(({ all }) => all.length - 1);
  const zoneName = usePlant(({ zones }) => (condition.zoneId ? zones[condition.zoneId]?.name : undefined));
  const [isListOpen, setIsListOpen] = useState(false);
  const route = conditionRoute(condition);
  const todo = useTodoText(condition);
  return (
    <div className={`${styles['line']} ${styles[condition.priority]}`}>
      <div className={styles['what']} role={condition.kind === 'consoleLost' ? 'alert' : 'status'}>
        <Mark priority={condition.priority} />
        <p>
          {zoneName && <b>{zoneName}</b>} {sentence(condition)}
        </p>
        {condition.deviceId && <FaultTag deviceId={condition.deviceId} />}
      </div>
      {condition.since !== undefined && (
        <span className={styles['since']}>
          <span>
            {t('alarm.since', { time: '' })}
            <Time at={condition.since} /> · <Elapsed since={condition.since} />
          </span>
        </span>
      )}
      {todo && <span className={styles['todo']}>{todo}</span>}
      {more > 0 && <Button onPress={() => setIsListOpen(true)}>{t('alarm.more', { count: more })}</Button>}
      {route && (
        <a className={styles['show']} href={hrefOf(route)}>
          {t('show')}
        </a>
      )}
      <ConditionList isOpen={isListOpen} onClose={() => setIsListOpen(false)} />
    </div>
  );
}

const withTodo = [
  'consoleLost',
  'brokerLost',
  'storeFailed',
  'storeFull',
  'breakerOpen',
  'errorRate',
  'emergency',
  'discrepancy',
  'deviceLost',
  'sensorStale',
  'sensorBad',
] as const;

/** What to do about a condition; the end of the session comes before the loss that it explains. */
function useTodoText({ kind }: Condition): string | undefined {
  const { t } = useTranslation();
  const hasSessionEnded = useConnection((connection) => connection.hasSessionEnded);
  if (hasSessionEnded && kind === 'consoleLost') return t('todo.sessionEnded');
  const key = withTodo.find((each) => each === kind);
  return key && t(`todo.${key}`);
}
