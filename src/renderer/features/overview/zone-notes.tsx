import { useTranslation } from 'react-i18next';
import type { Condition } from '../../plant/condition-rules';
import { useConditionText } from '../../plant/labels';
import { Mark } from '../../ui/mark';
import { Time } from '../../ui/time';
import styles from './zone-tile.module.css';

export type ZoneNotesProps = { readonly conditions: readonly Condition[]; readonly max: number };

/** What is abnormal in a zone, in sentences: the worst ones, the rest counted. */
export function ZoneNotes({ conditions, max }: ZoneNotesProps) {
  const { t } = useTranslation('plant');
  const sentence = useConditionText();
  if (conditions.length === 0) return null;
  const more = conditions.length - max;
  return (
    <ul className={styles['notes']}>
      {conditions.slice(0, max).map((condition) => (
        <li key={condition.id}>
          <Mark priority={condition.priority} size="small" />
          <span>
            {sentence(condition)}
            {condition.since !== undefined && (
              <>
                {', '}
                {t('alarm.since', { ns: 'common', time: '' })}
                <Time at={condition.since} />
              </>
            )}
          </span>
        </li>
      ))}
      {more > 0 && <li className={styles['moreNotes']}>{t('moreConditions', { count: more })}</li>}
    </ul>
  );
}
