import { z } from 'zod';
import { deviceIdSchema, zoneIdSchema } from '../domain/ids';
import { utf8Bytes } from '../wire/encode';
import { jobErrorSchema } from '../domain/job-errors';
import { actorSchema, procedure, timeSchema } from './base';
import { nameSchema } from './devices';
import { portPathSchema } from './flash';

/** Text as the firmware takes it over its cable: at most so many bytes, no control characters (firmware/core/src/serial/field.rs). */
const deviceText = (maxBytes: number) =>
  z
    .string()
    .refine(
      (text) => utf8Bytes(text) <= maxBytes,
      `At most ${maxBytes} bytes; letters with accents count two, others up to four.`,
    )
    .refine((text) => !/\p{Cc}/u.test(text), 'No line ends and other control characters.');

/** SSID: 1 to 32 bytes; password: none, 8 to 63 bytes, or 64 hexadecimal digits (IEEE 802.11, WPA2). */
export const wifiSchema = z.strictObject({
  ssid: deviceText(32).min(1),
  password: deviceText(64).refine(
    (password) => password === '' || /^[0-9A-Fa-f]{64}$/.test(password) || isPassphrase(password),
    'A password has 8 to 63 characters, or none.',
  ),
});

function isPassphrase(password: string): boolean {
  const length = utf8Bytes(password);
  return length >= 8 && length <= 63;
}

/**
 * The broker as the device reaches it. Without a login the console makes an account for the device in its own broker (`useOwnAccount`), or
 * the device logs in without.
 */
export const deviceBrokerSchema = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, 'A host has 1 to 64 letters, digits, dots, hyphens or colons.'),
  port: z.int().min(1).max(65_535),
  tls: z.boolean().default(false),
  /** Make (or renew) the device's account in the console's own broker. */
  useOwnAccount: z.boolean().default(true),
  username: deviceText(64).optional(),
  password: deviceText(64).optional(),
  /** PEM of the authority that signed the broker's certificate, for TLS. */
  caPem: z
    .string()
    .refine((pem) => utf8Bytes(pem) <= 4000, 'At most 4000 bytes.')
    .optional(),
});
export type DeviceBroker = z.infer<typeof deviceBrokerSchema>;

/** Everything that a device is told. */
export const provisioningSettingsSchema = z.strictObject({
  wifi: wifiSchema,
  broker: deviceBrokerSchema,
  /** Without it the device takes its id from its MAC. */
  deviceId: deviceIdSchema.optional(),
  /** A stop token for this device alone; it is stored in the console too. */
  stopToken: deviceText(64).min(8).optional(),
  name: nameSchema.optional(),
  zoneId: zoneIdSchema.optional(),
  /** Take the device into the plant without a further question. */
  approve: z.boolean().default(true),
});
export type ProvisioningSettings = z.infer<typeof provisioningSettingsSchema>;

/**
 * The steps, in order. `hello` firmware answers · `broker_check` the console reaches the broker itself · `account` login made ·
 * `identity` · `broker` stored in the device · `token` · `wifi` joined · `broker_login` the device is connected · `seen` the console hears it ·
 * `adopt` approved and named · `zone` confirmed by the device.
 */
export const provisioningSteps = ['hello', 'broker_check', 'account', 'identity', 'broker', 'token', 'wifi', 'broker_login', 'seen', 'adopt', 'zone'] as const; // prettier-ignore
export type ProvisioningStep = (typeof provisioningSteps)[number];

export const provisioningJobSchema = z.object({
  id: z.string(),
  /** Null: the settings went into the device with the image, and only its arrival is awaited. */
  port: portPathSchema.nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  steps: z.array(
    z.object({
      id: z.enum(provisioningSteps),
      state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
      /** A value worth showing: the address, the signal, the id. */
      detail: z.string().optional(),
    }),
  ),
  firmware: z.object({ name: z.string(), version: z.string(), chip: z.string() }).nullable(),
  deviceId: deviceIdSchema.nullable(),
  by: actorSchema,
  startedAt: timeSchema,
  finishedAt: timeSchema.optional(),
  error: jobErrorSchema.optional(),
});
export type ProvisioningJob = z.infer<typeof provisioningJobSchema>;

export const wifiScanSchema = z.object({
  firmware: z.object({ name: z.string(), version: z.string(), chip: z.string() }),
  deviceId: deviceIdSchema.nullable(),
  networks: z.array(z.object({ ssid: z.string(), rssiDbm: z.int(), isSecured: z.boolean() })),
});
export type WifiScan = z.infer<typeof wifiScanSchema>;

/** What the console proposes for `DeviceBroker`. */
export const brokerProposalSchema = z.object({
  isOwnBroker: z.boolean(),
  /** Addresses of this machine (own broker) or of the external broker, the likeliest first. */
  hosts: z.array(z.string()),
  port: z.int(),
  tls: z.boolean(),
  /** The own broker listens on this machine only, so that no device in the network can reach it. */
  isLoopbackOnly: z.boolean(),
});
export type BrokerProposal = z.infer<typeof brokerProposalSchema>;

const byId = z.strictObject({ id: z.string().max(64) });
const route = (method: 'GET' | 'POST', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['provisioning'] });

export const provisioningContract = {
  broker: route('GET', '/provisioning/broker', 'The broker address that devices should be given').output(
    brokerProposalSchema,
  ),
  scan: route('POST', '/provisioning/scan', 'Wi-Fi networks as the device hears them, strongest first')
    .input(z.strictObject({ port: portPathSchema }))
    .output(wifiScanSchema),
  start: route('POST', '/provisioning/jobs', 'Tell a flashed device its network, broker, name and zone')
    .input(provisioningSettingsSchema.extend({ port: portPathSchema }))
    .output(provisioningJobSchema),
  jobs: route('GET', '/provisioning/jobs', 'Jobs of this run of the console, newest first').output(
    z.array(provisioningJobSchema),
  ),
  job: route('GET', '/provisioning/jobs/{id}', 'One job').input(byId).output(provisioningJobSchema),
  cancel: route('POST', '/provisioning/jobs/{id}/cancel', 'End a job and take back what it made')
    .input(byId)
    .output(provisioningJobSchema),
};
