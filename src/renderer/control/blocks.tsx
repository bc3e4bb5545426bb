import { useTranslation } from 'react-i18next';
import type { ActuatorView } from '../../shared/api/control';
import { usePlant } from '../connection/plant-store';
import type { Possible } from './actuator-rules';
import { useBlockText } from './actuator-texts';
import styles from './blocks.module.css';

export type BlocksProps = {
  readonly actuator: ActuatorView;
  readonly possible: Possible;
  readonly isConnected: boolean;
};

/** Why a key can't be pressed, and what to do about it; nothing while all is possible. */
export function Blocks({ actuator, possible, isConnected }: BlocksProps) {
  const { t } = useTranslation();
  const deviceName = usePlant(({ devices }) => devices[actuator.deviceId]?.name || actuator.deviceId);
  const blockText = useBlockText();
  if (possible.canSwitchOn) return null;
  const sentences = isConnected
    ? actuator.blockedBy.map((block) => blockText(block, deviceName))
    : [t('face.blockNotConnected')];
  return (
    <p className={styles['blocks']}>
      <b>{t(possible.canSwitchOff ? 'face.onBlocked' : 'face.allBlocked')}</b> {sentences.join(' ')}
      {possible.canSwitchOff && ` ${t('face.offPossible')}`}
    </p>
  );
}
