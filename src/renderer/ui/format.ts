import i18next from 'i18next';
import { sensorTypeInfo } from '../../shared/domain/sensor-types';
import { agePart, durationParts, type DurationPart } from './duration-rules';

/*
 * Numbers and times as the operator reads them: in the chosen language, local time, always with the same number of decimals. Plain
 * functions, so that code which writes into text nodes can use them; React components re-render on a change of language by themselves.
 */

const numberFormats = new Map<string, Intl.NumberFormat>();

/** A number with exactly `decimals` decimals in the present language; `–` for none. */
export function formatNumber(value: number | null, decimals: number, language = i18next.language): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const key = `${language}:${decimals}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    numberFormats.set(key, format);
  }
  // A value that rounds to zero from below must not be shown as "-0.0".
  return format.format(Math.abs(value) < 0.5 * 10 ** -decimals ? 0 : value).replace('-', '−');
}

const UNKNOWN_TYPE_DECIMALS = 2;

/** A reading as its sensor type writes it, without unit. */
export function formatReading(value: number | null, sensorType: string, language = i18next.language): string {
  return formatNumber(value, sensorTypeInfo(sensorType)?.decimals ?? UNKNOWN_TYPE_DECIMALS, language);
}

/** 0.6 → `60 %`. */
export function formatPercent(share: number): string {
  return `${formatNumber(share * 100, 0)} %`;
}

/** Local `14:02:37`. */
export function formatTime(at: number | string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Local `14:02`. */
export function formatMinute(at: number | string): string {
  return formatTime(at).slice(0, 5);
}

/** Local `Sat 21 Nov`. */
export function formatDay(at: number | string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  const parts = new Intl.DateTimeFormat(i18next.language, options).formatToParts(new Date(at));
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((each) => each.type === type)?.value.replace('.', '') ?? '';
  return `${part('weekday')} ${part('day')}${i18next.language === 'de' ? '.' : ''} ${part('month')}`;
}

/** Today's time as `14:02:37`, another day's with the day before it. */
export function formatMoment(at: number | string, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? formatTime(at) : `${formatDay(at)} ${formatTime(at)}`;
}

/** `4 min 35 s`, `212 ms`, `18 d`. */
export function formatDuration(ms: number): string {
  return durationParts(ms).map(formatPart).join(' ');
}

/** One unit only: `6 min`. */
export function formatAge(ms: number): string {
  return formatPart(agePart(ms));
}

function formatPart({ unit, count }: DurationPart): string {
  const number = formatNumber(count, Number.isInteger(count) ? 0 : 1);
  return i18next.t(`duration.${unit}`, { number });
}
