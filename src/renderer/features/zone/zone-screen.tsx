import { ChevronLeft } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { hrefOf } from '../../app/router';
import { actuatorKey, usePlant } from '../../connection/plant-store';
import { useZoneConditions } from '../../plant/conditions';
import { worstOf, type Condition } from '../../plant/condition-rules';
import { useConditionText } from '../../plant/labels';
import { zoneContents } from '../../plant/zone-rules';
import { Empty } from '../../ui/empty';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { Elapsed, Time } from '../../ui/time';
import { ActuatorCard } from './actuator-card';
import { DeviceLine } from './device-line';
import { SensorCard } from './sensor-card';
import styles from './zone-screen.module.css';

export type ZoneScreenProps = {
  readonly zoneId: string;
  /** The stop of this zone, from the stop feature. */
  readonly stopButton: ReactNode;
};

/** One zone in full: every value, every actuator, every device. */
export function ZoneScreen({ zoneId, stopButton }: ZoneScreenProps) {
  const { t } = useTranslation('zone');
  const isLoaded = usePlant((plant) => plant.isLoaded);
  const parts = usePlant(
    useShallow(({ devices, zones, sensors, actuators }) => ({ devices, zones, sensors, actuators })),
  );
  const content = useMemo(() => zoneContents(parts).find((each) => each.zoneId === zoneId), [parts, zoneId]);
  const conditions = useZoneConditions(zoneId);
  if (!isLoaded) return null;
  if (!content) return <NoSuchZone />;
  const { zone, devices, sensors, actuators } = content;
  return (
    <div className={styles['screen']}>
      <header className={styles['head']}>
        <a className={styles['back']} href={hrefOf({ screen: 'plant' })}>
          <ChevronLeft aria-hidden size={18} />
          {t('back')}
        </a>
        <h1>
          <Mark priority={worstOf(conditions)} />
          {zone?.name ?? zoneId}
          {zone?.demo && <Tag>{t('demo', { ns: 'common' })}</Tag>}
          <small>{zoneId}</small>
        </h1>
        {stopButton}
      </header>
      <Abnormal conditions={conditions} />
      <Part title={t('sensors')} help={t('lastMinutes')} empty={sensors.length === 0 && t('noSensors')} layout="cards">
        {sensors.map((sensor) => (
          <SensorCard key={sensor.seriesId} sensor={sensor} />
        ))}
      </Part>
      <Part title={t('actuators')} empty={actuators.length === 0 && t('noActuators')} layout="cards">
        {actuators.map((actuator) => (
          <ActuatorCard key={actuatorKey(actuator)} actuator={actuator} />
        ))}
      </Part>
      <Part title={t('devices')} empty={devices.length === 0 && t('noDevices')} layout="lines">
        {devices.map((device) => (
          <DeviceLine key={device.id} device={device} />
        ))}
      </Part>
    </div>
  );
}

function NoSuchZone() {
  const { t } = useTranslation('zone');
  return (
    <Empty title={t('notFoundTitle')} action={<a href={hrefOf({ screen: 'plant' })}>{t('back')}</a>}>
      {t('notFoundText')}
    </Empty>
  );
}

type PartProps = {
  readonly title: string;
  readonly help?: string;
  /** The sentence instead of an empty list. */
  readonly empty: string | false;
  readonly layout: 'cards' | 'lines';
  readonly children: ReactNode;
};

function Part({ title, help, empty, layout, children }: PartProps) {
  return (
    <section className={styles['part']} aria-label={title}>
      <h2>
        {title}
        {help && <small>{help}</small>}
      </h2>
      {empty ? <p className={styles['empty']}>{empty}</p> : <ul className={styles[layout]}>{children}</ul>}
    </section>
  );
}

function Abnormal({ conditions }: { readonly conditions: readonly Condition[] }) {
  const { t } = useTranslation('zone');
  const sentence = useConditionText();
  if (conditions.length === 0) return null;
  return (
    <section className={styles['abnormal']} aria-label={t('conditions')}>
      <ul>
        {conditions.map((condition) => (
          <li key={condition.id}>
            <Mark priority={condition.priority} size="small" />
            {sentence(condition)}
            {condition.since !== undefined && (
              <small>
                {t('alarm.since', { ns: 'common', time: '' })}
                <Time at={condition.since} /> · <Elapsed since={condition.since} />
              </small>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
