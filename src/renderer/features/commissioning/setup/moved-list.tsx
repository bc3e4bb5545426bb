import { useTranslation } from 'react-i18next';
import { displayNameOf } from '../../../plant/device-name';
import { zoneIdOf } from '../../../plant/zone-rules';
import css from './facts.module.css';
import type { StepFacts } from './setup-request-rules';
import steps from './steps.module.css';

/** What moves from the dead device to the new one, and what becomes of the old. */
export function MovedList({
  deviceId,
  facts: { devices, zones },
}: {
  readonly deviceId: string;
  readonly facts: StepFacts;
}) {
  const { t } = useTranslation('commissioning');
  const device = devices[deviceId];
  if (!device) return <p className={steps['lead']}>{t('setup.problem.replaces_missing')}</p>;
  const zoneId = zoneIdOf(device);
  const { sensors = [], actuators = [], offlineRules = [] } = device.config.desired ?? device.config.confirmed ?? {};
  const counts = [
    t('setup.moved.sensors', { count: sensors.length }),
    t('setup.moved.actuators', { count: actuators.length }),
    t('setup.moved.rules', { count: offlineRules.length }),
  ];
  return (
    <>
      <p className={steps['lead']}>{t('setup.moved.lead')}</p>
      <dl className={css['facts']}>
        <div>
          <dt>{t('setup.moved.name')}</dt>
          <dd>
            <b>{displayNameOf(deviceId, devices)}</b>
            <small>{deviceId}</small>
          </dd>
        </div>
        <div>
          <dt>{t('setup.moved.zone')}</dt>
          <dd>
            <b>{zones.find(({ id }) => id === zoneId)?.name ?? t('setup.noZone')}</b>
            <small>{device.subzones.map(({ name }) => name).join(', ')}</small>
          </dd>
        </div>
        <div>
          <dt>{t('setup.moved.config')}</dt>
          <dd>
            <b>{counts.join(', ')}</b>
            <small>{t('setup.moved.calibration')}</small>
          </dd>
        </div>
        <div>
          <dt>{t('setup.moved.history')}</dt>
          <dd>
            <b>{t('setup.moved.historyAll')}</b>
            <small>{t('setup.moved.seam')}</small>
          </dd>
        </div>
      </dl>
      <p>{t('setup.moved.retired')}</p>
    </>
  );
}
