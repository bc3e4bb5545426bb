import { z } from 'zod';
import { deviceIdSchema, zoneIdSchema } from '../domain/ids';
import { actuatorConfigSchema, offlineRuleSchema, sensorConfigSchema } from '../wire/messages/config';
import { procedure, timeSchema } from './base';

export const confirmationStateSchema = z.enum(['none', 'pending', 'confirmed', 'failed']);
export type ConfirmationState = z.infer<typeof confirmationStateSchema>;

export const configSectionsSchema = z.strictObject({
  sensors: z.array(sensorConfigSchema).max(20).optional(),
  actuators: z.array(actuatorConfigSchema).max(12).optional(),
  offlineRules: z.array(offlineRuleSchema).max(8).optional(),
});
export type ConfigSections = z.infer<typeof configSectionsSchema>;
export const configSectionNames = ['sensors', 'actuators', 'offlineRules'] as const;
export type ConfigSectionName = (typeof configSectionNames)[number];

/** A contract breach or a condition worth a look; `raw` keeps what the device really said. */
export const deviceWarningSchema = z.object({
  code: z.string(),
  message: z.string(),
  raw: z.string().optional(),
  at: timeSchema,
  count: z.int(),
});
export type DeviceWarning = z.infer<typeof deviceWarningSchema>;

export const deviceHealthSchema = z.object({
  rssiDbm: z.number().optional(),
  heapFreeBytes: z.number().optional(),
  uptimeS: z.number().optional(),
  ip: z.string().optional(),
  firmwareVersion: z.string().optional(),
  hardwareType: z.string().optional(),
  systemState: z.string().optional(),
  resetReason: z.string().optional(),
  sensorCount: z.number().optional(),
  actuatorCount: z.number().optional(),
  clockSkewS: z.number().optional(),
  capabilities: z.array(z.string()).optional(),
  /** Counters of the device's own queues and losses, by their contract names. */
  metrics: z.record(z.string(), z.number()).optional(),
});
export type DeviceHealth = z.infer<typeof deviceHealthSchema>;

export const deviceViewSchema = z.object({
  id: deviceIdSchema,
  kaiserId: z.string(),
  name: z.string(),
  notes: z.string(),
  demo: z.boolean(),
  approval: z.enum(['pending', 'approved', 'rejected']),
  presence: z.enum(['online', 'offline', 'unknown']),
  presenceReason: z.string(),
  presenceSince: timeSchema,
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema.nullable(),
  zone: z.object({
    desired: zoneIdSchema.nullable(),
    confirmed: zoneIdSchema.nullable(),
    state: confirmationStateSchema,
    reason: z.string().optional(),
  }),
  subzones: z.array(z.object({ id: z.string(), name: z.string(), gpios: z.array(z.int()) })),
  config: z.object({
    desired: configSectionsSchema.nullable(),
    confirmed: configSectionsSchema.nullable(),
    state: z.object({
      sensors: confirmationStateSchema,
      actuators: confirmationStateSchema,
      offlineRules: confirmationStateSchema,
    }),
  }),
  health: deviceHealthSchema,
  warnings: z.array(deviceWarningSchema),
  counters: z.object({ messages: z.number(), malformed: z.number(), duplicates: z.number() }),
  lastMalformed: z.object({ at: timeSchema, topic: z.string(), reason: z.string(), excerpt: z.string() }).nullable(),
});
export type DeviceView = z.infer<typeof deviceViewSchema>;

const byId = z.strictObject({ id: deviceIdSchema });
const nameSchema = z.string().trim().min(1).max(64);
const operationStarted = z.object({
  operationId: z.string(),
  state: z.enum(['pending', 'confirmed', 'failed', 'timeout']),
});
const route = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['devices'] });

export const devicesContract = {
  list: route('GET', '/devices', 'All known devices').output(z.array(deviceViewSchema)),
  get: route('GET', '/devices/{id}', 'One device').input(byId).output(deviceViewSchema),
  approve: route('POST', '/devices/{id}/approve', 'Approve a device')
    .input(z.strictObject({ id: deviceIdSchema, name: nameSchema.optional(), zoneId: zoneIdSchema.optional() }))
    .output(deviceViewSchema),
  reject: route('POST', '/devices/{id}/reject', 'Reject a device')
    .input(z.strictObject({ id: deviceIdSchema, reason: z.string().max(200).optional() }))
    .output(deviceViewSchema),
  remove: route('DELETE', '/devices/{id}', 'Forget a device; it may announce itself again')
    .input(byId)
    .output(z.object({ removed: z.boolean() })),
  update: route('PATCH', '/devices/{id}', 'Name and notes')
    .input(z.strictObject({ id: deviceIdSchema, name: nameSchema.optional(), notes: z.string().max(4000).optional() }))
    .output(deviceViewSchema),
  assignZone: route('PUT', '/devices/{id}/zone', 'Assign a zone; confirmed only by the device')
    .input(
      z.strictObject({
        id: deviceIdSchema,
        zoneId: zoneIdSchema,
        zoneName: z.string().trim().max(64).optional(),
        masterZoneId: zoneIdSchema.optional(),
        subzoneStrategy: z.enum(['transfer', 'copy', 'reset']).optional(),
      }),
    )
    .output(operationStarted),
  removeZone: route('DELETE', '/devices/{id}/zone', 'Take a device out of its zone')
    .input(byId)
    .output(operationStarted),
  configure: route('PUT', '/devices/{id}/config', 'Push a configuration; confirmed only by the device')
    .input(configSectionsSchema.extend({ id: deviceIdSchema }))
    .output(operationStarted),
};
