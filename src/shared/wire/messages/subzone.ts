import { z } from 'zod';
import { inbound } from '../message';
import { correlationFields, correlationOf, optionalText } from './fields';

/** 1.31: result of a subzone assignment or removal. */
export const subzoneAck = inbound({
  name: 'subzone acknowledgement',
  path: 'subzone/ack',
  qos: 1,
  schema: z
    .object({
      ...correlationFields,
      status: z.enum(['subzone_assigned', 'subzone_removed', 'error']),
      subzone_id: optionalText,
      message: optionalText,
      reason_code: optionalText,
    })
    .transform((payload) => ({
      correlationId: correlationOf(payload),
      status: payload.status,
      subzoneId: payload.subzone_id,
      message: payload.message ?? payload.reason_code,
    })),
});
export type SubzoneAck = z.infer<typeof subzoneAck.schema>;
