import { z } from 'zod';
import { inbound } from '../message';
import { canonicalWord, optionalInt, unknownWord } from './fields';

/** Upstream's reference lists other words than its firmware sends (1.9). */
const eventAliases: Readonly<Record<string, string>> = { enter: 'entered_pressure', entered: 'entered_pressure' };
const events = ['entered_pressure', 'recovered'] as const;

/** 1.9: back-pressure of the device's publish queue. An unknown event says neither that it began nor that it is over. */
export const queuePressure = inbound({
  name: 'queue pressure',
  path: 'system/queue_pressure',
  qos: 1,
  schema: z
    .object({
      event: z.string().max(40),
      fill_level: optionalInt,
      queue_fill: optionalInt,
      high_watermark: optionalInt,
      shed_count: optionalInt,
      drop_count: optionalInt,
    })
    .transform(({ event: word, fill_level, queue_fill, high_watermark, shed_count, drop_count }) => {
      const event = canonicalWord(eventAliases, word.toLowerCase());
      return {
        event,
        isPressed: event === 'entered_pressure',
        isOver: event === 'recovered',
        rawEvent: word,
        fillLevel: fill_level ?? queue_fill,
        highWatermark: high_watermark,
        shedCount: shed_count,
        dropCount: drop_count,
      };
    }),
  review: ({ event, rawEvent }) =>
    events.some((known) => known === event) ? [] : unknownWord('unknown_pressure_event', 'event', rawEvent, events),
});
export type QueuePressure = z.infer<typeof queuePressure.schema>;
