import type { Ref } from 'react';
import { percentOf, type BarScale } from './bar-rules';
import styles from './value-bar.module.css';

export type ValueBarProps = {
  readonly scale: BarScale;
  /** Null: no marker. For a live value leave it out and move the marker by `markerRef` and `moveMarker`. */
  readonly value?: number | null;
  readonly markerRef?: Ref<HTMLDivElement>;
};

/** Where a value stands in its span, with the normal range lighter. Decoration: the number beside it says it in text. */
export function ValueBar({ scale, value, markerRef }: ValueBarProps) {
  const { lowPercent, highPercent, span } = scale;
  const position = value === null || value === undefined ? {} : { backgroundPositionX: `${percentOf(value, span)}%` };
  return (
    <div className={styles['bar']} aria-hidden>
      <div className={styles['normal']} style={{ left: `${lowPercent}%`, width: `${highPercent - lowPercent}%` }} />
      <div
        className={styles['marker']}
        ref={markerRef}
        hidden={value === null || (value === undefined && !markerRef)}
        style={position}
      />
    </div>
  );
}

/** Moves the marker of a live bar; null takes it away. */
export function moveMarker(marker: HTMLDivElement, value: number | null, { span }: BarScale): void {
  marker.hidden = value === null;
  if (value !== null) marker.style.backgroundPositionX = `${percentOf(value, span).toFixed(1)}%`;
}
