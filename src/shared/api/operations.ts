import { z } from 'zod';
import { deviceIdSchema } from '../domain/ids';
import { actorSchema, procedure, timeSchema } from './base';

export const operationKinds = [
  'zone_assign',
  'zone_remove',
  'config',
  'subzone_assign',
  'subzone_remove',
  'subzone_safe',
] as const;
export type OperationKind = (typeof operationKinds)[number];

export const operationViewSchema = z.object({
  id: z.string(),
  kind: z.enum(operationKinds),
  deviceId: deviceIdSchema,
  /** What it is about: a zone, a subzone, the sections of a configuration. */
  subject: z.string().optional(),
  by: actorSchema.optional(),
  traceId: z.string().optional(),
  state: z.enum(['pending', 'confirmed', 'failed', 'timeout']),
  /** Not sent yet: the device is not there (`device`), or works on another change (`turn`). */
  waitingFor: z.enum(['device', 'turn']).optional(),
  reason: z.string().optional(),
  startedAt: timeSchema,
  /** When it was handed to the broker last. */
  sentAt: timeSchema.optional(),
  finishedAt: timeSchema.optional(),
});
export type OperationView = z.infer<typeof operationViewSchema>;

const byId = z.strictObject({ id: z.string().max(64) });

export const operationsContract = {
  get: procedure
    .route({
      method: 'GET',
      path: '/operations/{id}',
      summary: 'A zone, subzone or configuration operation',
      tags: ['devices'],
    })
    .input(byId)
    .output(operationViewSchema),
  outbox: procedure
    .route({
      method: 'GET',
      path: '/outbox',
      summary: 'Changes that wait for their device, oldest first; the newest per device and kind is kept',
      tags: ['devices'],
    })
    .output(z.array(operationViewSchema)),
  cancel: procedure
    .route({
      method: 'DELETE',
      path: '/outbox/{id}',
      summary: 'Withdraw a change that was not sent yet',
      tags: ['devices'],
    })
    .input(byId)
    .output(operationViewSchema),
};
