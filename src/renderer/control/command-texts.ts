import { useTranslation } from 'react-i18next';
import { systemCommandNames, type CommandView } from '../../shared/api/control';
import { useCommandWord } from './actuator-texts';

type Named = Pick<CommandView, 'kind' | 'command' | 'value' | 'durationS' | 'gpio'>;

/** A command of any kind in words, with its pin: `pin 18: ON 10 min`, `pin 4: measure now`, `restart`. */
export function useCommandName(): (command: Named) => string {
  const { t } = useTranslation('commands');
  const wordOf = useCommandWord();
  const systemName = useSystemCommandName();
  return (command) => {
    const { kind, gpio } = command;
    if (kind === 'system') return systemName(command.command);
    const what = kind === 'sensor' ? t('measure') : wordOf(command);
    return gpio === undefined ? what : t('atPin', { gpio, what });
  };
}

/** A maintenance command in words; one that we do not know by its own name. */
export function useSystemCommandName(): (command: string) => string {
  const { t } = useTranslation('commands');
  return (command) => {
    const known = systemCommandNames.find((each) => each === command);
    return known ? t(`system.${known}`) : command;
  };
}
