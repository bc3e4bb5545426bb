import { entryOf } from './code-table';

/*
 * Reason codes of the answers to "measure now", zone and subzone orders, the heartbeat acknowledgement and the broadcast. Each table is one
 * line per code; its sentences stand in resources/locales/{en,de}/codes.json under the table's name in code-tables.ts.
 */

export type AnswerCodeInfo = {
  readonly code: string;
  readonly isFailure: boolean;
  /** The same order may succeed later without anybody changing anything. */
  readonly isRetryable: boolean;
  readonly isKnown: boolean;
};

type Row = readonly [result: 'ok' | 'failure', retryable?: 'retryable'];

/** `sensor/{g}/response.reason_code` (1.16). */
export const measureCodes = {
  NONE: ['ok'],
  MEASURE_TIMEOUT: ['failure', 'retryable'],
  MEASUREMENT_FAILED: ['failure', 'retryable'],
  PUBLISH_SKIPPED: ['failure', 'retryable'],
  SENSOR_NOT_FOUND: ['failure'],
  SENSOR_INACTIVE: ['failure'],
  NOT_INITIALIZED: ['failure'],
  UNKNOWN: ['failure', 'retryable'],
} as const satisfies Readonly<Record<string, Row>>;

/** `zone/ack.reason_code` (1.27). */
export const zoneCodes = {
  CONFIG_LANE_BUSY: ['failure', 'retryable'],
  JSON_PARSE_ERROR: ['failure'],
} as const satisfies Readonly<Record<string, Row>>;

/** `subzone/ack.reason_code` (1.31). Other refusals carry a device error code instead (2506 for most). */
export const subzoneCodes = {
  CONFIG_LANE_BUSY: ['failure', 'retryable'],
  JSON_PARSE_ERROR: ['failure'],
  VALIDATION_ERROR: ['failure'],
  SUBZONE_NOT_FOUND: ['failure'],
} as const satisfies Readonly<Record<string, Row>>;

/** Why a device refused a heartbeat acknowledgement: `handover_contract_last_reject` (2.4). */
export const handoverCodes = {
  NONE: ['ok'],
  MISSING_ACK_STATUS: ['failure'],
  MISSING_HANDOVER_EPOCH: ['failure'],
  INVALID_HANDOVER_EPOCH_TYPE: ['failure'],
  INVALID_HANDOVER_EPOCH: ['failure'],
  HANDOVER_EPOCH_MISMATCH: ['failure', 'retryable'],
  MISSING_ACTIVE_SESSION_EPOCH: ['failure'],
} as const satisfies Readonly<Record<string, Row>>;

export const measureCodeInfo = (code: string): AnswerCodeInfo => infoOf(measureCodes, code);
export const zoneCodeInfo = (code: string): AnswerCodeInfo => infoOf(zoneCodes, code);
export const subzoneCodeInfo = (code: string): AnswerCodeInfo => infoOf(subzoneCodes, code);
export const handoverCodeInfo = (code: string): AnswerCodeInfo => infoOf(handoverCodes, code);

/** An unknown code counts as a failure that nobody should repeat blindly. */
function infoOf(table: Readonly<Record<string, Row>>, code: string): AnswerCodeInfo {
  const row = entryOf(table, code);
  if (!row) return { code, isFailure: true, isRetryable: false, isKnown: false };
  return { code, isFailure: row[0] === 'failure', isRetryable: row[1] !== undefined, isKnown: true };
}
