import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { deviceIdSchema, zoneIdSchema } from '../domain/ids';
import { jobErrorSchema } from '../domain/job-errors';
import { actorSchema, pageInput, pageOf, procedure, timeSchema } from './base';
import { nameSchema } from './devices';
import { flashJobSchema, flashOptionsSchema, portListSchema, portPathSchema } from './flash';
import { deviceBrokerSchema, provisioningJobSchema, provisioningSettingsSchema, wifiSchema } from './provisioning';

/** How the settings get into a device: over the cable after its start, or in one piece with the image (nothing to wait for; for benches). */
export const settingsMethods = ['serial', 'partition'] as const;

/** From a board on a port to a device in the plant: flash, provision, adopt; with `replaces` also take over from another device. */
export const setupInputSchema = z.strictObject({
  port: portPathSchema,
  /** `auto`: the bundled image for the chip. Null: do not flash. */
  imageId: z.union([z.literal('auto'), z.string().max(200)]).nullable(),
  options: flashOptionsSchema.prefault({}),
  /** Null: flash only. */
  settings: provisioningSettingsSchema.nullable(),
  method: z.enum(settingsMethods).default('serial'),
  /** The dead device: its name, zone, configuration, calibration, rules and history move to the new one. */
  replaces: deviceIdSchema.optional(),
});
export type SetupInput = z.infer<typeof setupInputSchema>;

export const setupJobSchema = z.object({
  id: z.string(),
  port: portPathSchema,
  /** On the bench line. */
  isBench: z.boolean(),
  /** No settings follow the image. */
  isFlashOnly: z.boolean(),
  state: z.enum(['flashing', 'provisioning', 'replacing', 'done', 'failed', 'cancelled']),
  flash: flashJobSchema.nullable(),
  provisioning: provisioningJobSchema.nullable(),
  replaces: deviceIdSchema.nullable(),
  name: z.string().nullable(),
  zoneId: zoneIdSchema.nullable(),
  deviceId: deviceIdSchema.nullable(),
  /** Set when it is done. */
  certificateId: z.string().nullable(),
  by: actorSchema,
  startedAt: timeSchema,
  finishedAt: timeSchema.optional(),
  error: jobErrorSchema.optional(),
});
export type SetupJob = z.infer<typeof setupJobSchema>;

/** What was done to which board, with the proof. Never changed. */
export const certificateSchema = z.object({
  id: z.string(),
  at: timeSchema,
  operator: actorSchema,
  port: z.string(),
  chip: z.string(),
  mac: z.string(),
  flashSizeBytes: z.int().nullable(),
  imageName: z.string(),
  imageSha256: z.string().nullable(),
  firmware: z.string(),
  /** Each part as read back from the chip. The MD5 of one that holds passwords is left empty, because a short password could be guessed from it. */
  parts: z.array(z.object({ name: z.string(), address: z.int(), sizeBytes: z.int(), md5: z.string(), result: z.enum(['written', 'already there']) })), // prettier-ignore
  deviceId: deviceIdSchema.nullable(),
  name: z.string(),
  zoneId: zoneIdSchema.nullable(),
  replaces: deviceIdSchema.nullable(),
  result: z.enum(['passed', 'failed']),
  /** Of a failed one. */
  error: z.string().nullable(),
  durationS: z.number(),
});
export type Certificate = z.infer<typeof certificateSchema>;

/** What every board on the bench gets. Passwords are kept in memory only and never shown again. */
export const benchTemplateSchema = z.strictObject({
  imageId: z.union([z.literal('auto'), z.string().max(200)]).nullable(),
  options: flashOptionsSchema.prefault({}),
  method: z.enum(settingsMethods).default('serial'),
  /** Null: flash only. */
  settings: z
    .strictObject({
      /** Without a password: the one that the console holds for this network, so that a template can be changed without asking for it again. */
      wifi: wifiSchema.extend({ password: wifiSchema.shape.password.optional() }),
      /** Likewise for a login with a password, and for the certificate of the same broker; an empty one takes it away. */
      broker: deviceBrokerSchema,
      zoneId: zoneIdSchema.optional(),
      approve: z.boolean().default(true),
    })
    .nullable(),
  /** `{n}`, `{n:3}` (digits), `{id}`, `{mac}`, `{zone}` are replaced. Used where the queue gives no name. */
  naming: nameSchema.default('{id}'),
  /** Without it the count goes on, from 1 at first: boards may take numbers while a template is changed. */
  nextNumber: z.int().min(0).max(999_999).optional(),
});
export type BenchTemplate = z.infer<typeof benchTemplateSchema>;

