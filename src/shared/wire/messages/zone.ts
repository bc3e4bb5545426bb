import { z } from 'zod';
import { zoneIdSchema } from '../../domain/ids';
import { wireLimits } from '../limits';
import { inbound, outbound } from '../message';
import { correlationFields, correlationOf, optionalText } from './fields';

/** 1.26: set (`zone_id` not empty) or remove a zone. Every string key is present: stock firmware turns a missing one into "null". */
export const zoneAssign = outbound({
  name: 'zone assignment',
  path: 'zone/assign',
  qos: 1,
  isVolatile: true,
  maxBytes: wireLimits.zoneAssignBytes,
  poolBytes: wireLimits.zoneAssignPoolBytes,
  schema: z.strictObject({
    zone_id: z.string().max(32),
    master_zone_id: z.string().max(32),
    zone_name: z.string().max(64),
    kaiser_id: z.string().max(63),
    correlation_id: z.string().max(wireLimits.correlationIdChars),
    timestamp: z.int(),
  }),
});

/** 1.27: result of a zone assignment. */
export const zoneAck = inbound({
  name: 'zone acknowledgement',
  path: 'zone/ack',
  qos: 1,
  schema: z
    .object({
      ...correlationFields,
      status: z.enum(['zone_assigned', 'zone_removed', 'error']),
      zone_id: z.union([zoneIdSchema, z.literal('')]).nullish(),
      message: optionalText,
      reason_code: optionalText,
    })
    .transform((payload) => ({
      correlationId: correlationOf(payload),
      status: payload.status,
      zoneId: payload.zone_id ?? undefined,
      message: payload.message ?? payload.reason_code,
      reasonCode: payload.reason_code,
    })),
});
export type ZoneAck = z.infer<typeof zoneAck.schema>;
