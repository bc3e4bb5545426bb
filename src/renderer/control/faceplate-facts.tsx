import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { ActuatorView, CommandView } from '../../shared/api/control';
import { usePlant } from '../connection/plant-store';
import { useActorName } from '../plant/actor-name';
import { formatDuration } from '../ui/format';
import { Time } from '../ui/time';
import { isOn } from './actuator-rules';
import { useCommandWord } from './actuator-texts';
import styles from './faceplate-facts.module.css';

const SHOWN_COMMANDS = 4;

/** Limits, fallback and the last commands. */
export function FaceplateFacts({ actuator }: { readonly actuator: ActuatorView }) {
  const { t } = useTranslation();
  const { maxRuntimeS, runtimeS, state, configured } = actuator;
  const rules = usePlant(({ devices }) => countRules(devices[actuator.deviceId], actuator.gpio));
  return (
    <>
      <dl className={styles['facts']}>
        {isOn(state) && runtimeS > 0 && <Fact label={t('face.runtime')}>{formatDuration(runtimeS * 1000)}</Fact>}
        {maxRuntimeS !== undefined && (
          <Fact label={t('face.maxRuntime')}>
            {t('face.maxRuntimeValue', { time: formatDuration(maxRuntimeS * 1000) })}
          </Fact>
        )}
        <Fact label={t('face.offlineRules')}>
          {rules === 0 ? t('face.noOfflineRule') : t('face.offlineRuleCount', { count: rules })}
        </Fact>
        {!configured && <Fact label={t('face.notConfigured')}>▲</Fact>}
      </dl>
      <LastCommands actuator={actuator} />
    </>
  );
}

type Devices = ReturnType<typeof usePlant.getState>['devices'];

function countRules(device: Devices[string] | undefined, gpio: number): number {
  return device?.config.confirmed?.offlineRules?.filter((rule) => rule.actuator_gpio === gpio).length ?? 0;
}

function Fact({ label, children }: { readonly label: string; readonly children: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function LastCommands({ actuator: { deviceId, gpio } }: { readonly actuator: ActuatorView }) {
  const { t } = useTranslation();
  const commands = usePlant(useShallow((plant) => lastCommands(plant.commands, deviceId, gpio)));
  const wordOf = useCommandWord();
  const actorName = useActorName();
  if (commands.length === 0) return null;
  return (
    <section>
      <h3 className={styles['heading']}>{t('face.lastCommands')}</h3>
      <ul className={styles['commands']}>
        {commands.map((command) => (
          <li key={command.id}>
            <Time at={command.at} />
            <b>{wordOf(command)}</b>
            <span>{actorName(command.issuedBy)}</span>
            <span className={styles['result']}>
              {t(`commandState.${command.state}`)}
              {command.latencyMs !== undefined && ` · ${formatDuration(command.latencyMs)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function lastCommands(commands: Readonly<Record<string, CommandView>>, deviceId: string, gpio: number): CommandView[] {
  return Object.values(commands)
    .filter((command) => command.deviceId === deviceId && command.gpio === gpio)
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, SHOWN_COMMANDS);
}
