import { useTranslation } from 'react-i18next';
import type { JournalEntry } from '../../shared/api/journal';
import common from '../../../resources/locales/en/common.json';
import { useActuatorName, useCommandWord } from '../control/actuator-texts';
import { useCommandName } from '../control/command-texts';
import { actuatorKey, usePlant } from '../connection/plant-store';
import { formatDuration } from '../ui/format';
import { useActorName } from './actor-name';
import { usePresenceReason } from './presence-reason';

type Kind = keyof typeof common.event.kind;

/**
 * The sentence of a journal entry in the operator's language. Where we have none for its kind, or lack what it speaks of, it is the
 * console's own sentence: the journal is written in English and stays as it was written.
 */
export function useEventText(): (event: JournalEntry) => string {
  const { t } = useTranslation();
  const factsOf = useFacts();
  const actorName = useActorName();
  return (event) => {
    const kind = event.kind.replace('.', '_');
    const facts = factsOf(event);
    if (!isKnown(kind) || !facts) return event.message;
    return t(`event.kind.${kind}`, { actor: actorName(event.actor), ...facts });
  };
}

function isKnown(kind: string): kind is Kind {
  return Object.hasOwn(common.event.kind, kind);
}

/** Names and numbers for the sentence; null when the command that it is about is not known here. */
function useFacts() {
  const commands = usePlant((plant) => plant.commands);
  const actuators = usePlant((plant) => plant.actuators);
  const devices = usePlant((plant) => plant.devices);
  const actuatorName = useActuatorName();
  const commandWord = useCommandWord();
  const commandName = useCommandName();
  const reasonText = usePresenceReason();
  return ({ kind, deviceId, details }: JournalEntry) => {
    const facts = {
      device: deviceId === undefined ? '' : devices[deviceId]?.name || deviceId,
      reason: reasonText(textOf(details['reason'])),
      latency: typeof details['latencyMs'] === 'number' ? formatDuration(details['latencyMs']) : '–',
    };
    if (!kind.startsWith('command.')) return facts;
    const command = commands[textOf(details['commandId'])];
    if (!command) return null;
    const { gpio } = command;
    if (command.kind !== 'actuator' || gpio === undefined)
      return { ...facts, actuator: facts.device, command: commandName(command) };
    const actuator = actuators[actuatorKey({ deviceId: command.deviceId, gpio })];
    return {
      ...facts,
      actuator: actuatorName(actuator ?? { name: '', type: 'relay', gpio }),
      command: commandWord(command),
    };
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
