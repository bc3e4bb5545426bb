import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/router';
import { ActuatorKey } from '../../control/actuator-key';
import { actuatorKey } from '../../connection/plant-store';
import { worstOf, type Condition } from '../../plant/condition-rules';
import { useZoneConditions } from '../../plant/conditions';
import type { ZoneContent } from '../../plant/zone-rules';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { ValueRow } from '../../ui/value-row';
import { usePlot } from './plot-store';
import { ZoneNotes } from './zone-notes';
import styles from './zone-tile.module.css';

/** Values and keys of one tile; what is left out is counted and one press away. */
const shown = { roomy: { values: 3, actuators: 6, notes: 3 }, dense: { values: 3, actuators: 4, notes: 1 } } as const;

/** One zone: worst state, key values, actuators, and what is abnormal in words. */
export function ZoneTile({ content, isDense }: { readonly content: ZoneContent; readonly isDense: boolean }) {
  const { t } = useTranslation('plant');
  const { zoneId, zone, devices, sensors, actuators } = content;
  const conditions = useZoneConditions(zoneId);
  const headingId = useId();
  const worst = worstOf(conditions);
  const lost = devices.filter(({ presence }) => presence === 'offline').length;
  const name = zone?.name ?? (zoneId === null ? t('noZone') : t('unknownZone', { id: zoneId }));
  const limits = shown[isDense ? 'dense' : 'roomy'];
  const values = firstOf(sensors, limits.values);
  const keys = firstOf(actuators, limits.actuators);
  const moreValues = sensors.length - values.length;
  const moreActuators = actuators.length - keys.length;
  const href = hrefOf(zoneId === null ? { screen: 'devices' } : { screen: 'zone', zoneId });
  return (
    <section className={`${styles['tile']} ${styles[worst]}`} aria-labelledby={headingId}>
      <h2 id={headingId} className={styles['head']}>
        <Mark priority={worst} />
        <a href={href}>{name}</a>
        {zone?.demo && <Tag>{t('demo', { ns: 'common' })}</Tag>}
        <small>
          {moreValues > 0 && <a href={href}>{t('moreValues', { count: moreValues })}</a>}
          {moreValues > 0 && ' · '}
          {t('devices', { count: devices.length })}
          {lost > 0 && <strong> · {t('lost', { count: lost })}</strong>}
        </small>
      </h2>
      {devices.length === 0 && <p className={styles['empty']}>{t('emptyZone')}</p>}
      {devices.length > 0 && sensors.length === 0 && actuators.length === 0 && (
        <p className={styles['empty']}>{t('noSensors')}</p>
      )}
      {values.map((sensor) => (
        <TileValue key={sensor.seriesId} sensor={sensor} />
      ))}
      {actuators.length > 0 && (
        <div className={styles['keys']}>
          {keys.map((actuator) => (
            <ActuatorKey key={actuatorKey(actuator)} actuator={actuator} />
          ))}
          {moreActuators > 0 && (
            <a className={styles['moreKeys']} href={href}>
              {t('moreActuators', { count: moreActuators })}
            </a>
          )}
        </div>
      )}
      <ZoneNotes conditions={conditions.filter((condition) => !isShown(condition, values, keys))} max={limits.notes} />
    </section>
  );
}

/** The first `count`, or one more: a line that says "1 more" takes the place of the one. */
function firstOf<T>(items: readonly T[], count: number): readonly T[] {
  return items.length === count + 1 ? items : items.slice(0, count);
}

/** A row or a key says it by itself. */
function isShown(
  { seriesId, actuatorKey: key }: Condition,
  values: ZoneContent['sensors'],
  keys: ZoneContent['actuators'],
): boolean {
  return (
    values.some((sensor) => sensor.seriesId === seriesId) || keys.some((actuator) => actuatorKey(actuator) === key)
  );
}

function TileValue({ sensor }: { readonly sensor: ZoneContent['sensors'][number] }) {
  const isPressed = usePlot(({ series }) => series.includes(sensor.seriesId));
  const toggle = usePlot((plot) => plot.toggle);
  return <ValueRow sensor={sensor} isPressed={isPressed} onPress={() => toggle(sensor.seriesId)} />;
}
