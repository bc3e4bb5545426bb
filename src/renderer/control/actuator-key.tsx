import type { ActuatorView } from '../../shared/api/control';
import { useConnection } from '../connection/connection-store';
import { actuatorKey } from '../connection/plant-store';
import { Mark } from '../ui/mark';
import { keyLook, keySummary } from './actuator-rules';
import { useActuatorName, useSummaryText } from './actuator-texts';
import styles from './actuator-key.module.css';
import { useFaceplate } from './faceplate-store';

/** An actuator as a key with its name and state. A press opens the faceplate; switching takes a second press there. */
export function ActuatorKey({ actuator }: { readonly actuator: ActuatorView }) {
  const isConnected = useConnection(({ state }) => state === 'live');
  const open = useFaceplate((store) => store.open);
  const nameOf = useActuatorName();
  const summaryText = useSummaryText();
  const summary = keySummary(actuator, isConnected);
  const look = keyLook(summary);
  return (
    <button
      type="button"
      className={`${styles['key']} ${styles[look]}`}
      aria-haspopup="dialog"
      onClick={() => open(actuatorKey(actuator))}
    >
      <span className={styles['name']}>{nameOf(actuator)}</span>{' '}
      <span className={styles['state']}>
        {look === 'attention' && <Mark priority="high" size="small" />}
        {summaryText(summary)}
      </span>
    </button>
  );
}
