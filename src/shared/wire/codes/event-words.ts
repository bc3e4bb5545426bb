import { systemStates } from '../messages/heartbeat';
import { entryOf, type Severity } from './code-table';

/*
 * Words by which devices name what happened to them: alerts, ends of a connection, resets, states. Each table is one line per word; its
 * sentences stand in resources/locales/{en,de}/codes.json under the table's name in code-tables.ts.
 */

export type EventWordInfo = { readonly word: string; readonly severity: Severity; readonly isKnown: boolean };
type Words = Readonly<Record<string, Severity>>;

/** `actuator/{g}/alert.alert_type` (1.20). The last three stand in upstream's reference only; nobody was seen sending them. */
export const alertTypes = {
  emergency_stop: 'critical',
  runtime_protection: 'warning',
  offline_rule_hold: 'warning',
  safety_forced_off: 'warning',
  verification_failed: 'warning',
  safety_violation: 'critical',
  hardware_error: 'error',
  config_invalid: 'warning',
  overrun: 'warning',
  fault: 'warning',
} as const satisfies Words;

/** `system/will.reason`, after aliases (1.5). */
export const willReasons = {
  unexpected_disconnect: 'warning',
  network_failure: 'warning',
  power_loss: 'warning',
  broker_timeout: 'warning',
  watchdog_reset: 'error',
  crash: 'error',
} as const satisfies Words;

/** `reset_reason` of heartbeat and diagnostics (1.2). */
export const resetReasons = {
  POWERON: 'info',
  EXT: 'info',
  SW: 'info',
  PANIC: 'error',
  INT_WDT: 'error',
  TASK_WDT: 'error',
  WDT: 'error',
  DEEPSLEEP: 'info',
  BROWNOUT: 'warning',
  SDIO: 'info',
  UNKNOWN: 'warning',
} as const satisfies Words;

/** `system/intent_outcome/lifecycle.readiness_decision` and its `reason_code` (1.11). */
export const readinessDecisions = {
  CONFIG_PENDING_EXIT_READY: 'info',
  OFFLINE_RULES_ONLY_AUTO_EXIT: 'info',
  MISSING_SENSORS: 'warning',
  MISSING_ACTUATORS: 'warning',
  CONFIG_PENDING_EXIT_NOT_READY: 'warning',
} as const satisfies Words;

const severityOfState: Partial<Record<SystemState, Severity>> = {
  CONFIG_PENDING_AFTER_RESET: 'warning',
  PENDING_APPROVAL: 'warning',
  SAFE_MODE: 'warning',
  SAFE_MODE_PROVISIONING: 'warning',
  ERROR: 'error',
};
export type SystemState = (typeof systemStates)[number];

/** `config_status.state` by name (9.5). */
export const systemStateWords = Object.fromEntries(
  systemStates.map((name) => [name, severityOfState[name] ?? 'info']),
) as Readonly<Record<SystemState, Severity>>;

export const alertInfo = (word: string): EventWordInfo => infoOf(alertTypes, word);
export const willInfo = (word: string): EventWordInfo => infoOf(willReasons, word);
export const resetInfo = (word: string): EventWordInfo => infoOf(resetReasons, word);
export const readinessInfo = (word: string): EventWordInfo => infoOf(readinessDecisions, word);
export const systemStateInfo = (word: string): EventWordInfo => infoOf(systemStateWords, word);

/** An unknown word is a warning: something happened that the console cannot judge. */
function infoOf(words: Words, word: string): EventWordInfo {
  const severity = entryOf(words, word);
  return { word, severity: severity ?? 'warning', isKnown: severity !== undefined };
}
