import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { hrefOf } from '../../app/router';
import { Mark } from '../../ui/mark';
import { Ago, Time } from '../../ui/time';
import { DeviceLink } from './device-link';
import { displayName } from './device-list-rules';
import table from './device-table.module.css';
import css from './devices-screen.module.css';

/** Devices that were replaced, the last one first: nothing is decided about them, one that reports again is marked. */
export function RetiredTable({ devices }: { readonly devices: readonly DeviceView[] }) {
  const { t } = useTranslation('devices');
  return (
    <section className={css['panel']} aria-labelledby="retired-title">
      <header className={css['toolbar']}>
        <h2 id="retired-title">{t('replacement.listTitle', { count: devices.length })}</h2>
        <p className={css['counts']}>{t('replacement.listHelp')}</p>
      </header>
      <table className={table['table']} aria-labelledby="retired-title">
        <thead>
          <tr>
            <th>{t('table.device')}</th>
            <th>{t('replacement.replacedBy')}</th>
            <th>{t('replacement.at')}</th>
            <th>{t('table.lastSeen')}</th>
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <Row key={device.id} device={device} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const { id, presence, lastSeenAt, replacedBy } = device;
  return (
    <tr>
      <td>
        <a className={table['name']} href={hrefOf({ screen: 'device', deviceId: id })}>
          {displayName(device)}
          <small>{id}</small>
        </a>
      </td>
      <td>{replacedBy && <DeviceLink deviceId={replacedBy.deviceId} />}</td>
      <td className={table['quiet']}>{replacedBy && <Time at={replacedBy.at} />}</td>
      <td className={table['quiet']}>
        {lastSeenAt === null ? t('table.never') : <Ago at={lastSeenAt} />}
        {presence === 'online' && (
          <span className={table['mark']}>
            <Mark priority="low" size="small" />
            {t('replacement.reports')}
          </span>
        )}
      </td>
    </tr>
  );
}
