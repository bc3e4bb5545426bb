import { z } from 'zod';
import { wireLimits } from '../limits';
import { inbound, outbound } from '../message';
import { correlationFields, correlationOf, optionalInt, optionalText } from './fields';

const id = z.string().min(1).max(32);
const correlation = z.string().max(wireLimits.correlationIdChars);

/** 1.28: pins → subzone. Every string key is present; `safe_mode_active` defaults to true on the device, so it is always sent. */
export const subzoneAssign = outbound({
  name: 'subzone assignment',
  path: 'subzone/assign',
  qos: 1,
  isVolatile: true,
  maxBytes: wireLimits.subzoneAssignBytes,
  poolBytes: wireLimits.subzoneAssignPoolBytes,
  schema: z.strictObject({
    subzone_id: id,
    subzone_name: z.string().max(64),
    parent_zone_id: z.string().max(32),
    assigned_gpios: z.array(z.int().min(1).max(48)).max(wireLimits.subzonePins),
    safe_mode_active: z.boolean(),
    timestamp: z.int(),
    correlation_id: correlation,
  }),
});

/** 1.29 */
export const subzoneRemove = outbound({
  name: 'subzone removal',
  path: 'subzone/remove',
  qos: 1,
  isVolatile: true,
  maxBytes: wireLimits.subzoneRemoveBytes,
  poolBytes: wireLimits.subzoneRemovePoolBytes,
  schema: z.strictObject({
    subzone_id: id,
    reason: z.string().max(40),
    timestamp: z.int(),
    correlation_id: correlation,
  }),
});

/** 1.30: never acknowledged; a refusal comes as subzone/ack. `safe_mode` is left out: it would win over `disable`. */
export const subzoneSafe = outbound({
  name: 'subzone safe mode',
  path: 'subzone/safe',
  qos: 1,
  isVolatile: true,
  maxBytes: wireLimits.subzoneSafeBytes,
  poolBytes: wireLimits.subzoneSafePoolBytes,
  schema: z.strictObject({
    subzone_id: id,
    action: z.enum(['enable', 'disable']),
    reason: z.string().max(40),
    timestamp: z.int(),
    correlation_id: correlation,
  }),
});

/**
 * 1.31: result of a subzone assignment or removal, or a refusal of either or of safe mode. `subzone_id` is "unknown" after a parse error;
 * an error has a `reason_code` or the catch-all `error_code` 2506. Its time comes as `timestamp` or `ts`; nothing needs it.
 */
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
      error_code: optionalInt,
    })
    .transform((payload) => ({
      correlationId: correlationOf(payload),
      status: payload.status,
      subzoneId: payload.subzone_id,
      message: payload.message ?? payload.reason_code,
      reasonCode: payload.reason_code,
      errorCode: payload.error_code,
    })),
});
export type SubzoneAck = z.infer<typeof subzoneAck.schema>;
