import { useTranslation } from 'react-i18next';
import type uPlot from 'uplot';
import type { SensorView } from '../../../shared/api/telemetry';
import { isDerivedType, sensorTypeInfo } from '../../../shared/domain/sensor-types';
import { usePlant } from '../../connection/plant-store';
import { useSensorName } from '../../plant/labels';
import { useSeams } from '../../plant/seams';
import { useSubzoneName } from '../../plant/subzone-name';
import { hub } from '../../telemetry/telemetry-hub';
import { formatNumber } from '../../ui/format';
import { Plot } from '../../ui/plot';
import { pens } from '../../ui/plot-style';
import { Tag } from '../../ui/tag';
import { must } from '../../../shared/domain/assert';
import { LiveFacts } from './live-facts';
import { stripData } from './strip-rules';
import styles from './sensor-card.module.css';
import { ValueRow } from '../../ui/value-row';

const SPAN_MS = 15 * 60_000;
const pen = must(pens[0], 'there is at least one pen');

/** One sensor: value, range, quality and age in words, and its last 15 minutes. */
export function SensorCard({ sensor }: { readonly sensor: SensorView }) {
  const { t } = useTranslation('zone');
  const nameOf = useSensorName();
  const { seriesId, type, unit, deviceId, gpio, address, configured } = sensor;
  const subzone = useSubzoneName(sensor);
  const deviceName = usePlant(({ devices }) => devices[deviceId]?.name || deviceId);
  const info = sensorTypeInfo(type);
  const name = nameOf(sensor);
  const seams = useSeams([deviceId], SPAN_MS);
  const place = [deviceName, ...seams.map(({ label }) => label), gpio > 0 && t('pin', { ns: 'common', gpio }), address];
  return (
    <li className={styles['card']} aria-label={name}>
      <ValueRow sensor={sensor} hasSparkline={false} />
      <p className={styles['facts']}>
        <LiveFacts sensor={sensor} />
        {info && (
          <span>
            {t('value.normalRange', {
              ns: 'common',
              low: formatNumber(info.normal[0], shortDecimals(info.normal[0])),
              high: formatNumber(info.normal[1], shortDecimals(info.normal[1])),
              unit,
            })}
          </span>
        )}
        {subzone !== undefined && <Tag>{t('subzone', { id: subzone })}</Tag>}
        {isDerivedType(type) ? <Tag>{t('derived')}</Tag> : !configured && <Tag tone="low">{t('notConfigured')}</Tag>}
      </p>
      <Plot
        label={[t('stripLabel', { name }), ...seams.map(({ text }) => text)].join('; ')}
        lines={[{ pen, unit, isBad: () => ['critical', 'error'].includes(hub.latest(seriesId).quality) }]}
        read={(): uPlot.AlignedData => stripData(hub.points(seriesId))}
        spanMs={SPAN_MS}
        size="strip"
        refreshMs={1000}
        band={info?.normal}
        seams={seams}
      />
      <p className={styles['place']}>{place.filter(Boolean).join(' · ')}</p>
    </li>
  );
}

function shortDecimals(value: number): number {
  return Number.isInteger(value) ? 0 : 1;
}
