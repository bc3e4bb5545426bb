import { sensorTypeInfo } from '../../shared/domain/sensor-types';

/** Geometry of a normal-range bar in percent of its length. */
export type BarScale = {
  readonly span: readonly [number, number];
  readonly normal: readonly [number, number];
  readonly lowPercent: number;
  readonly highPercent: number;
};

/** The bar of a sensor type; null for a type that the console does not know. */
export function barScaleOf(sensorType: string): BarScale | null {
  const info = sensorTypeInfo(sensorType);
  if (!info) return null;
  const { span, normal } = info;
  return { span, normal, lowPercent: percentOf(normal[0], span), highPercent: percentOf(normal[1], span) };
}

/** Where a value stands on the bar, 0 to 100; beyond the ends it stays at the end. */
export function percentOf(value: number, [from, to]: readonly [number, number]): number {
  return Math.min(100, Math.max(0, ((value - from) / (to - from)) * 100));
}

/** Against the normal range. Drawn and said in words, not alarmed: alarm limits are the operator's. */
export type Deviation = 'below' | 'normal' | 'above';

export function deviationOf(value: number, [low, high]: readonly [number, number]): Deviation {
  return value < low ? 'below' : value > high ? 'above' : 'normal';
}
