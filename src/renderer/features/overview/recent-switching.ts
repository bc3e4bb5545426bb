import { useShallow } from 'zustand/react/shallow';
import { useTranslation } from 'react-i18next';
import type { CommandView } from '../../../shared/api/control';
import { useActuatorName, useCommandWord } from '../../control/actuator-texts';
import { actuatorKey, usePlant } from '../../connection/plant-store';
import { useNow } from '../../connection/server-clock';
import { useActorName } from '../../plant/actor-name';
import { formatMinute } from '../../ui/format';
import { HOUR_MS } from './use-hour';

export type Switching = { readonly id: string; readonly at: number; readonly text: string };

const SHOWN = 3;

/** The last commands that were carried out within the hour, as marks for the plot. */
export function useRecentSwitching(): readonly Switching[] {
  const { t } = useTranslation();
  const now = useNow(60_000);
  const commands = usePlant(useShallow((plant) => applied(plant.commands, now)));
  const actuators = usePlant((plant) => plant.actuators);
  const nameOf = useActuatorName();
  const wordOf = useCommandWord();
  const actorName = useActorName();
  return commands.map((command) => {
    const actuator =
      command.gpio === undefined ? undefined : actuators[actuatorKey({ ...command, gpio: command.gpio })];
    const name = actuator ? nameOf(actuator) : t('event.unknownDevice');
    const text = `${name} ${wordOf(command)}, ${formatMinute(command.at)}, ${actorName(command.issuedBy)}`;
    return { id: command.id, at: Date.parse(command.at), text };
  });
}

function applied(commands: Readonly<Record<string, CommandView>>, now: number): CommandView[] {
  const from = new Date(now - HOUR_MS).toISOString();
  return Object.values(commands)
    .filter(({ at, state }) => state === 'applied' && at > from)
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, SHOWN);
}
