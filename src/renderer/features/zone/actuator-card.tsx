import { useTranslation } from 'react-i18next';
import type { ActuatorView } from '../../../shared/api/control';
import { ActuatorKey } from '../../control/actuator-key';
import { possibleCommands } from '../../control/actuator-rules';
import { useActuatorTypeName } from '../../control/actuator-texts';
import { Blocks } from '../../control/blocks';
import { Truths } from '../../control/truths';
import { useConnection } from '../../connection/connection-store';
import { usePlant } from '../../connection/plant-store';
import { isEmergency } from '../../plant/condition-rules';
import { useSubzoneName } from '../../plant/subzone-name';
import { formatDuration } from '../../ui/format';
import { Notice } from '../../ui/notice';
import styles from './actuator-card.module.css';

/** One actuator: its key, the three truths, why it is blocked, its limit. Switching happens in the faceplate that the key opens. */
export function ActuatorCard({ actuator }: { readonly actuator: ActuatorView }) {
  const { t } = useTranslation();
  const isConnected = useConnection(({ state }) => state === 'live');
  const typeName = useActuatorTypeName();
  const deviceName = usePlant(({ devices }) => devices[actuator.deviceId]?.name || actuator.deviceId);
  const subzone = useSubzoneName(actuator);
  const { gpio, type, maxRuntimeS, emergency } = actuator;
  const limit = maxRuntimeS !== undefined && `${t('face.maxRuntime')} ${formatDuration(maxRuntimeS * 1000)}`;
  return (
    <li className={styles['card']}>
      <div className={styles['key']}>
        <ActuatorKey actuator={actuator} />
      </div>
      <Truths actuator={actuator} isConnected={isConnected} />
      {isEmergency(actuator) && <Notice priority="high">{t('face.emergency', { word: emergency })}</Notice>}
      <Blocks actuator={actuator} possible={possibleCommands(actuator, isConnected)} isConnected={isConnected} />
      <p className={styles['place']}>
        {[deviceName, subzone && t('subzone', { ns: 'zone', id: subzone }), t('pin', { gpio }), typeName(type), limit]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </li>
  );
}
