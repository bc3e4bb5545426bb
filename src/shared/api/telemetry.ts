import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { qualities } from '../domain/quality';
import { deviceIdSchema, gpioSchema, seriesIdSchema } from '../domain/ids';
import { pageInput, pageOf, procedure, timeSchema } from './base';

export const qualitySchema = z.enum(qualities);

export const sensorViewSchema = z.object({
  seriesId: seriesIdSchema,
  deviceId: deviceIdSchema,
  gpio: gpioSchema,
  type: z.string(),
  name: z.string(),
  address: z.string().optional(),
  subzoneId: z.string().optional(),
  configured: z.boolean(),
  raw: z.number().nullable(),
  value: z.number().nullable(),
  unit: z.string(),
  quality: qualitySchema,
  stale: z.boolean(),
  /** After this long without a reading the value is stale, milliseconds. */
  staleAfterMs: z.number(),
  at: timeSchema.nullable(),
  receivedAt: timeSchema.nullable(),
});
export type SensorView = z.infer<typeof sensorViewSchema>;

export const sampleSchema = z.object({
  at: timeSchema,
  value: z.number().nullable(),
  min: z.number().optional(),
  max: z.number().optional(),
  quality: qualitySchema,
});
export type Sample = z.infer<typeof sampleSchema>;

/**
 * Newest reading of each subscribed series that changed since the last frame. The arrays run in parallel: `index` is the position in the
 * subscription's list, `at` is receive time in Unix ms, `quality` is an index into `qualities`. `merged` counts readings that were
 * replaced by newer ones within the frame (they are stored; only the display skips them).
 */
export const telemetryFrameSchema = z.object({
  sentAt: z.number(),
  index: z.array(z.int()),
  at: z.array(z.number()),
  value: z.array(z.number().nullable()),
  quality: z.array(z.int()),
  stale: z.array(z.boolean()),
  merged: z.int(),
  /** Frames that were held back because this client did not keep up. */
  heldBack: z.int(),
});
export type TelemetryFrame = z.infer<typeof telemetryFrameSchema>;

/** Upper bound of a subscription, so that one client cannot make frames without end. */
const MAX_SUBSCRIBED_SERIES = 2000;

const route = (method: 'GET' | 'POST', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['telemetry'] });

export const telemetryContract = {
  sensors: route('GET', '/devices/{id}/sensors', 'Values of one device')
    .input(z.strictObject({ id: deviceIdSchema }))
    .output(z.array(sensorViewSchema)),
  series: route('GET', '/series', 'All series, or those of one device')
    .input(z.strictObject({ deviceId: deviceIdSchema.optional() }))
    .output(z.array(sensorViewSchema)),
  samples: route('GET', '/series/{id}/samples', 'History of one series, oldest first')
    .input(
      z.strictObject({
        id: seriesIdSchema,
        from: timeSchema.optional(),
        to: timeSchema.optional(),
        maxPoints: z.coerce.number().int().min(1).max(10_000).optional(),
        ...pageInput,
      }),
    )
    .output(pageOf(sampleSchema)),
  live: route('POST', '/streams/telemetry', 'Frames of live readings, at most 20 per second')
    .input(z.strictObject({ series: z.array(seriesIdSchema).max(MAX_SUBSCRIBED_SERIES) }))
    .output(eventIterator(telemetryFrameSchema)),
};
