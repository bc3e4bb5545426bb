import { entryOf } from './code-table';

/** What a code says of its intent: still running, or ended in one of four ways. */
export type OutcomeClass = 'accepted' | 'succeeded' | 'failed' | 'rejected' | 'expired';

export type OutcomeCodeInfo = {
  readonly code: string;
  readonly meaning: OutcomeClass;
  /** The same order may succeed later without anybody changing anything. */
  readonly isRetryable: boolean;
  readonly isKnown: boolean;
};

type Row = readonly [meaning: OutcomeClass, retryable?: 'retryable'];

/**
 * Codes of `system/intent_outcome` and of refusals that carry one (wire contract 3.3, 3.5). The outcome word of a message decides; the code
 * says why. To add one: one line here and its sentences in resources/locales/{en,de}/codes.json under `outcome`.
 */
// prettier-ignore
export const outcomeCodes = {
  NONE: ['succeeded'],
  COMMAND_ACCEPTED: ['accepted'],
  CONFIG_PENDING_CONFIG_ACCEPTED: ['accepted'],
  PENDING_ALLOWLIST_ACCEPTED: ['accepted'],
  PENDING_APPROVAL_CONFIG_ACCEPTED: ['accepted'],
  PENDING_APPROVAL_ALLOWLIST_ACCEPTED: ['accepted'],
  DEGRADED_CONFIG_ACCEPTED: ['accepted'],
  DEGRADED_ALLOWLIST_ACCEPTED: ['accepted'],
  RECOVERY_ACCEPTED: ['accepted'],
  REPLAY: ['accepted'],
  REGISTRATION_PENDING: ['rejected', 'retryable'],
  CONFIG_PENDING_BLOCKED: ['rejected'],
  CONFIG_PENDING_AFTER_RESET: ['rejected'],
  PENDING_APPROVAL_BLOCKED: ['rejected'],
  PENDING_APPROVAL: ['rejected'],
  DEGRADED_MODE_BLOCKED: ['rejected'],
  RUNTIME_DEGRADED: ['rejected'],
  SAFETY_LOCKED: ['rejected'],
  QUEUE_FULL: ['rejected', 'retryable'],
  EXECUTE_FAIL: ['failed', 'retryable'],
  INVALID_JSON: ['rejected'],
  INVALID_TOPIC: ['rejected'],
  UNKNOWN_COMMAND: ['rejected'],
  VALIDATION_FAIL: ['rejected'],
  VALIDATION_FAILED: ['rejected'],
  JSON_PARSE_ERROR: ['failed', 'retryable'],
  UNAUTHORIZED: ['rejected'],
  NO_TOKEN_CONFIGURED: ['rejected'],
  EMERGENCY_STOP_TRIGGERED: ['succeeded'],
  BROADCAST_EMERGENCY_STOP_TRIGGERED: ['succeeded'],
  EMERGENCY_CLEAR_APPLIED: ['succeeded'],
  EMERGENCY_CLEAR_REJECTED: ['failed', 'retryable'],
  EMERGENCY_PARSE_ERROR: ['failed'],
  EMERGENCY_CONTRACT_MISMATCH: ['failed'],
  MEASURE_TIMEOUT: ['expired', 'retryable'],
  MEASUREMENT_FAILED: ['failed', 'retryable'],
  SENSOR_NOT_FOUND: ['failed'],
  SENSOR_INACTIVE: ['failed'],
  NOT_INITIALIZED: ['failed'],
  PUBLISH_SKIPPED: ['failed', 'retryable'],
  TTL_EXPIRED: ['expired', 'retryable'],
  SAFETY_EPOCH_INVALIDATED: ['expired'],
  SAFETY_QUEUE_FLUSHED: ['expired'],
  CONTRACT_CORRELATION_MISSING: ['failed'],
  STALE_SCOPE: ['rejected'],
  STALE_SENSOR_SCOPE: ['rejected'],
  STALE_ACTUATOR_SCOPE: ['rejected'],
  STALE_OFFLINE_SCOPE: ['rejected'],
  WRITE_TIMEOUT: ['failed', 'retryable'],
  COMMIT_FAILED: ['failed', 'retryable'],
  PENDING_RING_EVICTION: ['failed', 'retryable'],
  REPLAY_QUEUE_FULL: ['failed', 'retryable'],
  CONFIG_LANE_BUSY: ['rejected', 'retryable'],
  PAYLOAD_TOO_LARGE: ['rejected'],
  PUBLISH_OUTBOX_FULL: ['failed', 'retryable'],
  HEARTBEAT_REJECTED: ['rejected'],
  UPSTREAM_DELETE_REVOKED: ['rejected'],
  // What controllers add.
  CONTRACT_UNKNOWN_CODE: ['failed'],
  CONTRACT_MISSING_CORRELATION: ['failed'],
  ACTUATOR_COMMAND_APPLIED: ['succeeded'],
  ACTUATOR_COMMAND_FAILED: ['failed', 'retryable'],
  SAFETY_REJECTED: ['rejected'],
  ESP_NOT_FOUND: ['rejected'],
  MQTT_PUBLISH_FAILED: ['failed', 'retryable'],
  SEND_COMMAND_EXCEPTION_PRE_DISPATCH: ['failed', 'retryable'],
  SEND_COMMAND_EXCEPTION_POST_DISPATCH: ['failed'],
} as const satisfies Readonly<Record<string, Row>>;

/** What is known of an outcome code. An unknown one counts as a failure that nobody should repeat blindly. */
export function outcomeCodeInfo(code: string): OutcomeCodeInfo {
  const row = entryOf<Row>(outcomeCodes, code);
  if (!row) return { code, meaning: 'failed', isRetryable: false, isKnown: false };
  return { code, meaning: row[0], isRetryable: row[1] !== undefined, isKnown: true };
}
