import { z } from 'zod';
import { boardIds } from '../domain/boards';
import { deviceIdSchema, subzoneIdSchema, zoneIdSchema } from '../domain/ids';
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
  /** Zone as the device has it; empty = none. */
  zoneId: z.string().optional(),
  zoneAssigned: z.boolean().optional(),
  handoverCompletedEpoch: z.number().optional(),
  persistenceDegraded: z.boolean().optional(),
  persistenceReason: z.string().optional(),
  runtimeDegraded: z.boolean().optional(),
  networkDegraded: z.boolean().optional(),
  mqttBreakerOpen: z.boolean().optional(),
  wifiBreakerOpen: z.boolean().optional(),
  /** Counters of the device's own queues and losses, by their contract names. */
  metrics: z.record(z.string(), z.number()).optional(),
});
export type DeviceHealth = z.infer<typeof deviceHealthSchema>;

/** A group of pins of one device inside its zone; what is wished and what the device has confirmed. */
export const subzoneViewSchema = z.object({
  id: subzoneIdSchema,
  name: z.string(),
  gpios: z.array(z.int()),
  /** Null: the device's zone, whichever it is. */
  parentZoneId: zoneIdSchema.nullable(),
  state: confirmationStateSchema,
  reason: z.string().optional(),
  /** What the device confirmed last. */
  confirmed: z.object({ gpios: z.array(z.int()), zoneId: zoneIdSchema.nullable() }).nullable(),
  /** A removal was asked for and is not confirmed yet. */
  isRemoving: z.boolean(),
  /** Devices never acknowledge safe mode (wire contract 1.30), so it is `sent` at best. */
  safeMode: z.object({ desired: z.boolean(), state: z.enum(['none', 'pending', 'sent', 'failed']) }),
});
export type SubzoneView = z.infer<typeof subzoneViewSchema>;

/** One pin that the device refused in a configuration. */
export const configFailureSchema = z.object({
  section: z.enum(configSectionNames),
  gpio: z.int().optional(),
  /** Name of the table in wire contract 5.5, or what the device said. */
  error: z.string(),
  errorCode: z.int().optional(),
  detail: z.string(),
});
export type ConfigFailure = z.infer<typeof configFailureSchema>;

/** The device's own health report (wire contract 1.7). */
export const diagnosticsViewSchema = z.object({
  receivedAt: timeSchema,
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** The other device of a replacement, and since when. */
export const replacementSchema = z.object({ deviceId: deviceIdSchema, at: timeSchema });
export type ReplacementView = z.infer<typeof replacementSchema>;

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
  /** Which pin rules apply, and who says so. */
  board: z.object({ id: z.enum(boardIds).nullable(), source: z.enum(['operator', 'device', 'unknown']) }),
  subzones: z.array(subzoneViewSchema),
  config: z.object({
    desired: configSectionsSchema.nullable(),
    confirmed: configSectionsSchema.nullable(),
    state: z.object({
      sensors: confirmationStateSchema,
      actuators: confirmationStateSchema,
      offlineRules: confirmationStateSchema,
    }),
    /** Pins that the device refused in the last push. */
    failures: z.array(configFailureSchema),
  }),
  health: deviceHealthSchema,
  diagnostics: diagnosticsViewSchema.nullable(),
  /** Message counter of the device: how often numbers were missing, how many, how often it began anew. */
  sequence: z.object({ last: z.int().nullable(), gaps: z.int(), missed: z.int(), restarts: z.int() }),
  /** A stop token is stored for this device. It is never shown. */
  hasStopToken: z.boolean(),
  /** Its place was taken: the device is retired, and refused for ever. */
  replacedBy: replacementSchema.nullable(),
  /** Whose history it continues, oldest first: the seams in its trends. */
  replaces: z.array(replacementSchema),
  warnings: z.array(deviceWarningSchema),
  counters: z.object({
    messages: z.number(),
    malformed: z.number(),
    duplicates: z.number(),
    /** Reports that were not taken because the device sends too many. Readings and answers are always taken. */
    limited: z.number(),
  }),
  lastMalformed: z.object({ at: timeSchema, topic: z.string(), reason: z.string(), excerpt: z.string() }).nullable(),
});
export type DeviceView = z.infer<typeof deviceViewSchema>;

/** A device that belongs to another controller: seen, never touched. */
export const foreignDeviceSchema = z.object({
  kaiserId: z.string(),
  deviceId: deviceIdSchema,
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema,
});
export type ForeignDevice = z.infer<typeof foreignDeviceSchema>;

const byId = z.strictObject({ id: deviceIdSchema });
const bySubzone = z.strictObject({ id: deviceIdSchema, subzoneId: subzoneIdSchema });
/** No control characters and no marks that turn the direction of writing: a name must read the same on every screen. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\u202A-\u202E\u2066-\u2069]+$/u, 'A name has no control characters.');
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
  update: route('PATCH', '/devices/{id}', 'Name, notes and board')
    .input(
      z.strictObject({
        id: deviceIdSchema,
        name: nameSchema.optional(),
        notes: z.string().max(4000).optional(),
        board: z.enum(boardIds).nullable().optional(),
      }),
    )
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
  assignSubzone: route(
    'PUT',
    '/devices/{id}/subzones/{subzoneId}',
    'Group pins of a device; confirmed only by the device',
  )
    .input(
      bySubzone.extend({
        name: z.string().trim().max(64).optional(),
        gpios: z.array(z.int().min(0).max(48)).min(1).max(20),
        parentZoneId: zoneIdSchema.optional(),
      }),
    )
    .output(operationStarted),
  removeSubzone: route('DELETE', '/devices/{id}/subzones/{subzoneId}', 'Dissolve a subzone')
    .input(bySubzone)
    .output(operationStarted),
  subzoneSafe: route(
    'POST',
    '/devices/{id}/subzones/{subzoneId}/safe',
    'Put the free pins of a subzone into safe mode; devices do not acknowledge it',
  )
    .input(bySubzone.extend({ enabled: z.boolean() }))
    .output(operationStarted),
  foreign: route('GET', '/foreign-devices', 'Devices of other controllers that were heard; read only').output(
    z.array(foreignDeviceSchema),
  ),
  configure: route('PUT', '/devices/{id}/config', 'Push a configuration; confirmed only by the device')
    .input(configSectionsSchema.extend({ id: deviceIdSchema }))
    .output(operationStarted),
};
