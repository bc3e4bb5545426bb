import { systemStates } from '../messages/heartbeat';
import { handoverCodeInfo, measureCodeInfo, subzoneCodeInfo, zoneCodeInfo, type AnswerCodeInfo } from './answer-codes';
import { broadcastDetailInfo } from './broadcast-contract';
import type { CodeTable } from './code-tables';
import { configErrorInfo } from './config-errors';
import { consoleErrorInfo } from './console-errors';
import { deviceErrorInfo } from './device-errors';
import { alertInfo, readinessInfo, resetInfo, systemStateInfo, willInfo, type EventWordInfo } from './event-words';
import { outcomeCodeInfo } from './outcome-codes';

/** How one table of codes is documented. `facts` are the columns beside code, meaning and next step. */
export type CodeReference = {
  readonly title: string;
  /** Where the codes travel. */
  readonly where: string;
  readonly facts: (code: string) => Readonly<Record<string, string>>;
};

const answer = ({ isFailure, isRetryable }: AnswerCodeInfo) => ({
  Result: isFailure ? 'failed' : 'done',
  ...retry(isRetryable),
});
const word = ({ severity }: EventWordInfo) => ({ Severity: severity });
const retry = (isRetryable: boolean) => ({ 'Try again': isRetryable ? 'yes' : '' });

/** One entry for each table of code-tables.ts. */
export const codeReference: Readonly<Record<CodeTable, CodeReference>> = {
  deviceError: {
    title: 'Device errors',
    where: '`system/error.error_code`, `config_response.failures[].error_code`, `subzone/ack.error_code`',
    facts: (code) => {
      const { name, severity, category, isUnused } = deviceErrorInfo(Number(code));
      return {
        Name: name,
        Severity: severity,
        Category: category,
        Note: isUnused ? 'stock firmware does not send it' : '',
      };
    },
  },
  consoleError: {
    title: 'Controller errors',
    where: 'logs of controllers; devices never send them',
    facts: (code) => {
      const { name, severity } = consoleErrorInfo(Number(code));
      return { Name: name, Severity: severity };
    },
  },
  outcome: {
    title: 'Outcome codes',
    where: '`system/intent_outcome.code` and refusals of commands',
    facts: (code) => {
      const { meaning, isRetryable } = outcomeCodeInfo(code);
      return { Meaning: meaning, ...retry(isRetryable) };
    },
  },
  config: {
    title: 'Configuration errors',
    where: '`config_response.failures[].error` and `config_response.error_code`',
    facts: (code) => {
      const { errorCode, isRetryable } = configErrorInfo(code);
      return { Number: errorCode === null ? '' : String(errorCode), ...retry(isRetryable) };
    },
  },
  measure: {
    title: 'Results of a measurement',
    where: '`sensor/{gpio}/response.reason_code`',
    facts: (code) => answer(measureCodeInfo(code)),
  },
  zone: { title: 'Refusals of a zone', where: '`zone/ack.reason_code`', facts: (code) => answer(zoneCodeInfo(code)) },
  subzone: {
    title: 'Refusals of a subzone',
    where: '`subzone/ack.reason_code`',
    facts: (code) => answer(subzoneCodeInfo(code)),
  },
  handover: {
    title: 'Refused acknowledgements',
    where: '`handover_contract_last_reject` of heartbeat and heartbeat metrics',
    facts: (code) => answer(handoverCodeInfo(code)),
  },
  alert: { title: 'Alert types', where: '`actuator/{gpio}/alert.alert_type`', facts: (code) => word(alertInfo(code)) },
  will: { title: 'Reasons of a last will', where: '`system/will.reason`', facts: (code) => word(willInfo(code)) },
  reset: {
    title: 'Reset reasons',
    where: '`reset_reason` of heartbeat and diagnostics',
    facts: (code) => word(resetInfo(code)),
  },
  readiness: {
    title: 'Readiness decisions',
    where: '`readiness_decision` and `reason_code` of `system/intent_outcome/lifecycle`',
    facts: (code) => word(readinessInfo(code)),
  },
  systemState: {
    title: 'System states',
    where: '`config_status.state` of the heartbeat, by its number',
    facts: (code) => ({
      Number: String(systemStates.findIndex((name) => name === code)),
      ...word(systemStateInfo(code)),
    }),
  },
  broadcast: {
    title: 'Faults of a broadcast',
    where: 'the decision of a device about `kaiser/broadcast/emergency`',
    facts: (code) => {
      const { kind, isStop } = broadcastDetailInfo(code);
      return { Class: kind, 'Device stops': isStop ? '**yes**' : 'no' };
    },
  },
};