export const benchTemplateViewSchema = z.object({
  imageId: z.string().nullable(),
  options: flashOptionsSchema,
  method: z.enum(settingsMethods),
  settings: z
    .object({
      ssid: z.string(),
      /** All passwords that it needs are in memory. False after a restart: the line cannot be started until they are given again. */
      hasPassword: z.boolean(),
      broker: z.object({ host: z.string(), port: z.int(), tls: z.boolean(), hasCa: z.boolean(), useOwnAccount: z.boolean() }), // prettier-ignore
      zoneId: zoneIdSchema.nullable(),
      approve: z.boolean(),
    })
    .nullable(),
  naming: z.string(),
  nextNumber: z.int(),
});
export type BenchTemplateView = z.infer<typeof benchTemplateViewSchema>;

export const benchViewSchema = z.object({
  template: benchTemplateViewSchema.nullable(),
  isRunning: z.boolean(),
  /** Names that wait for a board, the next one first; a zone here goes before that of the template. */
  queue: z.array(z.object({ name: z.string(), zoneId: zoneIdSchema.nullable() })),
  /** One per port on the line. `empty`: plug in a board; `finished`: take it away. */
  lanes: z.array(
    z.object({
      port: portPathSchema,
      state: z.enum(['empty', 'working', 'finished', 'failed', 'off']),
      jobId: z.string().nullable(),
      passed: z.int(),
      failed: z.int(),
    }),
  ),
});
export type BenchView = z.infer<typeof benchViewSchema>;

export const labelSchema = z.object({
  /** Lines of text, the name first. */
  lines: z.array(z.string()),
  /** What the code says: `leitstand:DEVICE_ID`. */
  code: z.string(),
  /** The QR code as SVG. */
  svg: z.string(),
});
export type Label = z.infer<typeof labelSchema>;

export const exportSchema = z.object({ fileName: z.string(), mediaType: z.string(), text: z.string() });

/** Everything that happens on the ports, as a whole, at most five times a second. */
export const commissioningEventSchema = z.object({
  ports: portListSchema,
  /** Setup jobs of this run, newest first. */
  setups: z.array(setupJobSchema),
  /** Flash jobs that were started by themselves, backups included, newest first. */
  flashJobs: z.array(flashJobSchema),
  bench: benchViewSchema,
});
export type CommissioningEvent = z.infer<typeof commissioningEventSchema>;

const byId = z.strictObject({ id: z.string().max(64) });
const byPort = z.strictObject({ port: portPathSchema });
const route = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['commissioning'] });

export const commissioningContract = {
  live: route('GET', '/streams/commissioning', 'Ports, jobs and the bench line as they change').output(
    eventIterator(commissioningEventSchema),
  ),
  start: route('POST', '/setups', 'Set up a device: flash, provision, adopt, and replace another')
    .input(setupInputSchema)
    .output(setupJobSchema),
  list: route('GET', '/setups', 'Setups of this run of the console, newest first').output(z.array(setupJobSchema)),
  get: route('GET', '/setups/{id}', 'One setup').input(byId).output(setupJobSchema),
  cancel: route('POST', '/setups/{id}/cancel', 'End a setup and take back what it made')
    .input(byId)
    .output(setupJobSchema),
  retry: route('POST', '/setups/{id}/retry', 'The same again, as a new setup').input(byId).output(setupJobSchema),
  bench: route('GET', '/bench', 'The bench line').output(benchViewSchema),
  setTemplate: route('PUT', '/bench/template', 'What every board on the bench gets')
    .input(benchTemplateSchema)
    .output(benchViewSchema),
  setQueue: route('PUT', '/bench/queue', 'Names for the next boards, in order')
    .input(
      z.strictObject({
        queue: z.array(z.strictObject({ name: nameSchema, zoneId: zoneIdSchema.nullable().default(null) })).max(500),
      }),
    ) // prettier-ignore
    .output(benchViewSchema),
  startBench: route(
    'POST',
    '/bench/start',
    'Every board that is plugged in from now on is set up; present ones at once',
  )
    .input(z.strictObject({ ports: z.array(portPathSchema).min(1).max(16) }))
    .output(benchViewSchema),
  stopBench: route('POST', '/bench/stop', 'Begin no further board; what runs is finished').output(benchViewSchema),
  retryLane: route('POST', '/bench/retry', 'The same board once more').input(byPort).output(benchViewSchema),
  certificates: route('GET', '/certificates', 'What was done to which board, newest first')
    .input(z.strictObject({ deviceId: deviceIdSchema.optional(), ...pageInput }))
    .output(pageOf(certificateSchema)),
  exportCertificates: route('GET', '/certificates/export', 'All certificates as a file: CSV, or HTML for printing')
    .input(z.strictObject({ format: z.enum(['csv', 'html']), since: timeSchema.optional() }))
    .output(exportSchema),
  label: route('GET', '/devices/{deviceId}/label', 'Text and QR code for the label of a device')
    .input(z.strictObject({ deviceId: deviceIdSchema }))
    .output(labelSchema),
  labels: route('GET', '/certificates/labels', 'A sheet of labels for printing, as HTML')
    .input(z.strictObject({ since: timeSchema.optional() }))
    .output(exportSchema),
};
