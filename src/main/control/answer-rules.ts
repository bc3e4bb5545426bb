import type { ActuatorResponse } from '../../shared/wire/messages/actuator-response';
import type { SensorResponse, SystemResponse } from '../../shared/wire/messages/command-response';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import type { CommandEvent, EndState } from './command-state';

type Ended = Extract<CommandEvent, { kind: 'ended' }>;
type Answer = { readonly code?: string | undefined; readonly message?: string | undefined };

/** Answers of the device that mean "not executed" although they come as a response (wire contract 3.3). */
const REJECTED_TEXT = /^Rejected before execution/;
/** Codes and reason codes of admission (3.3). Their outcome is `rejected`, so their response must not say `failed` beside it. */
const admissionCodes: ReadonlySet<string> = new Set([
  'SAFETY_LOCKED', 'REGISTRATION_PENDING', 'CONFIG_PENDING_BLOCKED', 'CONFIG_PENDING_AFTER_RESET', 'PENDING_APPROVAL_BLOCKED',
  'PENDING_APPROVAL', 'DEGRADED_MODE_BLOCKED', 'RUNTIME_DEGRADED', 'QUEUE_FULL',
]); // prettier-ignore
/** Flows whose outcomes belong to commands; `contract` stands for none at all. The others tell of zones, configurations and publishing. */
const otherFlows: ReadonlySet<string> = new Set([
  'config', 'publish', 'zone', 'subzone_assign', 'subzone_remove', 'subzone_safe', 'offline_rules', 'heartbeat',
]); // prettier-ignore

/** What a response to an actuator command says. */
export function actuatorAnswer({ isSuccess, code, message }: ActuatorResponse): Ended {
  return ended(stateOf(isSuccess, { code, message }), { code, message: message === '' ? undefined : message });
}

/** What the answer to "measure now" says; null when it does not say how it ended. */
export function sensorAnswer(answer: SensorResponse): Ended | null {
  const { isSuccess, isTimeout, code, raw, quality, sensorType } = answer;
  if (isSuccess === undefined && !isTimeout) return null;
  const result = {
    ...(raw !== undefined && { raw }),
    ...(quality !== undefined && { quality }),
    ...(sensorType !== undefined && { sensor_type: sensorType }),
  };
  const state = isSuccess !== true && isTimeout ? 'expired' : stateOf(isSuccess === true, answer);
  return { ...ended(state, { code, message: answer.message }), ...(Object.keys(result).length > 0 && { result }) };
}

/** What the answer to a maintenance command says; null when it does not say how it ended. */
export function systemAnswer({ isSuccess, code, message, fields }: SystemResponse): Ended | null {
  if (isSuccess === undefined) return null;
  const state = stateOf(isSuccess, { code, message });
  return { ...ended(state, { code, message }), ...(Object.keys(fields).length > 0 && { result: fields }) };
}

/** What the life-cycle report of an intent says about a command; null when it is about something else. */
export function outcomeAnswer(report: IntentOutcome): CommandEvent | null {
  const { flow, outcome, isUnknownOutcome, rawOutcome, reason, isRetryable } = report;
  if (otherFlows.has(flow)) return null;
  // An unknown word is kept as code unless the device named a code itself (conformance E10).
  const hasCode = report.code !== undefined && report.code !== 'NONE';
  const code = isUnknownOutcome && !hasCode ? rawOutcome : report.code;
  const texts = { ...(code !== undefined && { code }), ...(reason !== undefined && { message: reason }) };
  if (outcome === 'accepted') return { kind: 'accepted', ...texts };
  const state = outcome === 'persisted' ? 'applied' : outcome;
  return { kind: 'ended', by: 'outcome', state, ...texts, ...(isRetryable !== undefined && { isRetryable }) };
}

function stateOf(isSuccess: boolean, { code, message }: Answer): EndState {
  if (isSuccess) return 'applied';
  const isRefusal = (code !== undefined && admissionCodes.has(code)) || REJECTED_TEXT.test(message ?? '');
  return isRefusal || admissionCodes.has(message ?? '') ? 'rejected' : 'failed';
}

function ended(state: EndState, { code, message }: Answer): Ended {
  return {
    kind: 'ended',
    by: 'response',
    state,
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
  };
}
