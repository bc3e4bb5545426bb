import { z } from 'zod';
import { actuatorTypes } from '../../domain/actuator-types';
import { wireLimits } from '../limits';
import { inbound, outbound } from '../message';
import { canonicalWord, correlationFields, correlationOf, optionalInt, optionalText } from './fields';

const text = (max: number) => z.string().max(max);

/** 5.2 */
export const sensorConfigSchema = z.strictObject({
  gpio: z.int().min(0).max(48),
  sensor_type: z.string().regex(/^[A-Za-z0-9_]{1,23}$/, 'A sensor type has 1 to 23 letters, digits or _.'),
  sensor_name: text(32),
  active: z.boolean().default(true),
  raw_mode: z.boolean().default(true),
  operating_mode: z.enum(['continuous', 'on_demand', 'paused', 'scheduled']).default('continuous'),
  measurement_interval_seconds: z.int().min(1).max(300).default(30),
  subzone_id: text(32).default(''),
  i2c_address: z.int().min(0).max(127).optional(),
  onewire_address: z
    .string()
    .regex(/^[0-9A-Fa-f]{16}$/)
    .optional(),
});
export type SensorConfig = z.infer<typeof sensorConfigSchema>;

/** 5.3 */
export const actuatorConfigSchema = z.strictObject({
  gpio: z.int().min(0).max(48),
  actuator_type: z.enum(actuatorTypes),
  actuator_name: text(32),
  aux_gpio: z.int().min(0).max(255).default(255),
  active: z.boolean().default(true),
  critical: z.boolean().default(false),
  inverted_logic: z.boolean().default(false),
  default_state: z.boolean().default(false),
  default_pwm: z.int().min(0).max(255).default(0),
  max_runtime_ms: z.int().min(1).default(3_600_000),
  subzone_id: text(32).default(''),
});
export type ActuatorConfig = z.infer<typeof actuatorConfigSchema>;

/** 5.4: when a rule holds, in local time of the zone named. */
export const timeFilterSchema = z.strictObject({
  enabled: z.boolean(),
  start_hour: z.int().min(0).max(23),
  start_minute: z.int().min(0).max(59),
  end_hour: z.int().min(0).max(23),
  end_minute: z.int().min(0).max(59),
  /** Bit 0 is Sunday. */
  days_of_week_mask: z.int().min(0).max(127),
  timezone: z.enum(['UTC', 'Europe/Berlin', 'CET', 'CEST']),
});
export type TimeFilter = z.infer<typeof timeFilterSchema>;

/** 5.4 */
export const offlineRuleSchema = z.strictObject({
  actuator_gpio: z.int().min(0).max(48),
  sensor_gpio: z.int().min(0).max(255),
  sensor_value_type: text(23),
  activate_below: z.number().default(0),
  deactivate_above: z.number().default(0),
  activate_above: z.number().default(0),
  deactivate_below: z.number().default(0),
  current_state_active: z.boolean().default(false),
  time_filter: timeFilterSchema.optional(),
});
/** `sensor_gpio` of a rule that looks at the clock only (5.4). */
export const TIME_ONLY_GPIO = 255;

export type OfflineRule = z.infer<typeof offlineRuleSchema>;

/** 1.24, 5.1: configuration push; sections that are absent stay as they are. */
export const configPush = outbound({
  name: 'configuration',
  path: 'config',
  qos: 2,
  isVolatile: true,
  maxBytes: wireLimits.configBytes,
  poolBytes: wireLimits.configPoolBytes,
  schema: z.strictObject({
    // Twice what a device keeps: a whole new set, and the old one with active:false to be removed.
    sensors: z.array(sensorConfigSchema).max(40).optional(),
    actuators: z.array(actuatorConfigSchema).max(24).optional(),
    offline_rules: z.array(offlineRuleSchema).max(8).optional(),
    correlation_id: text(wireLimits.correlationIdChars),
    intent_id: text(wireLimits.correlationIdChars),
    request_id: text(wireLimits.correlationIdChars),
    generation: z.int(),
    config_fingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    reason_code: text(40),
    timestamp: z.int(),
  }),
});

const statusAliases: Readonly<Record<string, string>> = { ok: 'success', failed: 'error', partial: 'partial_success' };
const typeAliases: Readonly<Record<string, string>> = { cfg: 'system', configuration: 'system' };
const statuses = ['success', 'partial_success', 'error'];
const types = ['sensor', 'actuator', 'system'];

/** 5.5 and the refusals of 3.5 that concern a configuration. A name outside this list is kept as it came and flagged by the room. */
export const configErrorNames: ReadonlySet<string> = new Set([
  'NONE', 'JSON_PARSE_ERROR', 'VALIDATION_FAILED', 'GPIO_CONFLICT', 'NVS_WRITE_FAILED', 'TYPE_MISMATCH', 'MISSING_FIELD', 'OUT_OF_RANGE',
  'CONFIG_FAILED', 'PAYLOAD_TOO_LARGE', 'QUEUE_FULL', 'STALE_SCOPE', 'STALE_SENSOR_SCOPE', 'STALE_ACTUATOR_SCOPE', 'STALE_OFFLINE_SCOPE',
  'WRITE_TIMEOUT', 'COMMIT_FAILED', 'REPLAY_QUEUE_FULL', 'OUTBOX_FULL', 'PERSISTENCE_DRIFT', 'CONTRACT_MISSING_CORRELATION',
  'CONTRACT_CORRELATION_MISSING', 'UNKNOWN_ERROR', 'SENSOR_ARRAY_EMPTY', 'ACTUATOR_ARRAY_EMPTY', 'CONFIG_LANE_BUSY', 'INVALID_JSON',
  'PENDING_RING_EVICTION', 'PUBLISH_OUTBOX_FULL', 'TTL_EXPIRED', 'REGISTRATION_PENDING', 'PENDING_APPROVAL_BLOCKED', 'SAFETY_LOCKED',
  'CONFIG_PENDING_BLOCKED', 'DEGRADED_MODE_BLOCKED', 'GPIO_RESERVED',
]); // prettier-ignore

