import { useTranslation } from 'react-i18next';
import type { DeviceHealth } from '../../../shared/api/devices';
import { formatAge, formatNumber } from '../../ui/format';
import { isWeakSignal } from './device-list-rules';

/** Board, firmware, signal and running time in one line; what is not known is left out. */
export function useHealthLine({ hardwareType, firmwareVersion, rssiDbm, uptimeS }: DeviceHealth): string {
  const { t } = useTranslation('devices');
  const signal = useSignalText();
  return [
    hardwareType,
    firmwareVersion === undefined ? undefined : t('health.firmwareValue', { version: firmwareVersion }),
    rssiDbm === undefined ? undefined : signal(rssiDbm),
    uptimeS === undefined ? undefined : t('health.uptimeValue', { duration: formatAge(uptimeS * 1000) }),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `−84 dBm, weak`. */
export function useSignalText(): (rssiDbm: number) => string {
  const { t } = useTranslation('devices');
  return (rssiDbm) => {
    const value = t('table.dbm', { value: formatNumber(rssiDbm, 0) });
    return isWeakSignal(rssiDbm) ? `${value}, ${t('table.weak')}` : value;
  };
}
