import { z } from 'zod';
import { inbound } from '../message';
import { optionalInt } from './fields';

/** 1.9: back-pressure of the device's publish queue. */
export const queuePressure = inbound({
  name: 'queue pressure',
  path: 'system/queue_pressure',
  qos: 1,
  schema: z
    .object({ event: z.string().max(40), fill_level: optionalInt })
    .transform(({ event, fill_level: fillLevel }) => ({ event, isOver: event === 'recovered', fillLevel })),
});
export type QueuePressure = z.infer<typeof queuePressure.schema>;
