import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SensorView } from '../../../shared/api/telemetry';
import { LiveNumber } from '../../telemetry/live-number';
import { formatMinute } from '../../ui/format';
import { PenSample } from '../../ui/pen-sample';
import type { Pen } from '../../ui/plot-style';
import type { Seam } from '../../plant/seams';
import styles from './last-hour.module.css';
import type { Gap } from './plot-rules';
import { usePlot } from './plot-store';
import type { Switching } from './recent-switching';

export type LegendItem = { readonly sensor: SensorView; readonly pen: Pen; readonly name: string };

export type HourLegendProps = {
  readonly items: readonly LegendItem[];
  readonly gapsOf: (seriesId: SensorView['seriesId']) => readonly Gap[];
  readonly moments: readonly Switching[];
  readonly seams: readonly Seam[];
};

const SHOWN_GAPS = 2;

/** Which line is which, its present value and its gaps; a press takes it out. */
export function HourLegend({ items, gapsOf, moments, seams }: HourLegendProps) {
  const { t } = useTranslation('plant');
  const toggle = usePlot((plot) => plot.toggle);
  return (
    <ul className={styles['legend']} aria-label={t('hourTable')}>
      {items.map(({ sensor, pen, name }) => {
        const gaps = gapsOf(sensor.seriesId).slice(-SHOWN_GAPS);
        const gapTexts = gaps.map(({ from, to }) => t('gap', { from: formatMinute(from), to: formatMinute(to) }));
        return (
          <li key={sensor.seriesId}>
            <PenSample pen={pen} />
            <span>
              {name}{' '}
              <b>
                <LiveNumber seriesId={sensor.seriesId} sensorType={sensor.type} />
              </b>{' '}
              {sensor.unit}
              {gapTexts.length > 0 && ` (${gapTexts.join(', ')})`}
            </span>
            <button type="button" aria-label={t('takeOut', { name })} onClick={() => toggle(sensor.seriesId)}>
              <X aria-hidden size={14} />
            </button>
          </li>
        );
      })}
      {moments.map(({ id, text }) => (
        <li key={id}>
          <svg width="22" height="6" aria-hidden>
            <line x1="0" x2="22" y1="3" y2="3" stroke="var(--text-2)" strokeWidth="1.5" strokeDasharray="2 3" />
          </svg>
          <span>{text}</span>
        </li>
      ))}
      {seams.map(({ id, text }) => (
        <li key={id}>
          <svg width="22" height="6" aria-hidden>
            <line x1="0" x2="22" y1="3" y2="3" stroke="var(--text-3)" strokeWidth="1.5" strokeDasharray="6 4" />
          </svg>
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}
