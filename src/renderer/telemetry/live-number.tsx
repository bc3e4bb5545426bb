import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesId } from '../../shared/domain/ids';
import { formatReading } from '../ui/format';
import { hub } from './telemetry-hub';

export type LiveNumberProps = { readonly seriesId: SeriesId; readonly sensorType: string };

/** The newest reading of a series as text that is written without React. Carries `data-stale` while it is stale. */
export function LiveNumber({ seriesId, sensorType }: LiveNumberProps) {
  const ref = useRef<HTMLSpanElement>(null);
  const {
    i18n: { language },
  } = useTranslation();
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const write = () => {
      const { value, isStale } = hub.latest(seriesId);
      const text = formatReading(value, sensorType, language);
      if (element.textContent !== text) element.textContent = text;
      element.toggleAttribute('data-stale', isStale);
    };
    write();
    return hub.subscribe(seriesId, write);
  }, [seriesId, sensorType, language]);
  return <span ref={ref} />;
}
