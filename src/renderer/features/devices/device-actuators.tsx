import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { ActuatorView } from '../../../shared/api/control';
import type { DeviceView } from '../../../shared/api/devices';
import { useConnection } from '../../connection/connection-store';
import { actuatorKey, usePlant } from '../../connection/plant-store';
import { ActuatorKey } from '../../control/actuator-key';
import { useActuatorTypeName } from '../../control/actuator-texts';
import { Truths } from '../../control/truths';
import { Panel } from './panel';
import panel from './panel.module.css';
import css from './device-actuators.module.css';

/** Outputs of one device: the key that opens the faceplate, and the three truths beside it. */
export function DeviceActuators({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const actuators = usePlant(
    useShallow((plant) =>
      Object.values(plant.actuators)
        .filter(({ deviceId }) => deviceId === device.id)
        .sort((a, b) => a.gpio - b.gpio),
    ),
  );
  return (
    <Panel title={t('actuators.title')}>
      {actuators.length === 0 && <p className={panel['empty']}>{t('actuators.empty')}</p>}
      <ul>
        {actuators.map((actuator) => (
          <Row key={actuatorKey(actuator)} actuator={actuator} />
        ))}
      </ul>
    </Panel>
  );
}

function Row({ actuator }: { readonly actuator: ActuatorView }) {
  const { t } = useTranslation('devices');
  const typeName = useActuatorTypeName();
  const isConnected = useConnection(({ state }) => state === 'live');
  return (
    <li className={css['row']}>
      <div className={css['key']}>
        <ActuatorKey actuator={actuator} />
        <small>
          {t('sensors.pin', { gpio: actuator.gpio })} · {typeName(actuator.type)}
        </small>
      </div>
      <Truths actuator={actuator} isConnected={isConnected} />
    </li>
  );
}