/** Names behind the numbers of 5.5, for an answer that gives the number alone. */
const errorNumbers: Readonly<Record<number, string>> = {
  1001: 'GPIO_RESERVED', 1002: 'GPIO_CONFLICT', 1041: 'CONFIG_FAILED', 2003: 'NVS_WRITE_FAILED', 2010: 'VALIDATION_FAILED', 2011: 'MISSING_FIELD',
}; // prettier-ignore

/** Failures read out of one answer: the contract has at most 10, a device keeps 32 items. What is beyond shows in `failedCount`. */
const MAX_FAILURES = 32;
/** Longest detail that is kept, characters (5.5). */
const DETAIL_CHARS = 200;
/** Longest error name that is kept: those of the contract have up to 28 characters. */
const ERROR_NAME_CHARS = 64;

/** What is told beside the point is taken where it is right and left out where it is not: the answer itself must never be lost for it. */
const looseText = z.string().optional().catch(undefined);
const looseInt = z.int().optional().catch(undefined);
const itemSchema = z.object({
  gpio: z.int().min(0).max(255).optional().catch(undefined),
  sensor_type: looseText,
  onewire_address: looseText,
  i2c_address: looseInt,
});
const errorFields = {
  error_code: z.union([z.string(), z.number()]).optional().catch(undefined),
  error: looseText,
  detail: looseText,
};
const failureSchema = itemSchema.extend({ ...errorFields, type: looseText });

/** One item that the device did not take. */
export type ConfigItemFailure = {
  /** `type` of the answer or of the failure itself. */
  readonly type: string;
  readonly gpio?: number;
  readonly error: string;
  readonly errorCode?: number;
  readonly detail: string;
  /** Tell apart what shares a pin number, where the device says it. */
  readonly sensorType?: string;
  readonly onewireAddress?: string;
  readonly i2cAddress?: number;
};

function failureOf(
  type: string,
  from: Omit<z.infer<typeof failureSchema>, 'type'>,
  message: string,
): ConfigItemFailure {
  const { gpio, error, error_code, detail, sensor_type, onewire_address, i2c_address } = from;
  const number = typeof error_code === 'number' && Number.isInteger(error_code) ? error_code : undefined;
  const name = error ?? (typeof error_code === 'string' ? error_code : undefined) ?? errorNumbers[number ?? 0];
  return {
    type,
    ...(gpio !== undefined && { gpio }),
    error: (name ?? 'UNKNOWN_ERROR').slice(0, ERROR_NAME_CHARS),
    ...(number !== undefined && { errorCode: number }),
    detail: (detail ?? message).slice(0, DETAIL_CHARS),
    ...(sensor_type !== undefined && { sensorType: sensor_type }),
    ...(onewire_address !== undefined && { onewireAddress: onewire_address }),
    ...(i2c_address !== undefined && { i2cAddress: i2c_address }),
  };
}

const responseSchema = z.object({
  ...correlationFields,
  ...errorFields,
  request_id: optionalText,
  status: z.string(),
  type: z.string(),
  count: optionalInt,
  message: optionalText,
  gpio: itemSchema.shape.gpio,
  failed_item: z
    .union([itemSchema, z.int().transform((gpio) => ({ gpio }))])
    .optional()
    .catch(undefined),
  failed_count: looseInt,
  failures: z.array(failureSchema.catch({})).optional().catch(undefined),
});

/** What an answer says about items that were not taken; undefined when it says nothing. */
function failuresOf(
  payload: z.infer<typeof responseSchema>,
  status: string,
  section: string,
): ConfigItemFailure[] | undefined {
  const message = payload.message ?? '';
  if (payload.failures?.length)
    return payload.failures
      .slice(0, MAX_FAILURES)
      .map(({ type, ...failure }) => failureOf(type ?? section, failure, message));
  if (status === 'success') return undefined;
  const { error, error_code, detail, failed_item: item } = payload;
  return [failureOf(section, { ...item, gpio: item?.gpio ?? payload.gpio, error, error_code, detail }, message)];
}

/** 5.5: result of one section; one push yields several. Any status but `success` counts as failed. */
export const configResponse = inbound({
  name: 'configuration response',
  path: 'config_response',
  qos: 2,
  schema: responseSchema.transform((payload) => {
    const status = canonicalWord(statusAliases, payload.status);
    const section = canonicalWord(typeAliases, payload.type);
    return {
      correlationId: correlationOf(payload) ?? payload.request_id,
      status,
      section,
      message: payload.message ?? String(payload.error_code ?? ''),
      failures: failuresOf(payload, status, section),
      failedCount: payload.failed_count,
    };
  }),
  review: ({ status, section }) => [
    ...(statuses.includes(status) ? [] : [{ code: 'unknown_config_status', field: 'status', raw: status }]),
    ...(types.includes(section) ? [] : [{ code: 'unknown_config_type', field: 'type', raw: section }]),
  ],
});
export type ConfigResponse = z.infer<typeof configResponse.schema>;
