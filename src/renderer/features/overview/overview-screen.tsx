import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { usePlant } from '../../connection/plant-store';
import { zoneContents } from '../../plant/zone-rules';
import { EventList } from './event-list';
import { LastHour } from './last-hour';
import { NoDevices } from './no-devices';
import styles from './overview-screen.module.css';
import { ZoneTile } from './zone-tile';

/** One row of tiles on the smallest screen; with more of them each gets less height, so that six need no scrolling. */
const ROOMY_ZONES = 3;

/** The plant at a glance: a tile per zone, the last hour, the last events. */
export function OverviewScreen() {
  const { t } = useTranslation('plant');
  const isLoaded = usePlant((plant) => plant.isLoaded);
  const parts = usePlant(
    useShallow(({ devices, zones, sensors, actuators }) => ({ devices, zones, sensors, actuators })),
  );
  const contents = useMemo(() => zoneContents(parts), [parts]);
  if (!isLoaded) return null;
  return (
    <div className={styles['screen']} data-dense={contents.length > ROOMY_ZONES || undefined}>
      <h1 className="visuallyHidden">{t('title')}</h1>
      {contents.length === 0 ? (
        <NoDevices />
      ) : (
        <>
          {contents.map((content) => (
            <ZoneTile key={content.zoneId ?? ''} content={content} isDense={contents.length > ROOMY_ZONES} />
          ))}
          <LastHour contents={contents} />
          <EventList />
        </>
      )}
    </div>
  );
}
