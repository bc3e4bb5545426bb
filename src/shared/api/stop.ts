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

/** Why a device does not take the stop or the clear: wrong token, no token where one is demanded, or a clear that it refused twice. */
export const stopRefusalSchema = z.enum(['unauthorized', 'no_token', 'clear_rejected']);
export type StopRefusal = z.infer<typeof stopRefusalSchema>;

export const stopViewSchema = z.object({
  id: z.string(),
  /** Joins the stop with everything that devices answered to it. */
  traceId: z.string().optional(),
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
      reason: stopRefusalSchema.optional(),
    }),
  ),
});
export type StopView = z.infer<typeof stopViewSchema>;

export const drillDeviceStateSchema = z.enum(['sent', 'confirmed', 'unconfirmed', 'skipped']);

/** A stop that is measured and switches nothing; only devices that announce `drill` take part, any other would really stop. */
export const drillViewSchema = z.object({
  id: z.string(),
  scope: stopScopeSchema,
  by: actorSchema,
  startedAt: timeSchema,
  finishedAt: timeSchema.optional(),
  devices: z.array(
    z.object({
      deviceId: deviceIdSchema,
      state: drillDeviceStateSchema,
      latencyMs: z.number().optional(),
      /**
       * Why a device was skipped (`offline`, `no_capability`, `stopped`, `not_approved`), or why it is unconfirmed: `stopped` (a real
       * stop came in between), `really_stopped` (it took the drill for a stop), `unauthorized`, `no_token`, `refused`, `restarted`.
       */
      reason: z.string().optional(),
    }),
  ),
});
export type DrillView = z.infer<typeof drillViewSchema>;

/** How fast a device answers a stop; all measured drills and stops, in ms. */
export const stopLatencySchema = z.object({
  deviceId: deviceIdSchema,
  count: z.int(),
  missed: z.int(),
  minMs: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
  lastMs: z.number().nullable(),
  lastAt: timeSchema.nullable(),
});
export type StopLatency = z.infer<typeof stopLatencySchema>;

const token = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, 'A token has 1 to 64 printable ASCII characters without spaces.')
  .nullable();

const route = (method: 'GET' | 'POST' | 'PUT', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['stop'] });

export const stopContract = {
  list: route('GET', '/stop', 'Stops: engaged ones first, then the last cleared ones').output(z.array(stopViewSchema)),
  engage: route('POST', '/stop', 'Engage a software stop (it does not replace a hard-wired emergency stop)')
    .input(z.strictObject({ scope: stopScopeSchema, reason: z.string().max(500).optional() }))
    .output(stopViewSchema),
  drills: route('GET', '/stop/drills', 'Drills, newest first').output(z.array(drillViewSchema)),
  drill: route('POST', '/stop/drills', 'Measure the way of a stop without stopping anything')
    .input(z.strictObject({ scope: stopScopeSchema }))
    .output(drillViewSchema),
  latencies: route('GET', '/stop/latencies', 'Latency of stops and drills per device').output(
    z.array(stopLatencySchema),
  ),
  tokens: route('GET', '/stop/tokens', 'Which stop tokens are stored; never their text').output(
    z.object({ broadcast: z.boolean(), devices: z.array(deviceIdSchema) }),
  ),
  setBroadcastToken: route('PUT', '/stop/tokens/broadcast', 'Token of the broadcast stop; null forgets it')
    .input(z.strictObject({ token }))
    .output(z.object({ stored: z.boolean() })),
  setDeviceToken: route('PUT', '/stop/tokens/devices/{deviceId}', 'Stop token of one device; null forgets it')
    .input(z.strictObject({ deviceId: deviceIdSchema, token }))
    .output(z.object({ stored: z.boolean() })),
  clear: route('POST', '/stop/{id}/clear', 'Clear a stop; starts nothing')
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(stopViewSchema),
};
