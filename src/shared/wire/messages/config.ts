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
});
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
    sensors: z.array(sensorConfigSchema).max(20).optional(),
    actuators: z.array(actuatorConfigSchema).max(12).optional(),
    offline_rules: z.array(offlineRuleSchema).max(8).optional(),
    correlation_id: text(wireLimits.correlationIdChars),
    intent_id: text(wireLimits.correlationIdChars),
    request_id: text(wireLimits.correlationIdChars),
    generation: z.int(),
    reason_code: text(40),
    timestamp: z.int(),
  }),
});

const statusAliases: Readonly<Record<string, string>> = { ok: 'success', failed: 'error', partial: 'partial_success' };
const typeAliases: Readonly<Record<string, string>> = { cfg: 'system', configuration: 'system' };

/** 5.5: result of one section; one push yields several. Any status but `success` counts as failed. */
export const configResponse = inbound({
  name: 'configuration response',
  path: 'config_response',
  qos: 2,
  schema: z
    .object({
      ...correlationFields,
      request_id: optionalText,
      status: z.string(),
      type: z.string(),
      count: optionalInt,
      message: optionalText,
      error_code: z.union([z.string(), z.number()]).nullish(),
    })
    .transform((payload) => ({
      correlationId: correlationOf(payload) ?? payload.request_id,
      status: canonicalWord(statusAliases, payload.status),
      section: canonicalWord(typeAliases, payload.type),
      message: payload.message ?? String(payload.error_code ?? ''),
    })),
});
export type ConfigResponse = z.infer<typeof configResponse.schema>;
