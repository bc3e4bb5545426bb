import { z } from 'zod';
import { deviceIdSchema, zoneIdSchema } from '../domain/ids';
import { actorSchema, procedure, timeSchema } from './base';

export const stopScopeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('zone'), zoneId: zoneIdSchema }),
  z.strictObject({ kind: z.literal('device'), deviceId: deviceIdSchema }),
]);
export type StopScope = z.infer<typeof stopScopeSchema>;

export const stopDeviceStateSchema = z.enum(['sent', 'confirmed', 'unconfirmed', 'offline', 'cleared']);
export type StopDeviceState = z.infer<typeof stopDeviceStateSchema>;

export const stopViewSchema = z.object({
  id: z.string(),
  scope: stopScopeSchema,
  reason: z.string(),
  by: actorSchema,
  engagedAt: timeSchema,
  clearedAt: timeSchema.optional(),
  clearedBy: actorSchema.optional(),
  /** Before this time a clear is refused. */
  clearableAt: timeSchema,
  devices: z.array(
    z.object({
      deviceId: deviceIdSchema,
      state: stopDeviceStateSchema,
      latencyMs: z.number().optional(),
      sentAt: timeSchema.optional(),
    }),
  ),
});
export type StopView = z.infer<typeof stopViewSchema>;

const route = (method: 'GET' | 'POST', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['stop'] });

export const stopContract = {
  list: route('GET', '/stop', 'Stops: engaged ones first, then the last cleared ones').output(z.array(stopViewSchema)),
  engage: route('POST', '/stop', 'Engage a software stop (it does not replace a hard-wired emergency stop)')
    .input(z.strictObject({ scope: stopScopeSchema, reason: z.string().max(500).optional() }))
    .output(stopViewSchema),
  clear: route('POST', '/stop/{id}/clear', 'Clear a stop; starts nothing')
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(stopViewSchema),
};
