import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { hrefOf } from '../../app/router';
import { FaultTag } from '../../plant/fault-tag';
import { Button } from '../../ui/button';
import { formatNumber } from '../../ui/format';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { Ago } from '../../ui/time';
import { ApproveDialog } from './approve-dialog';
import { AssignZoneDialog } from './assign-zone-dialog';
import { displayName, isWeakSignal } from './device-list-rules';
import { PresenceText } from './presence-text';
import { ZoneText } from './zone-text';
import css from './device-table.module.css';

/** One row per device; zone and approval can be changed from the row. */
export function DeviceTable({ devices }: { readonly devices: readonly DeviceView[] }) {
  const { t } = useTranslation('devices');
  return (
    <table className={css['table']} aria-label={t('table.label')}>
      <thead>
        <tr>
          <th className={css['device']}>{t('table.device')}</th>
          <th className={css['zone']}>{t('table.zone')}</th>
          <th className={css['presence']}>{t('table.presence')}</th>
          <th>{t('table.lastSeen')}</th>
          <th>{t('table.signal')}</th>
          <th>{t('table.warnings')}</th>
          <th>
            <span className="visuallyHidden">{t('table.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => (
          <Row key={device.id} device={device} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const name = displayName(device);
  const { rssiDbm } = device.health;
  const tone = device.approval === 'approved' && device.presence === 'offline' ? css['offline'] : undefined;
  return (
    <tr className={tone}>
      <td>
        <a className={css['name']} href={hrefOf({ screen: 'device', deviceId: device.id })}>
          {name}
          <small>
            {name === device.id ? '' : device.id} {device.demo && <Tag>{t('table.demo')}</Tag>}{' '}
            <FaultTag deviceId={device.id} /> {device.approval === 'rejected' && <Tag>{t('table.rejected')}</Tag>}
          </small>
        </a>
      </td>
      <td>
        <ZoneText device={device} />
      </td>
      <td>
        <PresenceText device={device} />
      </td>
      <td className={css['quiet']}>{device.lastSeenAt === null ? t('table.never') : <Ago at={device.lastSeenAt} />}</td>
      <td className={css['quiet']}>
        {rssiDbm === undefined ? t('table.noValue') : t('table.dbm', { value: formatNumber(rssiDbm, 0) })}
        {isWeakSignal(rssiDbm) && (
          <span className={css['mark']}>
            <Mark priority="low" size="small" />
            {t('table.weak')}
          </span>
        )}
      </td>
      <td className={css['quiet']}>
        <Warnings device={device} />
      </td>
      <td className={css['actions']}>
        <RowActions device={device} name={name} />
      </td>
    </tr>
  );
}

function Warnings({ device: { warnings, counters } }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const count = warnings.length + (counters.malformed > 0 ? 1 : 0);
  if (count === 0) return <>{t('table.noValue')}</>;
  return (
    <span className={css['mark']}>
      <Mark priority="low" size="small" />
      <span aria-hidden>{count}</span>
      <span className="visuallyHidden">{t('table.warningCount', { count })}</span>
    </span>
  );
}

function RowActions({ device, name }: { readonly device: DeviceView; readonly name: string }) {
  const { t } = useTranslation('devices');
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  if (device.approval !== 'approved') {
    return (
      <>
        <Button variant="plain" aria-label={t('pending.approveName', { name })} onPress={() => setOpen(true)}>
          {t('pending.approve')}
        </Button>
        {isOpen && <ApproveDialog device={device} isOpen onClose={close} />}
      </>
    );
  }
  return (
    <>
      <Button variant="plain" aria-label={t('table.assignZoneName', { name })} onPress={() => setOpen(true)}>
        {t('table.assignZone')}
      </Button>
      {isOpen && <AssignZoneDialog device={device} isOpen onClose={close} />}
    </>
  );
}
