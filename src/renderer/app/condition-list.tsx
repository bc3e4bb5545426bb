import { useTranslation } from 'react-i18next';
import { usePlant } from '../connection/plant-store';
import type { Condition } from '../plant/condition-rules';
import { FaultTag } from '../plant/fault-tag';
import { useConditions } from '../plant/conditions';
import { useConditionText } from '../plant/labels';
import { Dialog } from '../ui/dialog';
import { Mark } from '../ui/mark';
import { Elapsed, Time } from '../ui/time';
import { conditionRoute } from './condition-route';
import styles from './condition-list.module.css';
import { hrefOf } from './router';

export type ConditionListProps = { readonly isOpen: boolean; readonly onClose: () => void };

/** Everything that is abnormal now, each with the way to it. */
export function ConditionList({ isOpen, onClose }: ConditionListProps) {
  const { t } = useTranslation();
  const all = useConditions((conditions) => conditions.all);
  return (
    <Dialog
      title={t('alarm.listTitle')}
      subtitle={t('alarm.listSubtitle')}
      width="wide"
      isOpen={isOpen && all.length > 0}
      onClose={onClose}
    >
      <ul className={styles['list']}>
        {all.map((condition) => (
          <Item key={condition.id} condition={condition} onClose={onClose} />
        ))}
      </ul>
    </Dialog>
  );
}

function Item({ condition, onClose }: { readonly condition: Condition; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const sentence = useConditionText();
  const zoneName = usePlant(({ zones }) => (condition.zoneId ? zones[condition.zoneId]?.name : undefined));
  const route = conditionRoute(condition);
  return (
    <li className={styles['item']}>
      <Mark priority={condition.priority} />
      <span>
        {sentence(condition)} {condition.deviceId && <FaultTag deviceId={condition.deviceId} />}
        <small>
          {zoneName}
          {zoneName && condition.since !== undefined && ' · '}
          {condition.since !== undefined && (
            <>
              {t('alarm.since', { time: '' })}
              <Time at={condition.since} /> · <Elapsed since={condition.since} />
            </>
          )}
        </small>
      </span>
      {route && (
        <a href={hrefOf(route)} onClick={onClose}>
          {t('show')}
        </a>
      )}
    </li>
  );
}
