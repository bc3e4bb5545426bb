import { worseQuality } from '../../shared/domain/quality';
import type { Reading } from './conversion-rules';

/** A temperature and a humidity further apart than this belong to different climates (wire contract 1.13). */
export const PAIR_MAX_AGE_MS = 60_000;
/** Range of the formula, °C and %RH (8.2). */
const TEMPERATURE_RANGE = [-40, 80] as const;
const HUMIDITY_RANGE = [0, 100] as const;
/** Four decimals (8.2). */
const STEPS = 10_000;

/**
 * Vapour pressure deficit in kPa: saturation pressure by Magnus and Tetens times what is missing to saturation (8.2). Null outside the
 * formula's range or when a value is missing. The quality is the worse of the two.
 */
export function vpdOf(temperature: Reading, humidity: Reading): (Reading & { readonly value: number }) | null {
  const celsius = temperature.value;
  const percent = humidity.value;
  if (celsius === null || percent === null) return null;
  if (celsius < TEMPERATURE_RANGE[0] || celsius > TEMPERATURE_RANGE[1]) return null;
  if (percent < HUMIDITY_RANGE[0] || percent > HUMIDITY_RANGE[1]) return null;
  const saturation = 0.6108 * Math.exp((17.27 * celsius) / (celsius + 237.3));
  const value = Math.round(saturation * (1 - percent / 100) * STEPS) / STEPS;
  return { value, unit: 'kPa', quality: worseQuality(temperature.quality, humidity.quality) };
}
