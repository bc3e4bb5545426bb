import { z } from 'zod';
import { wireLimits } from '../limits';
import { outbound } from '../message';

/** 1.17: drives one actuator. `correlation_id` and `intent_id` are the same UUID (0.3). */
export const actuatorCommand = outbound({
  name: 'actuator command',
  path: 'actuator/+/command',
  qos: 2,
  isVolatile: true,
  maxBytes: wireLimits.actuatorCommandBytes,
  schema: z.strictObject({
    command: z.enum(['ON', 'OFF', 'PWM', 'TOGGLE']),
    value: z.number().min(0).max(1),
    duration: z.int().min(0).max(86_400),
    timestamp: z.int(),
    issued_by: z.string().max(64),
    correlation_id: z.string().max(wireLimits.correlationIdChars),
    intent_id: z.string().max(wireLimits.correlationIdChars),
    expires_at: z.int().optional(),
  }),
});
export type ActuatorCommand = z.infer<typeof actuatorCommand.schema>;
