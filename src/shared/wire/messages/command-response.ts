import { z } from 'zod';
import { inbound } from '../message';
import { correlationFields, correlationOf, optionalText } from './fields';

const answer = z
  .object({
    ...correlationFields,
    request_id: optionalText,
    command: optionalText,
    success: z.boolean().optional().catch(undefined),
    error: optionalText,
    reason_code: optionalText,
    message: optionalText,
  })
  .transform((payload) => ({
    correlationId: correlationOf(payload) ?? payload.request_id,
    command: payload.command,
    isSuccess: payload.success,
    message: payload.message ?? payload.error ?? payload.reason_code,
  }));

/** 1.12: result of a maintenance command. */
export const systemResponse = inbound({
  name: 'system response',
  path: 'system/command/response',
  qos: 1,
  schema: answer,
});
/** 1.16: result of "measure now". */
export const sensorResponse = inbound({ name: 'sensor response', path: 'sensor/+/response', qos: 1, schema: answer });
export type CommandResponse = z.infer<typeof answer>;
