import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SensorView } from '../../../shared/api/telemetry';
import { onTick, serverClock } from '../../connection/server-clock';
import { hub } from '../../telemetry/telemetry-hub';
import { formatAge } from '../../ui/format';

/** Quality and age of a value in words, written once a second. */
export function LiveFacts({ sensor: { seriesId } }: { readonly sensor: SensorView }) {
  const { t } = useTranslation();
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const write = () => {
      if (!ref.current) return;
      const { at, quality } = hub.latest(seriesId);
      const age = at === null ? t('value.noReading') : t('ago', { age: formatAge(serverClock.now() - at) });
      const text = at === null ? age : `${t(`quality.${quality}`)} · ${age}`;
      if (ref.current.textContent !== text) ref.current.textContent = text;
    };
    write();
    return onTick(1000, write);
  }, [seriesId, t]);
  return <span ref={ref} />;
}
