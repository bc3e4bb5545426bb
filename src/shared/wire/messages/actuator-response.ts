import { z } from 'zod';
import { inbound } from '../message';
import { correlationFields, correlationOf, optionalInt, optionalText } from './fields';

const yes = new Set(['1', 'true', 'yes', 'on']);
/** How stock firmware words a refusal before execution (3.3); the code stands in the text only. */
const REASON_CODE = /\(reason_code=([A-Z0-9_]{1,60})\)/;

/** 1.18: the device's result of a command. Without a correlation id it completes nothing. */
export const actuatorResponse = inbound({
  name: 'actuator response',
  path: 'actuator/+/response',
  qos: 1,
  schema: z
    .object({
      ...correlationFields,
      command: optionalText,
      value: z.number().nullish(),
      success: z
        .union([z.boolean(), z.number(), z.string()])
        .transform((value) => yes.has(String(value).toLowerCase())),
      message: optionalText,
      seq: optionalInt,
    })
    .transform((payload) => ({
      correlationId: correlationOf(payload),
      command: payload.command,
      value: payload.value ?? undefined,
      isSuccess: payload.success,
      code: REASON_CODE.exec(payload.message ?? '')?.[1],
      message: payload.message ?? '',
    })),
});
export type ActuatorResponse = z.infer<typeof actuatorResponse.schema>;
