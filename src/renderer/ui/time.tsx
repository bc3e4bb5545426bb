import { useTranslation } from 'react-i18next';
import { useNow } from '../connection/server-clock';
import { formatAge, formatDuration, formatMoment, formatTime } from './format';

type Props = {
  /** Unix ms or ISO 8601. */
  readonly at: number | string;
};

/** Local `14:02:37`; with the day before it unless it was today. */
export function Time({ at, isTimeOnly = false }: Props & { readonly isTimeOnly?: boolean }) {
  // A day's change may put the date in front; a minute late is early enough.
  const now = useNow(60_000);
  return <time dateTime={new Date(at).toISOString()}>{isTimeOnly ? formatTime(at) : formatMoment(at, now)}</time>;
}

/** `4 min 35 s`, counting. */
export function Elapsed({ since }: { readonly since: number | string }) {
  const now = useNow(1000);
  return <>{formatDuration(Math.max(0, Math.floor((now - new Date(since).getTime()) / 1000) * 1000))}</>;
}

/** `6 min ago`, counting; `just now` below 5 s. */
export function Ago({ at }: Props) {
  const { t } = useTranslation();
  const ms = useNow(1000) - new Date(at).getTime();
  return <>{ms < 5_000 ? t('justNow') : t('ago', { age: formatAge(ms) })}</>;
}
