import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { useNow } from '../../connection/server-clock';
import { formatMoment } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { DeviceLink } from './device-link';
import css from './device-replacement.module.css';

/** Which device has its place, and whose place it has taken; each with a link. Nothing for a device that was no part of a replacement. */
export function DeviceReplacement({ device: { replaces, replacedBy } }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const now = useNow(60_000);
  if (replacedBy === null && replaces.length === 0) return null;
  const lines = [
    ...(replacedBy ? [{ ...replacedBy, what: t('replacement.replacedBy') }] : []),
    ...replaces.map((seam) => ({ ...seam, what: t('replacement.replaces') })).reverse(),
  ];
  return (
    <div className={css['replacement']}>
      <ul>
        {lines.map(({ deviceId, at, what }) => (
          <li key={`${deviceId} ${at}`}>
            {what} <DeviceLink deviceId={deviceId} />{' '}
            <time dateTime={at}>{t('replacement.since', { time: formatMoment(at, now) })}</time>
          </li>
        ))}
      </ul>
      {replacedBy && <Notice priority="none">{t('replacement.retired')}</Notice>}
    </div>
  );
}
