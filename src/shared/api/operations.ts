import { z } from 'zod';
import { deviceIdSchema } from '../domain/ids';
import { procedure, timeSchema } from './base';

export const operationViewSchema = z.object({
  id: z.string(),
  kind: z.enum(['zone_assign', 'zone_remove', 'config']),
  deviceId: deviceIdSchema,
  state: z.enum(['pending', 'confirmed', 'failed', 'timeout']),
  reason: z.string().optional(),
  startedAt: timeSchema,
  finishedAt: timeSchema.optional(),
});
export type OperationView = z.infer<typeof operationViewSchema>;

export const operationsContract = {
  get: procedure
    .route({ method: 'GET', path: '/operations/{id}', summary: 'A zone or configuration operation', tags: ['devices'] })
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(operationViewSchema),
};
