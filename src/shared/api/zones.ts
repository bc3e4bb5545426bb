import { z } from 'zod';
import { zoneIdSchema } from '../domain/ids';
import { procedure } from './base';

export const zoneViewSchema = z.object({
  id: zoneIdSchema,
  name: z.string(),
  masterZoneId: zoneIdSchema.nullable(),
  order: z.int(),
  demo: z.boolean(),
});
export type ZoneView = z.infer<typeof zoneViewSchema>;

const route = (method: 'GET' | 'PUT' | 'DELETE', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['zones'] });

export const zonesContract = {
  list: route('GET', '/zones', 'The plant model, in display order').output(z.array(zoneViewSchema)),
  put: route('PUT', '/zones/{id}', 'Create or change a zone')
    .input(
      z.strictObject({
        id: zoneIdSchema,
        name: z.string().trim().min(1).max(64),
        masterZoneId: zoneIdSchema.nullable().optional(),
        order: z.int().min(0).max(10_000).optional(),
      }),
    )
    .output(zoneViewSchema),
  remove: route('DELETE', '/zones/{id}', 'Delete a zone that no device is in')
    .input(z.strictObject({ id: zoneIdSchema }))
    .output(z.object({ removed: z.boolean() })),
};
