import { z } from 'zod';
import { wireLimits } from '../limits';
import { inbound, outbound } from '../message';
import { correlationFields, correlationOf, optionalFlag, optionalText } from './fields';

const id = z.string().max(wireLimits.correlationIdChars);
const reason = z.string().max(wireLimits.stopReasonChars);

/** Longest token that devices store (1.12). */
const TOKEN_CHARS = 64;
const token = z.string().max(TOKEN_CHARS);

/** 1.21: stop or clear one device. Never held back, never volatile. */
export const deviceEmergency = outbound({
  name: 'device emergency',
  path: 'actuator/emergency',
  qos: 1,
  poolBytes: wireLimits.emergencyPoolBytes,
  isVolatile: false,
  /**
   * The device's limit is its pool, which always holds more than the text has, but for what JSON escapes: quotes and backslashes, which
   * only a token may have. The text gets room for a token full of them, so that a stop never fails for its token.
   */
  maxBytes: wireLimits.emergencyBytes + TOKEN_CHARS,
  schema: z.strictObject({
    /** `drill` only to a device that announces it: another one might really stop (extensions). */
    command: z.enum(['emergency_stop', 'clear_emergency', 'drill']),
    /** Always present: stock firmware turns a missing string into "null" (0.5). */
    auth_token: token,
    reason,
    correlation_id: id,
    intent_id: id,
  }),
});

/** 1.23: stop of every device. All values are strings: an integer timestamp makes the device refuse the stop. */
export const broadcastEmergency = outbound({
  name: 'broadcast emergency',
  path: 'kaiser/broadcast/emergency',
  qos: 2,
  poolBytes: wireLimits.broadcastEmergencyPoolBytes,
  isVolatile: false,
  maxBytes: wireLimits.broadcastEmergencyBytes,
  schema: z.strictObject({
    command: z.literal('emergency_stop'),
    /** Stock firmware accepts only a string; absent when no broadcast token is stored. */
    auth_token: token.optional(),
    reason,
    issued_by: z.string().max(64),
    timestamp: z.string().max(32),
    correlation_id: id,
    intent_id: id,
  }),
});

/** 1.22: the stop was dispatched to the outputs. */
export const emergencyAck = inbound({
  name: 'emergency acknowledgement',
  path: 'actuator/emergency/ack',
  qos: 1,
  schema: z.object({ ...correlationFields, outcome: optionalText, drill: optionalFlag }).transform((payload) => ({
    correlationId: correlationOf(payload),
    outcome: payload.outcome,
    isDrill: payload.drill ?? false,
  })),
});

export type EmergencyAck = z.infer<typeof emergencyAck.schema>;

/** 1.22: the stop was cleared on the device; outputs stay off. */
export const recoveryConfirm = inbound({
  name: 'recovery confirmation',
  path: 'actuator/recovery_confirm',
  qos: 1,
  schema: z
    .object({ ...correlationFields, state: optionalText })
    .transform((payload) => ({ correlationId: correlationOf(payload), state: payload.state })),
});
