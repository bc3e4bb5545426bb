import type { ActuatorView, CommandState } from '../../shared/api/control';
import { isEmergency, isStopped } from '../plant/condition-rules';

/* What an actuator's key and faceplate say. The three truths stay apart; the key shows the one that matters most now. */

type Observed = ActuatorView['state'];

export type KeySummary =
  /** A command is under way. */
  | { readonly kind: 'requested'; readonly command: string; readonly value: number | undefined }
  /** Held off by a stop that is engaged in this console. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'emergency' }
  | {
      readonly kind: 'unknown';
      readonly last: { readonly at: string; readonly state: Observed; readonly value: number } | undefined;
    }
  | {
      readonly kind: 'discrepancy';
      readonly command: string;
      readonly value: number | undefined;
      readonly state: Observed;
      readonly observedValue: number;
    }
  /** The last command was not confirmed; the observed state stands. */
  | { readonly kind: 'unconfirmed'; readonly state: Observed; readonly value: number }
  | { readonly kind: 'state'; readonly state: Observed; readonly value: number; readonly runtimeS: number };

/** How a key looks: on is light, off is dark, attention amber, unknown dashed. */
export type KeyLook = 'on' | 'off' | 'attention' | 'unknown' | 'pending';

/** True while the device has not ended the command. */
export function isUnderWay(state: CommandState): boolean {
  return state === 'sent' || state === 'accepted';
}

/** What the key of an actuator says. Without a connection to the console nothing is known any more. */
export function keySummary(actuator: ActuatorView, isConnected: boolean): KeySummary {
  const { requested, observed, state, last, discrepancy, runtimeS } = actuator;
  if (!isConnected) return { kind: 'unknown', last: last ?? observed };
  if (requested && isUnderWay(requested.state))
    return { kind: 'requested', command: requested.command, value: requested.value };
  if (state === 'unknown') return { kind: 'unknown', last };
  if (isStopped(actuator)) return { kind: 'stopped' };
  if (isEmergency(actuator)) return { kind: 'emergency' };
  const value = observed?.value ?? 0;
  if (discrepancy && requested) {
    return { kind: 'discrepancy', command: requested.command, value: requested.value, state, observedValue: value };
  }
  if (requested?.state === 'unconfirmed' && !(observed && observed.at > requested.at && agrees(requested, observed))) {
    return { kind: 'unconfirmed', state, value };
  }
  return { kind: 'state', state, value, runtimeS };
}

/** The look that goes with a summary. */
export function keyLook(summary: KeySummary): KeyLook {
  switch (summary.kind) {
    case 'requested':
      return 'pending';
    case 'unknown':
      return 'unknown';
    case 'emergency':
    case 'discrepancy':
    case 'unconfirmed':
      return 'attention';
    case 'stopped':
      return 'off';
    case 'state':
      return isOn(summary.state) ? 'on' : 'off';
  }
}

/** On at any level. */
export function isOn(state: Observed | undefined): boolean {
  return state === 'on' || state === 'pwm';
}

/** Dimmed to a level, as opposed to fully on or off. */
export function isPwm({ type }: Pick<ActuatorView, 'type'>): boolean {
  return type === 'pwm';
}

function agrees(
  requested: NonNullable<ActuatorView['requested']>,
  observed: NonNullable<ActuatorView['observed']>,
): boolean {
  if (requested.command === 'ON') return isOn(observed.state);
  if (requested.command === 'OFF') return observed.state === 'off';
  return true;
}

/** A stop leaves OFF possible, everything else blocks both. */
export type Possible = { readonly canSwitchOn: boolean; readonly canSwitchOff: boolean };

export function possibleCommands({ blockedBy }: Pick<ActuatorView, 'blockedBy'>, isConnected: boolean): Possible {
  if (!isConnected) return { canSwitchOn: false, canSwitchOff: false };
  return { canSwitchOn: blockedBy.length === 0, canSwitchOff: blockedBy.every(({ code }) => code === 'blocked') };
}
