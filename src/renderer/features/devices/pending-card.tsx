import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { DeviceView } from '../../../shared/api/devices';
import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { useNow } from '../../connection/server-clock';
import { FaultTag } from '../../plant/fault-tag';
import { useSensorName } from '../../plant/labels';
import { LiveNumber } from '../../telemetry/live-number';
import { Button } from '../../ui/button';
import { formatAge, formatMoment } from '../../ui/format';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { ApproveDialog } from './approve-dialog';
import { displayName } from './device-list-rules';
import { RejectDialog } from './reject-dialog';
import { useHealthLine } from './health-texts';
import css from './pending-card.module.css';

/** So many values are shown on the card; the device's screen has all. */
const SHOWN_VALUES = 4;

/** A device that waits for approval: what is known of it, what it sends, and the two answers. */
export function PendingCard({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const [open, setOpen] = useState<'approve' | 'reject' | null>(null);
  const now = useNow(10_000);
  const name = displayName(device);
  const firstSeen = {
    time: formatMoment(device.firstSeenAt, now),
    duration: formatAge(now - Date.parse(device.firstSeenAt)),
  };
  const health = useHealthLine(device.health);
  return (
    <article className={css['card']} aria-label={name}>
      <header className={css['head']}>
        <Mark priority="low" />
        <div>
          <h3>
            <a href={hrefOf({ screen: 'device', deviceId: device.id })}>{name}</a>
            {device.demo && <Tag>{t('table.demo')}</Tag>}
            <FaultTag deviceId={device.id} />
          </h3>
          <p className={css['small']}>{t('pending.firstSeen', firstSeen)}</p>
          {health !== '' && <p className={css['small']}>{health}</p>}
        </div>
      </header>
      <Values deviceId={device.id} />
      <footer className={css['foot']}>
        <Button variant="primary" aria-label={t('pending.approveName', { name })} onPress={() => setOpen('approve')}>
          {t('pending.approve')}
        </Button>
        <Button aria-label={t('pending.rejectName', { name })} onPress={() => setOpen('reject')}>
          {t('pending.reject')}
        </Button>
      </footer>
      {open === 'approve' && <ApproveDialog device={device} isOpen onClose={() => setOpen(null)} />}
      {open === 'reject' && <RejectDialog device={device} isOpen onClose={() => setOpen(null)} />}
    </article>
  );
}

function Values({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation('devices');
  const sensors = usePlant(
    useShallow((plant) => Object.values(plant.sensors).filter((sensor) => sensor.deviceId === deviceId)),
  );
  const nameOf = useSensorName();
  if (sensors.length === 0) return <p className={css['nothing']}>{t('pending.noValues')}</p>;
  return (
    <dl className={css['values']}>
      {sensors.slice(0, SHOWN_VALUES).map((sensor) => (
        <div key={sensor.seriesId}>
          <dt>{nameOf(sensor)}</dt>
          <dd>
            <LiveNumber seriesId={sensor.seriesId} sensorType={sensor.type} /> <small>{sensor.unit}</small>
          </dd>
        </div>
      ))}
      {sensors.length > SHOWN_VALUES && <p>{t('pending.moreValues', { count: sensors.length - SHOWN_VALUES })}</p>}
    </dl>
  );
}
