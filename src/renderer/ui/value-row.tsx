import { ChartLine } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SensorView } from '../../shared/api/telemetry';
import { onTick, serverClock } from '../connection/server-clock';
import { useSensorName } from '../plant/labels';
import { hub } from '../telemetry/telemetry-hub';
import { barScaleOf } from './bar-rules';
import { formatAge, formatReading } from './format';
import { watchSight } from './in-sight';
import { Sparkline } from './sparkline';
import { moveMarker, ValueBar } from './value-bar';
import { valueState } from './value-state-rules';
import styles from './value-row.module.css';

export type ValueRowProps = {
  readonly sensor: SensorView;
  /** Makes the row a key that takes part in the plot. */
  readonly onPress?: () => void;
  readonly isPressed?: boolean;
  /** False where a bigger strip stands below. */
  readonly hasSparkline?: boolean;
};

/**
 * One live value: name, number, unit, bar, and its last minutes or its age. Readings are written into the page directly; React renders
 * the row only when the sensor's description changes.
 */
export function ValueRow({ sensor, onPress, isPressed = false, hasSparkline = true }: ValueRowProps) {
  const { t } = useTranslation();
  const nameOf = useSensorName();
  const name = nameOf(sensor);
  const { row, number, word, age, marker } = useLiveRow(sensor);
  const scale = barScaleOf(sensor.type);
  const content = (
    <>
      <span className={styles['name']}>
        {name}
        {isPressed && <ChartLine aria-hidden size={13} />}
      </span>
      <b className={styles['number']} ref={number} />
      <span className={styles['unit']}>{sensor.unit}</span>
      {scale ? <ValueBar scale={scale} markerRef={marker} /> : <span />}
      <span className={styles['spark']}>{hasSparkline && <Sparkline seriesId={sensor.seriesId} />}</span>
      <span className={styles['word']} ref={word} />
      <span className={styles['age']} ref={age} />
    </>
  );
  if (!onPress) {
    return (
      <div className={styles['row']} ref={row}>
        {content}
      </div>
    );
  }
  return (
    <button
      type="button"
      className={`${styles['row']} ${styles['key']}`}
      ref={row}
      aria-pressed={isPressed}
      title={t('value.addToPlot', { name })}
      onClick={onPress}
    >
      {content}
    </button>
  );
}

/** Writes a series' readings into the elements behind the refs. */
function useLiveRow({ seriesId, type }: SensorView) {
  const { t, i18n } = useTranslation();
  const row = useRef<HTMLDivElement & HTMLButtonElement>(null);
  const number = useRef<HTMLElement>(null);
  const word = useRef<HTMLSpanElement>(null);
  const age = useRef<HTMLSpanElement>(null);
  const marker = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const scale = barScaleOf(type);
    const writeAge = () => {
      const { at, isStale } = hub.latest(seriesId);
      const text = !isStale
        ? ''
        : at === null
          ? t('value.noReading')
          : t('old', { age: formatAge(serverClock.now() - at) });
      setText(age.current, text);
    };
    const write = () => {
      const live = hub.latest(seriesId);
      const state = valueState(live, scale);
      setText(number.current, formatReading(live.value, type, i18n.language));
      setText(word.current, state.word === null ? '' : t(state.word));
      writeAge();
      row.current?.toggleAttribute('data-stale', live.isStale);
      row.current?.toggleAttribute('data-word', state.word !== null);
      if (row.current && row.current.dataset['quality'] !== state.tone) row.current.dataset['quality'] = state.tone;
      if (scale && marker.current) moveMarker(marker.current, live.value, scale);
    };
    write();
    // A row out of sight is kept up once a second only: for search, and for screen readers.
    let isInSight = true;
    let isBehind = false;
    const catchUp = () => {
      if (isBehind) write();
      else writeAge();
      isBehind = false;
    };
    const ends = [
      hub.subscribe(seriesId, () => {
        isBehind = !isInSight;
        if (isInSight) write();
      }),
      onTick(1000, catchUp),
    ];
    if (row.current) {
      ends.push(
        watchSight(row.current, (is) => {
          isInSight = is;
          catchUp();
        }),
      );
    }
    return () => {
      for (const end of ends) end();
    };
    // `t` changes with the language.
  }, [seriesId, type, t, i18n.language]);
  return { row, number, word, age, marker };
}

function setText(element: HTMLElement | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
