import { z } from 'zod';
import { inbound } from '../message';
import { correlationFields, correlationOf, optionalText } from './fields';

/** Answers carry at most this many further fields (stock `diagnostics`, the longest, has 22); the rest is left out. */
const MAX_FIELDS = 32;
/** Longest text of such a field that is kept, characters. */
const MAX_FIELD_CHARS = 256;
const FIELD_NAME = /^[a-z][a-z0-9_]{0,39}$/i;
/** Fields that every answer has and that stand elsewhere in its canonical form. */
const commonFields: ReadonlySet<string> = new Set([
  'command', 'success', 'esp_id', 'ts', 'seq', 'correlation_id', 'corr_id', 'corrId', 'request_id', 'intent_id',
  'error', 'reason_code', 'message', 'data', 'token',
]); // prettier-ignore
/** All that stock firmware says before it forgets everything (1.12). */
const RESET_WORD = 'factory_reset_initiated';
/** A word like `PENDING_APPROVAL_BLOCKED`, as stock firmware puts it into `error`. */
const CODE_WORD = /^[A-Z][A-Z0-9_]+$/;

export type AnswerField = string | number | boolean;

const text = (schema = z.string()) => schema.nullish().transform((value) => value ?? undefined);
const looseFlag = z.boolean().optional().catch(undefined);
const answerFields = {
  ...correlationFields,
  request_id: optionalText,
  command: optionalText,
  success: looseFlag,
  error: optionalText,
  reason_code: optionalText,
  message: optionalText,
};

/** 1.12: result of a maintenance command. `fields` is what the device says besides, by its own names. */
export const systemResponse = inbound({
  name: 'system response',
  path: 'system/command/response',
  qos: 1,
  schema: z.looseObject({ ...answerFields, status: z.unknown().optional() }).transform((payload) => {
    const isReset = payload.status === RESET_WORD;
    const { error, reason_code: reason } = payload;
    return {
      correlationId: correlationOf(payload) ?? payload.request_id,
      command: payload.command ?? (isReset ? 'factory_reset' : undefined),
      isSuccess: payload.success ?? (isReset ? true : error === undefined ? undefined : false),
      code: reason ?? (error !== undefined && CODE_WORD.test(error) ? error : undefined),
      message: payload.message ?? error,
      fields: furtherFields(payload),
    };
  }),
});
export type SystemResponse = z.infer<typeof systemResponse.schema>;

/** 1.16: result of "measure now". */
export const sensorResponse = inbound({
  name: 'sensor response',
  path: 'sensor/+/response',
  qos: 1,
  schema: z
    .object({
      ...answerFields,
      measurement_ok: looseFlag,
      timeout: looseFlag,
      raw: z.number().optional().catch(undefined),
      quality: text(z.string().max(40)).catch(undefined),
      sensor_type: text(z.string().max(40)).catch(undefined),
    })
    .transform((payload) => ({
      correlationId: correlationOf(payload) ?? payload.request_id,
      command: payload.command,
      isSuccess: payload.success ?? payload.measurement_ok,
      isTimeout: payload.timeout === true || payload.reason_code === 'MEASURE_TIMEOUT',
      code: payload.reason_code,
      message: payload.message ?? payload.error,
      raw: payload.raw,
      quality: payload.quality,
      sensorType: payload.sensor_type,
    })),
});
export type SensorResponse = z.infer<typeof sensorResponse.schema>;

/** Scalars under plain names, the first ones in the device's order. */
function furtherFields(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, AnswerField>> {
  const further = Object.entries(payload).flatMap(([name, value]): [string, AnswerField][] => {
    if (commonFields.has(name) || !FIELD_NAME.test(name)) return [];
    if (typeof value === 'string') return [[name, value.slice(0, MAX_FIELD_CHARS)]];
    return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [];
  });
  return Object.fromEntries(further.slice(0, MAX_FIELDS));
}
