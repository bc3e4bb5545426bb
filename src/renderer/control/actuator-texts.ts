import { useTranslation } from 'react-i18next';
import type { ActuatorView, Block, CommandView } from '../../shared/api/control';
import { actuatorTypes } from '../../shared/domain/actuator-types';
import { assertNever } from '../../shared/domain/assert';
import { usePresenceReason } from '../plant/presence-reason';
import { formatAge, formatDuration, formatMinute, formatPercent } from '../ui/format';
import type { KeySummary } from './actuator-rules';

/** The name of an actuator: the configured one, else its kind and pin. */
export function useActuatorName(): (actuator: Pick<ActuatorView, 'name' | 'type' | 'gpio'>) => string {
  const { t } = useTranslation();
  const typeName = useActuatorTypeName();
  return ({ name, type, gpio }) => (name.trim() === '' ? `${typeName(type)} · ${t('pin', { gpio })}` : name);
}

/** The kind of an actuator in words; the raw word where it is not known. */
export function useActuatorTypeName(): (type: string) => string {
  const { t } = useTranslation();
  return (type) => {
    const known = actuatorTypes.find((each) => each === type);
    return known ? t(`actuatorType.${known}`) : type;
  };
}

/** An observed state in a word: `on`, `off`, `60 %`, `unknown`. */
export function useStateWord(): (state: ActuatorView['state'], value: number) => string {
  const { t } = useTranslation();
  return (state, value) => (state === 'pwm' ? formatPercent(value) : t(`actuator.${state}`));
}

const commandWords = { ON: 'On', OFF: 'Off', TOGGLE: 'Toggle', PWM: 'Pwm' } as const;

function wordOf(command: string): (typeof commandWords)[keyof typeof commandWords] {
  return Object.hasOwn(commandWords, command) ? commandWords[command as keyof typeof commandWords] : 'On';
}

/** What stands on an actuator's key under its name. */
export function useSummaryText(): (summary: KeySummary) => string {
  const { t } = useTranslation();
  const word = useStateWord();
  return (summary) => {
    switch (summary.kind) {
      case 'requested':
        return t(`actuator.requested${wordOf(summary.command)}`, { percent: formatPercent(summary.value ?? 0) });
      case 'stopped':
        return t('actuator.stopped');
      case 'emergency':
        return t('actuator.emergency');
      case 'unknown': {
        const { last } = summary;
        if (!last || last.state === 'unknown') return t('actuator.unknown');
        const key = ({ on: 'lastOn', off: 'lastOff', pwm: 'lastPwm' } as const)[last.state];
        return t(`actuator.${key}`, { time: formatMinute(last.at), percent: formatPercent(last.value) });
      }
      case 'discrepancy': {
        const state = word(summary.state, summary.observedValue);
        return t(`actuator.discrepancy${wordOf(summary.command)}`, {
          state,
          percent: formatPercent(summary.value ?? 0),
        });
      }
      case 'unconfirmed':
        return t('actuator.notConfirmed', { state: word(summary.state, summary.value) });
      case 'state':
        return summary.state === 'on' && summary.runtimeS > 0
          ? t('actuator.onFor', { time: formatAge(summary.runtimeS * 1000) })
          : word(summary.state, summary.value);
      default:
        return assertNever(summary);
    }
  };
}

/** A requested or acknowledged command in capitals, as a truth shows it. */
export function useTruthWord(): (truth: { readonly command: string; readonly value?: number | undefined }) => string {
  const { t } = useTranslation();
  return ({ command, value }) => {
    if (command === 'PWM') return formatPercent(value ?? 0);
    return command === 'ON' || command === 'OFF' || command === 'TOGGLE' ? t(`face.${command}`) : command;
  };
}

/** A command as a word: `ON`, `60 %`, `ON 10 min`. */
export function useCommandWord(): (command: Pick<CommandView, 'command' | 'value' | 'durationS'>) => string {
  const { t } = useTranslation();
  return ({ command, value, durationS }) => {
    const word =
      command === 'PWM'
        ? formatPercent(value ?? 0)
        : command === 'ON' || command === 'OFF' || command === 'TOGGLE'
          ? t(`face.${command}`)
          : command;
    return durationS === undefined || durationS === 0 ? word : `${word} ${formatDuration(durationS * 1000)}`;
  };
}

/** How far a command has come, as a sentence. */
export function useCommandSentence(): (command: CommandView) => string {
  const { t } = useTranslation();
  const wordOfCommand = useCommandWord();
  return (view) => {
    const command = wordOfCommand(view);
    const reason = view.message ?? view.code ?? t('face.noReason');
    switch (view.state) {
      case 'sent':
        return t('face.stateSent', { command });
      case 'accepted':
        return t('face.stateAccepted', { command });
      case 'applied':
        return view.latencyMs === undefined
          ? t('face.stateAppliedPlain', { command })
          : t('face.stateApplied', { command, latency: formatDuration(view.latencyMs) });
      case 'failed':
        return t('face.stateFailed', { command, reason });
      case 'rejected':
        return t('face.stateRejected', { command, reason });
      case 'expired':
        return t('face.stateExpired', { command });
      case 'unconfirmed':
        return t('face.stateUnconfirmed', { command });
      default:
        return assertNever(view.state);
    }
  };
}

/** Why switching is refused, as a sentence with what to do next. */
export function useBlockText(): (block: Block, deviceName: string) => string {
  const { t } = useTranslation();
  const reasonText = usePresenceReason();
  return ({ code, message, details }, name) => {
    if (code === 'not_approved') return t('face.blockNotApproved', { name });
    if (code === 'offline') {
      const reason = reasonText(typeof details?.['reason'] === 'string' ? details['reason'] : '');
      return t(details?.['presence'] === 'unknown' ? 'face.blockUnheard' : 'face.blockOffline', { name, reason });
    }
    return details?.['stopId'] === undefined ? message : t('face.blockStopped');
  };
}
