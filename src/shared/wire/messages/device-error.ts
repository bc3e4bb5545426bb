import { z } from 'zod';
import { inbound } from '../message';
import { optionalText } from './fields';

/** 1.8: error event of a device. */
export const deviceError = inbound({
  name: 'device error',
  path: 'system/error',
  qos: 1,
  schema: z
    .object({
      error_code: z.int(),
      severity: z.union([z.int(), z.string()]),
      category: optionalText,
      message: optionalText,
    })
    .transform(({ error_code: code, severity, category, message }) => ({
      code,
      severity: String(severity),
      category: category ?? '',
      message: message ?? '',
    })),
});
export type DeviceError = z.infer<typeof deviceError.schema>;
