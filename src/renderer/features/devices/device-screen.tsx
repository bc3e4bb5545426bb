import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { Empty } from '../../ui/empty';
import { DeviceActuators } from './device-actuators';
import { DeviceConfig } from './device-config';
import { DeviceEvents } from './device-events';
import { DeviceFaults } from './device-faults';
import { DeviceHead } from './device-head';
import { DeviceHealthFacts } from './device-health';
import { DeviceIdentity } from './device-identity';
import { isRetired } from './device-list-rules';
import { DeviceMaintenance } from './device-maintenance';
import { DeviceNotes } from './device-notes';
import { DeviceSensors } from './device-sensors';
import { DeviceSubzones } from './device-subzones';
import { DeviceWaiting } from './device-waiting';
import { DeviceWarnings } from './device-warnings';
import css from './device-screen.module.css';

/** Everything about one device: what it is, how it is, what it measures and switches, what it is told and what it confirmed. */
export function DeviceScreen({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation('devices');
  const device = usePlant((plant) => plant.devices[deviceId]);
  const isLoaded = usePlant((plant) => plant.isLoaded);
  if (!device) {
    if (!isLoaded) return null;
    return (
      <Empty
        title={t('device.unknown', { id: deviceId })}
        action={
          <a className={css['back']} href={hrefOf({ screen: 'devices' })}>
            {t('device.back')}
          </a>
        }
      >
        {t('device.unknownTodo')}
      </Empty>
    );
  }
  return (
    <div className={css['screen']}>
      <DeviceHead device={device} />
      <div className={css['column']}>
        {!isRetired(device) && (
          <>
            <DeviceSensors deviceId={deviceId} />
            <DeviceActuators device={device} />
            <DeviceFaults device={device} />
            <DeviceConfig device={device} />
            <DeviceSubzones device={device} />
          </>
        )}
        <DeviceEvents deviceId={device.id} />
      </div>
      <div className={css['column']}>
        <DeviceWarnings device={device} />
        <DeviceWaiting deviceId={device.id} />
        <DeviceIdentity device={device} />
        <DeviceHealthFacts device={device} />
        <DeviceMaintenance device={device} />
        <DeviceNotes device={device} />
      </div>
    </div>
  );
}
