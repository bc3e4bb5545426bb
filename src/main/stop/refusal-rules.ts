import type { StopRefusal } from '../../shared/api/stop';

/** Codes of 3.7.1 and 3.7.2 that name a reason; the others mean that the device did not understand the message. */
const outcomeCodes: ReadonlyMap<string, StopRefusal> = new Map([
  ['UNAUTHORIZED', 'unauthorized'],
  ['NO_TOKEN_CONFIGURED', 'no_token'],
  ['EMERGENCY_CLEAR_REJECTED', 'clear_rejected'],
]);
/** Words of the legacy topic (1.22). */
const errorWords: ReadonlyMap<string, StopRefusal> = new Map([
  ['unauthorized', 'unauthorized'],
  ['clear_failed', 'clear_rejected'],
]);
/** Error codes without a name in the contract's table (6.1). */
const errorCodes: ReadonlyMap<number, StopRefusal> = new Map([
  [3500, 'unauthorized'],
  [3501, 'no_token'],
]);

/** Why an outcome refuses a stop or a clear. */
export const refusalOfOutcome = (code: string | undefined): StopRefusal | undefined => outcomeCodes.get(code ?? '');

/** Why the legacy error refuses. */
export const refusalOfError = (error: string | undefined): StopRefusal | undefined => errorWords.get(error ?? '');

/** Why an error event refuses; undefined for errors that have nothing to do with stops. */
export const refusalOfCode = (code: number): StopRefusal | undefined => errorCodes.get(code);
