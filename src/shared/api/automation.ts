import { z } from 'zod';
import { deviceIdSchema } from '../domain/ids';
import { MAX_OFFLINE_RULES, thresholdComparisons } from '../domain/offline-rule-derivation';
import { offlineRuleSchema, timeFilterSchema } from '../wire/messages/config';
import { procedure } from './base';

/** Rules of one call at most; a plant has some dozens. */
const MAX_RULES = 200;

const sensor = { deviceId: deviceIdSchema, gpio: z.int().min(0).max(255), sensorType: z.string().max(40) };
const conditionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('threshold'),
    ...sensor,
    comparison: z.enum(thresholdComparisons),
    value: z.number(),
  }),
  z.strictObject({
    kind: z.literal('hysteresis'),
    ...sensor,
    activate: z.enum(['above', 'below']),
    activateAt: z.number(),
    deactivateAt: z.number(),
  }),
  z.strictObject({
    kind: z.literal('time_window'),
    startHour: z.int().min(0).max(23),
    startMinute: z.int().min(0).max(59),
    endHour: z.int().min(0).max(23),
    endMinute: z.int().min(0).max(59),
    /** 0 = Monday; absent: every day. */
    daysOfWeek: z.array(z.int().min(0).max(6)).max(7).optional(),
    timezone: timeFilterSchema.shape.timezone,
  }),
  z.strictObject({ kind: z.literal('other') }),
]);

/** A rule of the operator, as far as it matters for what a device can follow alone (wire contract 10.2). */
export const operatorRuleSchema = z.strictObject({
  id: z.string().max(64),
  name: z.string().max(64).default(''),
  isEnabled: z.boolean().default(true),
  /** 1–100, lower is stronger. */
  priority: z.int().min(1).max(100).default(50),
  operator: z.enum(['AND', 'OR']).default('AND'),
  conditions: z.array(conditionSchema).min(1).max(10),
  action: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('actuator'),
      deviceId: deviceIdSchema,
      gpio: z.int().min(0).max(48),
      command: z.string().max(16),
    }),
    z.strictObject({ kind: z.literal('other') }),
  ]),
});

export const automationContract = {
  deriveOfflineRules: procedure
    .route({
      method: 'POST',
      path: '/devices/{id}/offline-rules/derive',
      summary: 'What a device could follow alone out of the given rules; nothing is stored or sent',
      tags: ['devices'],
    })
    .input(z.strictObject({ id: deviceIdSchema, rules: z.array(operatorRuleSchema).max(MAX_RULES) }))
    .output(
      z.object({
        offlineRules: z.array(offlineRuleSchema).max(MAX_OFFLINE_RULES),
        skipped: z.array(z.object({ ruleId: z.string(), reason: z.string(), message: z.string() })),
        warning: z.string().nullable(),
      }),
    ),
};
