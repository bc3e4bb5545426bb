import { useEffect, useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesId } from '../../../shared/domain/ids';
import { sensorTypeInfo } from '../../../shared/domain/sensor-types';
import { useSensorName } from '../../plant/labels';
import { useSeams } from '../../plant/seams';
import type { ZoneContent } from '../../plant/zone-rules';
import { hub } from '../../telemetry/telemetry-hub';
import { FailureText } from '../../ui/failure';
import { Plot, type PlotLine } from '../../ui/plot';
import { pens } from '../../ui/plot-style';
import { HourLegend, type LegendItem } from './hour-legend';
import styles from './last-hour.module.css';
import { proposedSeries } from './plot-rules';
import { usePlot } from './plot-store';
import { HOUR_MS, useHour } from './use-hour';
import { useRecentSwitching } from './recent-switching';

const REFRESH_MS = 2000;

/** Chosen values over the last hour, with the moments at which something was switched. */
export function LastHour({ contents }: { readonly contents: readonly ZoneContent[] }) {
  const { t } = useTranslation('plant');
  const headingId = useId();
  const items = useItems(contents);
  const isFull = usePlot((plot) => plot.isFull);
  const hour = useHour(items.map(({ sensor }) => sensor.seriesId));
  const moments = useRecentSwitching();
  const seams = useSeams(
    items.map(({ sensor }) => sensor.deviceId),
    HOUR_MS,
  );
  const lines = items.map(({ sensor, pen }): PlotLine => ({
    pen,
    unit: sensor.unit,
    isBad: () => ['critical', 'error'].includes(hub.latest(sensor.seriesId).quality),
  }));
  const [first] = items;
  return (
    <section className={styles['hour']} aria-labelledby={headingId}>
      <h2 id={headingId} className={styles['head']}>
        {t('hour')}
        <small>{isFull ? t('hourFull') : items.length === 0 ? t('hourEmpty') : t('hourHelp')}</small>
      </h2>
      <Plot
        label={`${t('hour')}: ${[...items.map(({ name }) => name), ...seams.map(({ text }) => text)].join(', ')}`}
        lines={lines}
        read={hour.read}
        spanMs={HOUR_MS}
        size="tall"
        refreshMs={REFRESH_MS}
        band={first && sensorTypeInfo(first.sensor.type)?.normal}
        moments={moments.map(({ at }) => at)}
        seams={seams}
      />
      <HourLegend items={items} gapsOf={hour.gapsOf} moments={moments} seams={seams} />
      <FailureText error={hour.error} />
    </section>
  );
}

/** The chosen series that are still there, each with its pen; at first the plot's own proposal. */
function useItems(contents: readonly ZoneContent[]): readonly LegendItem[] {
  const nameOf = useSensorName();
  const { t } = useTranslation('plant');
  const chosen = usePlot(({ series }) => series);
  const propose = usePlot((plot) => plot.propose);
  const proposal = useMemo(() => proposedSeries(contents).join(' '), [contents]);
  useEffect(() => {
    if (proposal !== '') propose(proposal.split(' ') as SeriesId[]);
  }, [proposal, propose]);
  return chosen.flatMap((seriesId, index) => {
    const content = contents.find(({ sensors }) => sensors.some((sensor) => sensor.seriesId === seriesId));
    const sensor = content?.sensors.find((each) => each.seriesId === seriesId);
    const pen = pens[index];
    if (!content || !sensor || !pen) return [];
    const zoneName = content.zone?.name ?? content.zoneId ?? t('noZone');
    return [{ sensor, pen, name: `${zoneName} · ${nameOf(sensor)}` }];
  });
}
