import { z } from 'zod';
import { deviceIdSchema } from '../domain/ids';
import { actorSchema, pageInput, pageOf, procedure, timeSchema } from './base';

export const journalEntrySchema = z.object({
  id: z.string(),
  at: timeSchema,
  kind: z.string(),
  deviceId: deviceIdSchema.optional(),
  actor: actorSchema,
  message: z.string(),
  /** Joins everything from a click to the device's answer. */
  traceId: z.string().optional(),
  details: z.record(z.string(), z.unknown()),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;

export const journalContract = {
  list: procedure
    .route({ method: 'GET', path: '/events', summary: 'The journal, newest first', tags: ['journal'] })
    .input(
      z.strictObject({
        since: timeSchema.optional(),
        kind: z.string().max(40).optional(),
        deviceId: deviceIdSchema.optional(),
        traceId: z.string().max(64).optional(),
        ...pageInput,
      }),
    )
    .output(pageOf(journalEntrySchema)),
};
