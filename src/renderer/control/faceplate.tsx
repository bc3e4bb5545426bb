import { useTranslation } from 'react-i18next';
import type { ActuatorView } from '../../shared/api/control';
import { useConnection } from '../connection/connection-store';
import { usePlant } from '../connection/plant-store';
import { isEmergency } from '../plant/condition-rules';
import { FailureText } from '../ui/failure';
import { formatTime } from '../ui/format';
import { Notice } from '../ui/notice';
import { possibleCommands } from './actuator-rules';
import { useCommandSentence, useStateWord, useTruthWord } from './actuator-texts';
import { Blocks } from './blocks';
import { CommandKeys } from './command-keys';
import { FaceplateFacts } from './faceplate-facts';
import styles from './faceplate.module.css';
import { Truths } from './truths';
import { useSwitching } from './use-switching';

/** Everything about one actuator: the three truths, what is wrong, the keys, why they are blocked, limits. */
export function Faceplate({ actuator }: { readonly actuator: ActuatorView }) {
  const isConnected = useConnection(({ state }) => state === 'live');
  const switching = useSwitching(actuator);
  const possible = possibleCommands(actuator, isConnected);
  return (
    <div className={styles['face']}>
      <Truths actuator={actuator} isConnected={isConnected} />
      <Problems actuator={actuator} isConnected={isConnected} />
      <CommandKeys actuator={actuator} possible={possible} onCommand={switching.send} />
      <Blocks actuator={actuator} possible={possible} isConnected={isConnected} />
      <FailureText error={switching.error} />
      <Progress actuator={actuator} />
      <FaceplateFacts actuator={actuator} />
    </div>
  );
}

function Problems({ actuator, isConnected }: { readonly actuator: ActuatorView; readonly isConnected: boolean }) {
  const { t } = useTranslation();
  const word = useStateWord();
  const truthWord = useTruthWord();
  const { observed, requested, last, state, discrepancy, emergency } = actuator;
  const seen = last ?? (isConnected ? undefined : observed);
  if (!isConnected || state === 'unknown') {
    return (
      <Notice priority="high">
        {seen
          ? t('face.unknownState', { state: word(seen.state, seen.value), time: formatTime(seen.at) })
          : t('face.neverKnown')}
      </Notice>
    );
  }
  if (isEmergency(actuator)) return <Notice priority="high">{t('face.emergency', { word: emergency })}</Notice>;
  if (!discrepancy || !requested || !observed) return null;
  const wanted = truthWord(requested);
  return (
    <Notice priority="high">
      {t('face.discrepancy', { requested: wanted, observed: word(observed.state, observed.value) })}
    </Notice>
  );
}

/** How far the newest command has come; read out as it changes. */
function Progress({ actuator: { requested } }: { readonly actuator: ActuatorView }) {
  const command = usePlant(({ commands }) => (requested ? commands[requested.commandId] : undefined));
  const sentence = useCommandSentence();
  const isBad = command && ['failed', 'rejected', 'expired', 'unconfirmed'].includes(command.state);
  return (
    <output className={styles['progress']} data-bad={isBad || undefined}>
      {command && sentence(command)}
    </output>
  );
}
