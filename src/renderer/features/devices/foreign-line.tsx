import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForeignDevice } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import css from './devices-screen.module.css';

/** So many are named; the rest is in the count. */
const NAMED = 6;

/** Devices of other controllers on the same broker: seen, never touched. */
export function ForeignLine() {
  const { t } = useTranslation('devices');
  const heard = usePlant(({ status }) => status?.counters.foreign ?? 0);
  const [devices, setDevices] = useState<readonly ForeignDevice[]>([]);
  useEffect(() => {
    if (heard === 0) return;
    api.devices
      .foreign()
      .then(setDevices)
      .catch(() => undefined); // the next message tries again
  }, [heard]);
  if (devices.length === 0) return null;
  const list = devices.slice(0, NAMED).map(({ deviceId, kaiserId }) => `${deviceId} (${kaiserId})`);
  return (
    <p className={css['line']}>
      {t('foreign.title', { count: devices.length })}. {t('foreign.text', { list: list.join(', ') })}
    </p>
  );
}
