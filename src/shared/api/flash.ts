import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { chipIds } from '../domain/chips';
import { deviceIdSchema } from '../domain/ids';
import { jobErrorSchema } from '../domain/job-errors';
import { actorSchema, procedure, timeSchema } from './base';

/** Speeds of the line, fastest first; the console takes the first that works with an adapter and remembers it. */
export const flashBauds = [921_600, 460_800, 230_400, 115_200] as const;

export const portPathSchema = z.string().min(1).max(512);

/** Who in this console holds a port. */
export const portUses = ['free', 'flash', 'provisioning', 'monitor'] as const;

export const serialPortSchema = z.object({
  path: portPathSchema,
  /** The chip between USB and UART in words, or what the system calls the port. */
  name: z.string(),
  /** The port is the chip itself (USB-Serial/JTAG): no bridge between. */
  isNativeUsb: z.boolean(),
  vendorId: z.string().optional(),
  productId: z.string().optional(),
  serialNumber: z.string().optional(),
  /** `option`: named by --serial-port; listed whether the system lists it or not. */
  source: z.enum(['system', 'option']),
  isPresent: z.boolean(),
  use: z.enum(portUses),
  since: timeSchema,
});
export type SerialPortView = z.infer<typeof serialPortSchema>;

/** What this machine says about serial ports in general. */
export const portListSchema = z.object({
  ports: z.array(serialPortSchema),
  platform: z.enum(['linux', 'darwin', 'win32', 'other']),
  /**
   * Conditions that keep ports from appearing or from being opened: `list_failed` (the system's list cannot be had), `not_in_group` (Linux),
   * `brltty` (Linux: it takes CH340 adapters away), `modem_manager` (Linux: it talks into new ports).
   */
  problems: z.array(
    z.object({
      code: z.enum(['list_failed', 'not_in_group', 'brltty', 'modem_manager']),
      message: z.string(),
      details: z.record(z.string(), z.string()),
    }),
  ),
});
export type PortList = z.infer<typeof portListSchema>;

export const firmwareInfoSchema = z.object({ name: z.string(), version: z.string(), builtAt: z.string() });
export type FirmwareInfo = z.infer<typeof firmwareInfoSchema>;

export const imageSchema = z.object({
  /** `bundled:esp32c3`, `user:SHA256`, `backup:NAME`. */
  id: z.string(),
  kind: z.enum(['bundled', 'user', 'backup']),
  name: z.string(),
  chip: z.enum(chipIds).nullable(),
  firmware: firmwareInfoSchema.nullable(),
  sizeBytes: z.int(),
  sha256: z.string(),
  parts: z.array(z.object({ name: z.string(), address: z.int(), sizeBytes: z.int(), md5: z.string() })),
  addedAt: timeSchema.optional(),
  /** Where a backup or user image lies on this machine. */
  path: z.string().optional(),
  /** Why it cannot be used; null when it can. */
  problem: jobErrorSchema.nullable(),
});
export type FlashImage = z.infer<typeof imageSchema>;

export const securitySchema = z.object({
  secureBoot: z.boolean(),
  flashEncryption: z.boolean(),
  secureDownload: z.boolean(),
  /** JTAG or USB is switched off for good. */
  debugDisabled: z.boolean(),
});
export type ChipSecurity = z.infer<typeof securitySchema>;

export const chipFactsSchema = z.object({
  chip: z.string(),
  chipId: z.enum(chipIds).nullable(),
  revision: z.string(),
  mac: z.string(),
  flashSizeBytes: z.int().nullable(),
  /** Null: the chip cannot say (ESP32, ESP8266). */
  security: securitySchema.nullable(),
  /** The id that our firmware takes from this MAC. */
  deviceId: deviceIdSchema,
});
export type ChipFacts = z.infer<typeof chipFactsSchema>;

export const inspectionSchema = chipFactsSchema.extend({
  /** What runs there now; null: nothing recognisable. */
  firmware: firmwareInfoSchema.nullable(),
  imageId: z.string().nullable(),
  /** What flashing that image would do; empty without an image. */
  parts: z.array(
    z.object({
      name: z.string(),
      address: z.int(),
      sizeBytes: z.int(),
      isSame: z.boolean(),
      /** In whole sectors. */
      changedBytes: z.int(),
    }),
  ),
  /** Why that image cannot be written to this chip; null when it can. */
  refusal: jobErrorSchema.nullable(),
});
export type Inspection = z.infer<typeof inspectionSchema>;

export const flashOptionsSchema = z.strictObject({
  /** Erase the whole chip first. Everything on it is lost, settings included. */
  eraseAll: z.boolean().default(false),
  /** Leave what is already there; only sectors that differ are written. The result is verified as a whole either way. */
  skipIfSame: z.boolean().default(true),
  /** Keep the partitions of settings (`nvs`, `cfg`). Without it they are erased, and the device starts unprovisioned. */
  keepUserData: z.boolean().default(true),
  /** Highest speed to try; without it the fastest that has worked with this adapter. */
  baud: z
    .union([z.literal(flashBauds[0]), z.literal(flashBauds[1]), z.literal(flashBauds[2]), z.literal(flashBauds[3])])
    .optional(),
});
export type FlashOptions = z.infer<typeof flashOptionsSchema>;

export const flashStates = ['queued', 'connecting', 'erasing', 'writing', 'verifying', 'resetting', 'reading', 'done', 'failed', 'cancelled'] as const; // prettier-ignore

