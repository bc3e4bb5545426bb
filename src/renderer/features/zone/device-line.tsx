import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { hrefOf } from '../../app/router';
import { FaultTag } from '../../plant/fault-tag';
import { usePresenceReason } from '../../plant/presence-reason';
import { formatDuration } from '../../ui/format';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { Time } from '../../ui/time';
import styles from './device-line.module.css';

/** Health of one device in a line, and the way to it. */
export function DeviceLine({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('zone');
  const reasonText = usePresenceReason();
  const { id, name, presence, presenceReason, presenceSince, health, warnings, zone, config } = device;
  const { rssiDbm, uptimeS, firmwareVersion } = health;
  const isLost = presence === 'offline';
  return (
    <li className={styles['line']}>
      <a href={hrefOf({ screen: 'device', deviceId: id })}>
        {name || id}
        {name !== '' && name !== id && <small>{id}</small>}
      </a>
      <span className={styles['presence']}>
        {presence !== 'online' && <Mark priority={isLost ? 'high' : 'low'} size="small" />}
        {t(`presence.${presence}`)}
        {presence !== 'online' && ` · ${reasonText(presenceReason)}`}
        <small>
          {t('since', { time: '' })}
          <Time at={presenceSince} />
        </small>
      </span>
      <span>{rssiDbm !== undefined && `${t('rssiLabel')} ${t('rssi', { value: rssiDbm }).replace('-', '−')}`}</span>
      <span>{uptimeS !== undefined && t('uptime', { time: formatDuration(uptimeS * 1000) })}</span>
      <span>{firmwareVersion}</span>
      <span className={styles['tags']}>
        <FaultTag deviceId={id} />
        {zone.state === 'pending' && <Tag tone="low">{t('zonePending')}</Tag>}
        {Object.values(config.state).includes('pending') && <Tag tone="low">{t('configPending')}</Tag>}
        {warnings.length > 0 && <Tag tone="high">{t('warnings', { count: warnings.length })}</Tag>}
      </span>
    </li>
  );
}
