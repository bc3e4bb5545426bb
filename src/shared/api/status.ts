import { z } from 'zod';
import { procedure, timeSchema } from './base';
import { simulatedDeviceSchema } from './plant';
import { stopViewSchema } from './stop';

export const connectionViewSchema = z.object({
  state: z.enum(['connecting', 'online', 'offline', 'stopped']),
  url: z.string(),
  embedded: z.boolean(),
  protocolVersion: z.enum(['3.1.1', '5.0']).nullable(),
  since: timeSchema,
  lastError: z.string().nullable(),
  attempts: z.int(),
  /** Circuit breaker of the publisher; while it is open nothing but a stop is sent. */
  breaker: z.enum(['closed', 'open', 'half_open']),
});
export type ConnectionView = z.infer<typeof connectionViewSchema>;

export const storeViewSchema = z.object({
  state: z.enum(['recording', 'full', 'read_only', 'failed']),
  message: z.string().nullable(),
  sizeBytes: z.number(),
  rows: z.number(),
  notRecorded: z.number(),
  setAside: z.array(z.string()),
});
export type StoreView = z.infer<typeof storeViewSchema>;

export const countersSchema = z.object({
  received: z.number(),
  malformed: z.number(),
  unparsableTopic: z.number(),
  duplicates: z.number(),
  unknownDevice: z.number(),
  published: z.number(),
  publishFailed: z.number(),
  outboxDepth: z.number(),
  bufferDropped: z.number(),
  handlerErrors: z.number(),
  /** Reports of devices that send too many. */
  limited: z.number(),
  /** Messages of devices that belong to another controller. */
  foreign: z.number(),
  errorRate: z.number(),
});
export type Counters = z.infer<typeof countersSchema>;

export const statusViewSchema = z.object({
  version: z.string(),
  host: z.enum(['electron', 'browser']),
  kaiserId: z.string(),
  startedAt: timeSchema,
  uptimeS: z.number(),
  broker: connectionViewSchema,
  store: storeViewSchema,
  stop: z.object({ engaged: z.boolean(), stops: z.array(stopViewSchema) }),
  demo: z.object({
    running: z.boolean(),
    available: z.boolean(),
    devices: z.int(),
    /** Why it does not run though it should: its firmware is missing (or unreadable), or it has failed. */
    problem: z.enum(['firmware_missing', 'failed']).nullable(),
    /** Simulated devices with a fault switched on. */
    faulty: z.array(simulatedDeviceSchema),
  }),
  counters: countersSchema,
  /** Share of failed messages of the last minute; `active` above 5 %. */
  errorAlarm: z.object({ active: z.boolean(), since: timeSchema.nullable(), rate: z.number(), messages: z.int() }),
});
export type StatusView = z.infer<typeof statusViewSchema>;

export const statusContract = {
  status: procedure
    .route({ method: 'GET', path: '/status', summary: 'State of the console', tags: ['status'] })
    .output(statusViewSchema),
  startDemo: procedure
    .route({ method: 'POST', path: '/demo', summary: 'Start the demo plant', tags: ['demo'] })
    .output(z.object({ running: z.boolean() })),
  removeDemo: procedure
    .route({
      method: 'DELETE',
      path: '/demo',
      summary: 'Stop the demo plant and remove its devices, zones and readings',
      tags: ['demo'],
    })
    .output(z.object({ removedDevices: z.int() })),
};
