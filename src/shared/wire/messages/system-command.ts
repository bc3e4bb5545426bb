import { z } from 'zod';
import { wireLimits } from '../limits';
import { outbound } from '../message';

const id = z.string().max(wireLimits.correlationIdChars);

/** Parameters of maintenance commands with their limits; which command takes which is the control room's table. */
export const systemCommandFields = {
  confirm: z.literal(true),
  pin: z.int().min(0).max(48),
  level: z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']),
  token: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  token_type: z.enum(['esp', 'broadcast']),
  delay_ms: z.int().min(0).max(60_000),
  seconds: z.int().min(1).max(300),
} as const;

/**
 * 1.12 and our extensions `reboot` and `identify`: maintenance of a device. Names are lower case and parameters stand at the top level,
 * where stock firmware looks for all of them. `intent_id` and `timestamp` are optional for the sake of `set_emergency_token`: with them a
 * long token overflows the 256-byte pool (0.5) and stock firmware drops the command without a word.
 */
export const systemCommand = outbound({
  name: 'system command',
  path: 'system/command',
  qos: 2,
  isVolatile: true,
  maxBytes: wireLimits.systemCommandBytes,
  poolBytes: wireLimits.systemCommandPoolBytes,
  schema: z.strictObject({
    command: z.string().regex(/^[a-z_/]{1,32}$/),
    ...z.strictObject(systemCommandFields).partial().shape,
    correlation_id: id,
    intent_id: id.optional(),
    timestamp: z.int().optional(),
  }),
});
export type SystemCommand = z.infer<typeof systemCommand.schema>;
