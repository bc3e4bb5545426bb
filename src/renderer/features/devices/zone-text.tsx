import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { usePlant } from '../../connection/plant-store';
import { Mark } from '../../ui/mark';
import { zoneCell } from './device-list-rules';
import css from './state-text.module.css';

/** The zone that the device confirmed, and beside it the wanted one while they differ. */
export function ZoneText({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const zones = usePlant((plant) => plant.zones);
  const { current, wanted, isRemoval, state, reason } = zoneCell(device, zones);
  const present = current ?? <span className={css['none']}>{t('zone.none')}</span>;
  if (state !== 'pending' && state !== 'failed') return <>{present}</>;
  const change = isRemoval ? t(`zone.${state}Removal`) : t(`zone.${state}To`, { zone: wanted ?? current ?? '' });
  return (
    <div className={css['state']}>
      {state === 'failed' ? <Mark priority="low" /> : <span className={css['unknown']} />}
      <div>
        {present}
        <small>{change}</small>
        {state === 'failed' && reason !== null && <small className={css['reason']}>{reason}</small>}
      </div>
    </div>
  );
}