export const flashPartSchema = z.object({
  name: z.string(),
  address: z.int(),
  size: z.int(),
  /** Expected; what was read back is equal when `verified`. Empty for settings: a short password could be guessed from it. */
  md5: z.string(),
  verified: z.boolean(),
  /** It was there already: nothing was written. */
  skipped: z.boolean(),
  /** Bytes of this part that were really written (changed sectors, or all). */
  writtenBytes: z.int(),
});
export type FlashPart = z.infer<typeof flashPartSchema>;

export const flashJobSchema = z.object({
  id: z.string(),
  kind: z.enum(['write', 'backup']),
  port: portPathSchema,
  imageId: z.string().nullable(),
  imageName: z.string(),
  imageSha256: z.string().nullable(),
  state: z.enum(flashStates),
  /** What the technician's hand has to do now: while it connects, or at the restart of a board that its port cannot reset. */
  hint: z.enum(['hold_boot', 'press_reset']).nullable(),
  /** Uncompressed bytes that are done (written or known to be there; read, for a backup), and their total. */
  bytesWritten: z.int(),
  bytesTotal: z.int(),
  /** Uncompressed bytes per second over the last seconds; null before the first ones. */
  bytesPerSecond: z.int().nullable(),
  remainingS: z.int().nullable(),
  baud: z.int().nullable(),
  /** The chip's name, such as `ESP32-C3`. */
  chip: z.string().nullable(),
  mac: z.string().nullable(),
  facts: chipFactsSchema.nullable(),
  parts: z.array(flashPartSchema),
  /** Firmware that was found before writing. */
  previousFirmware: firmwareInfoSchema.nullable(),
  firmware: firmwareInfoSchema.nullable(),
  /** Lines of the device after the restart, oldest first. */
  bootLog: z.array(z.string()),
  /** What went differently without failing, as sentences: a slower speed, a full write in place of changed sectors. */
  notes: z.array(z.string()),
  /** Of a backup: where the file lies. */
  file: z.string().nullable(),
  by: actorSchema,
  startedAt: timeSchema,
  finishedAt: timeSchema.optional(),
  error: jobErrorSchema.optional(),
});
export type FlashJob = z.infer<typeof flashJobSchema>;

export const serialLineSchema = z.object({
  /** Receive time of its first byte, Unix ms. */
  atMs: z.number(),
  /** Control characters replaced. */
  text: z.string(),
  /** By our firmware's log prefix, or by common words of ESP-IDF; null: nothing to go by. */
  level: z.enum(['error', 'warning', 'info', 'debug']).nullable(),
});
export type SerialLogLine = z.infer<typeof serialLineSchema>;

const byId = z.strictObject({ id: z.string().max(200) });
const route = (method: 'GET' | 'POST' | 'DELETE', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['flash'] });

/** Largest image that the console takes: the largest flash in common modules. */
export const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
/** Bytes of one piece of an upload; its base64 stays below the request limit of 1 MiB. */
export const UPLOAD_CHUNK_BYTES = 512 * 1024;

export const flashContract = {
  ports: route('GET', '/flash/ports', 'Serial ports, and what is in their way').output(portListSchema),
  images: route('GET', '/flash/images', 'Bundled images, those that were added, and backups').output(
    z.array(imageSchema),
  ),
  addImage: route('POST', '/flash/images', 'Add an image, piece by piece from offset 0; the last piece answers with it')
    .input(
      z.strictObject({
        name: z.string().min(1).max(128),
        offset: z.int().min(0).max(MAX_IMAGE_BYTES),
        totalBytes: z.int().min(1).max(MAX_IMAGE_BYTES),
        dataBase64: z.base64().max(Math.ceil(UPLOAD_CHUNK_BYTES / 3) * 4),
      }),
    )
    .output(z.object({ receivedBytes: z.int(), image: imageSchema.nullable() })),
  removeImage: route('DELETE', '/flash/images/{id}', 'Remove an added image or a backup')
    .input(byId)
    .output(z.object({ removed: z.boolean() })),
  inspect: route('POST', '/flash/inspect', 'Which chip is there, what runs on it, what an image would change')
    .input(z.strictObject({ port: portPathSchema, imageId: z.string().max(200).optional() }))
    .output(inspectionSchema),
  start: route('POST', '/flash/jobs', 'Flash an image: one of the list, or a file of this machine')
    .input(
      z
        .strictObject({
          port: portPathSchema,
          imageId: z.string().max(200).optional(),
          path: z.string().min(1).max(4096).optional(),
          options: flashOptionsSchema.prefault({}),
        })
        .refine(({ imageId, path }) => (imageId === undefined) !== (path === undefined), {
          error: 'give either imageId or path',
        }),
    )
    .output(flashJobSchema),
  backup: route('POST', '/flash/backups', 'Read the whole flash into a file')
    .input(z.strictObject({ port: portPathSchema }))
    .output(flashJobSchema),
  jobs: route('GET', '/flash/jobs', 'Jobs of this run of the console, newest first').output(z.array(flashJobSchema)),
  job: route('GET', '/flash/jobs/{id}', 'One job').input(byId).output(flashJobSchema),
  cancel: route('POST', '/flash/jobs/{id}/cancel', 'End a job; the flash is then as far as it got')
    .input(byId)
    .output(flashJobSchema),
  monitor: route('GET', '/streams/serial', 'What a device says on its port; ends when the port is needed or goes away')
    .input(z.strictObject({ port: portPathSchema, baud: z.coerce.number().int().min(300).max(3_000_000).optional() }))
    .output(
      eventIterator(
        z.object({
          lines: z.array(serialLineSchema),
          /** Lines that were left out because they came faster than they were taken. */
          dropped: z.int(),
          /** Set on the last event. */
          ended: jobErrorSchema.nullable(),
        }),
      ),
    ),
};
