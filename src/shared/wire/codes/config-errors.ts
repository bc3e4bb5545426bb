import { entryOf } from './code-table';

export type ConfigErrorInfo = {
  readonly name: string;
  /** The number that devices send beside the name, null where there is none. */
  readonly errorCode: number | null;
  readonly isFailure: boolean;
  readonly isRetryable: boolean;
  readonly isKnown: boolean;
};

type Row = readonly [errorCode: number | null, retryable?: 'retryable'];

/**
 * Error names of `config_response` (wire contract 5.5). To add one: one line here and its sentences in
 * resources/locales/{en,de}/codes.json under `config`.
 */
// prettier-ignore
export const configErrors = {
  NONE: [null],
  JSON_PARSE_ERROR: [null],
  VALIDATION_FAILED: [2010],
  GPIO_CONFLICT: [1002],
  NVS_WRITE_FAILED: [2003, 'retryable'],
  TYPE_MISMATCH: [2010],
  MISSING_FIELD: [2011],
  OUT_OF_RANGE: [null],
  CONFIG_FAILED: [1041],
  PAYLOAD_TOO_LARGE: [null],
  QUEUE_FULL: [null, 'retryable'],
  STALE_SCOPE: [null],
  STALE_SENSOR_SCOPE: [null],
  STALE_ACTUATOR_SCOPE: [null],
  STALE_OFFLINE_SCOPE: [null],
  WRITE_TIMEOUT: [null, 'retryable'],
  COMMIT_FAILED: [null, 'retryable'],
  REPLAY_QUEUE_FULL: [null, 'retryable'],
  OUTBOX_FULL: [null, 'retryable'],
  PERSISTENCE_DRIFT: [null],
  CONTRACT_MISSING_CORRELATION: [null],
  SENSOR_ARRAY_EMPTY: [null],
  ACTUATOR_ARRAY_EMPTY: [null],
  UNKNOWN_ERROR: [null],
} as const satisfies Readonly<Record<string, Row>>;

/** What is known of a configuration error. An unknown name counts as a failure (wire contract 12). */
export function configErrorInfo(name: string): ConfigErrorInfo {
  const row = entryOf<Row>(configErrors, name);
  if (!row) return { name, errorCode: null, isFailure: true, isRetryable: false, isKnown: false };
  return { name, errorCode: row[0], isFailure: name !== 'NONE', isRetryable: row[1] !== undefined, isKnown: true };
}
