import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { eventPriority } from '../../plant/event-rules';
import { useEventText } from '../../plant/event-text';
import { Mark } from '../../ui/mark';
import { Time } from '../../ui/time';
import styles from './event-list.module.css';

/** As many as a tall window has room for; those without room are not shown. */
const SHOWN = 24;

/** The newest entries of the journal. */
export function EventList() {
  const { t } = useTranslation('plant');
  const events = usePlant(useShallow((plant) => plant.events.slice(0, SHOWN)));
  const textOf = useEventText();
  const headingId = useId();
  return (
    <section className={styles['events']} aria-labelledby={headingId}>
      <h2 id={headingId} className={styles['head']}>
        {t('events')}
        <small>{t('eventsHelp')}</small>
        <a href={hrefOf({ screen: 'journal' })}>{t('allEvents')}</a>
      </h2>
      {events.length === 0 && <p className={styles['empty']}>{t('noEvents')}</p>}
      <ul className={styles['list']}>
        {events.map((event) => {
          const priority = eventPriority(event.kind);
          return (
            <li key={event.id}>
              <Time at={event.at} isTimeOnly />
              <span>{priority !== 'none' && <Mark priority={priority} size="small" />}</span>
              <span>{textOf(event)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
