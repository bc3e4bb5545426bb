import { handoverCodes, measureCodes, subzoneCodes, zoneCodes } from './answer-codes';
import { broadcastDetails } from './broadcast-contract';
import { entryOf } from './code-table';
import { configErrors } from './config-errors';
import { consoleErrors } from './console-errors';
import { deviceErrors } from './device-errors';
import { alertTypes, readinessDecisions, resetReasons, systemStateWords, willReasons } from './event-words';
import { outcomeCodes } from './outcome-codes';

/**
 * Every table of codes, under the name that it has in resources/locales/{en,de}/codes.json. There each code has a sentence of what happened
 * (`text`) and the next step (`next`), and each table an entry `unknown` with {{code}}.
 */
export const codeTables = {
  deviceError: deviceErrors,
  consoleError: consoleErrors,
  outcome: outcomeCodes,
  config: configErrors,
  measure: measureCodes,
  zone: zoneCodes,
  subzone: subzoneCodes,
  handover: handoverCodes,
  alert: alertTypes,
  will: willReasons,
  reset: resetReasons,
  readiness: readinessDecisions,
  systemState: systemStateWords,
  broadcast: broadcastDetails,
} as const;

export type CodeTable = keyof typeof codeTables;
type CodeOf<T extends CodeTable> = `${keyof (typeof codeTables)[T] & (string | number)}`;
export type CodeTextKey<T extends CodeTable> = `${T}.${CodeOf<T> | 'unknown'}`;

/**
 * Key of a code's sentences in the namespace `codes`, for example `outcome.QUEUE_FULL`: append `.text` or `.next`. A code that the table does
 * not know leads to its `unknown` entry, which wants the code as {{code}}.
 */
export function codeTextKey<T extends CodeTable>(table: T, code: string | number): CodeTextKey<T> {
  const known = entryOf<unknown>(codeTables[table], code) !== undefined;
  return `${table}.${known ? code : 'unknown'}` as CodeTextKey<T>;
}
