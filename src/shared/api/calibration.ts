import { z } from 'zod';
import { calibrationMethods } from '../domain/calibration';
import { seriesIdSchema } from '../domain/ids';
import { actorSchema, procedure, timeSchema } from './base';

const pointSchema = z.strictObject({ role: z.string().max(32), raw: z.number(), reference: z.number() });

/** One applied calibration: value = slope · raw + intercept. */
export const calibrationViewSchema = z.object({
  seriesId: seriesIdSchema,
  method: z.enum(calibrationMethods),
  points: z.array(pointSchema),
  slope: z.number(),
  intercept: z.number(),
  appliedAt: timeSchema,
  by: actorSchema,
});
export type CalibrationView = z.infer<typeof calibrationViewSchema>;

const bySeries = z.strictObject({ id: seriesIdSchema });
const route = (method: 'GET' | 'PUT' | 'DELETE', summary: string) =>
  procedure.route({ method, path: '/series/{id}/calibration', summary, tags: ['calibration'] });

export const calibrationContract = {
  get: route('GET', 'Calibration of one series, or null').input(bySeries).output(calibrationViewSchema.nullable()),
  apply: route('PUT', 'Calibrate a series; holds from the next reading on')
    .input(bySeries.extend({ method: z.enum(calibrationMethods), points: z.array(pointSchema).min(1).max(2) }))
    .output(calibrationViewSchema),
  remove: route('DELETE', 'Back to the default conversion')
    .input(bySeries)
    .output(z.object({ removed: z.boolean() })),
};
