import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { useNow } from '../../connection/server-clock';
import { usePresenceReason } from '../../plant/presence-reason';
import { formatAge, formatMoment } from '../../ui/format';
import { Mark } from '../../ui/mark';
import css from './state-text.module.css';

/** Whether the device is there, since when, and why not. */
export function PresenceText({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const reasonOf = usePresenceReason();
  const now = useNow(10_000);
  const { presence, presenceReason, presenceSince, approval } = device;
  const duration = formatAge(now - Date.parse(presenceSince));
  const since =
    presence === 'online'
      ? t('presence.for', { duration })
      : t('presence.since', { time: formatMoment(presenceSince, now), duration });
  const isAbnormal = presence === 'offline' && approval === 'approved';
  return (
    <div className={css['state']}>
      {presence === 'online' ? (
        <span className={css['live']} />
      ) : isAbnormal ? (
        <Mark priority="high" />
      ) : (
        <span className={css['unknown']} />
      )}
      <div>
        {t(`presence.${presence}`)}
        {presence !== 'online' && `: ${reasonOf(presenceReason)}`}
        <small>{since}</small>
      </div>
    </div>
  );
}
