import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { deviceViewSchema } from './devices';
import { actuatorViewSchema, commandViewSchema } from './control';
import { journalEntrySchema } from './journal';
import { operationViewSchema } from './operations';
import { procedure } from './base';
import { stopViewSchema } from './stop';
import { statusViewSchema } from './status';
import { sensorViewSchema } from './telemetry';
import { zoneViewSchema } from './zones';

/**
 * State for the screens. The first event is a whole snapshot (`isSnapshot`), every further one carries what changed, whole objects by id;
 * changes of one object within 100 ms are merged into its newest form. `removed` lists ids that are gone.
 * `sensors` are the descriptions with a first value; live values come by the telemetry stream.
 */
export const stateEventSchema = z.object({
  isSnapshot: z.boolean(),
  status: statusViewSchema.optional(),
  devices: z.array(deviceViewSchema),
  zones: z.array(zoneViewSchema),
  sensors: z.array(sensorViewSchema),
  actuators: z.array(actuatorViewSchema),
  commands: z.array(commandViewSchema),
  operations: z.array(operationViewSchema),
  stops: z.array(stopViewSchema),
  events: z.array(journalEntrySchema),
  removed: z.object({ devices: z.array(z.string()), zones: z.array(z.string()), sensors: z.array(z.string()) }),
});
export type StateEvent = z.infer<typeof stateEventSchema>;

export const stateContract = {
  live: procedure
    .route({
      method: 'GET',
      path: '/streams/state',
      summary: 'Snapshot, then changes of everything but readings',
      tags: ['streams'],
    })
    .output(eventIterator(stateEventSchema)),
};
