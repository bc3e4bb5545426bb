import { z } from 'zod';
import { wireLimits } from '../limits';
import { outbound } from '../message';

const id = z.string().max(wireLimits.correlationIdChars);

/** 1.15: measure one pin now. The device answers on `sensor/{g}/response` because `request_id` is there. */
export const sensorCommand = outbound({
  name: 'sensor command',
  path: 'sensor/+/command',
  qos: 2,
  isVolatile: true,
  maxBytes: wireLimits.sensorCommandBytes,
  poolBytes: wireLimits.sensorCommandPoolBytes,
  schema: z.strictObject({
    command: z.literal('measure'),
    request_id: id,
    timeout_ms: z.int().min(1).max(60_000),
    correlation_id: id,
    intent_id: id,
    timestamp: z.int(),
  }),
});
export type SensorCommand = z.infer<typeof sensorCommand.schema>;
