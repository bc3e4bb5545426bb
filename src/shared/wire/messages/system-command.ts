import { z } from 'zod';
import { wireLimits } from '../limits';
import { outbound } from '../message';

const id = z.string().max(wireLimits.correlationIdChars);

/**
 * 1.12 and our extensions `reboot` and `identify`: maintenance of a device. Names are lower case and parameters stand at the top level,
 * where stock firmware looks for all of them.
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
    confirm: z.literal(true).optional(),
    pin: z.int().min(0).max(48).optional(),
    level: z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']).optional(),
    token: z.string().min(1).max(64).optional(),
    token_type: z.enum(['esp', 'broadcast']).optional(),
    delay_ms: z.int().min(0).max(60_000).optional(),
    seconds: z.int().min(1).max(300).optional(),
    correlation_id: id,
    intent_id: id,
    timestamp: z.int(),
  }),
});
export type SystemCommand = z.infer<typeof systemCommand.schema>;
