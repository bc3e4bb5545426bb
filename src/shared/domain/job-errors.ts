import { z } from 'zod';

/**
 * Every way in which flashing, provisioning and commissioning fail. A failure carries an English sentence (what happened, what to do) and its
 * values; the page has its own sentences by code. To add one: one line here, two sentences in resources/locales (commissioning: `errors`).
 */
export const jobErrorCodes = [
  // the port
  'port_absent', // not plugged in
  'port_no_permission', // details: path, group
  'port_in_use', // by another program, or by something else in this console; details: path, holder?
  'port_vanished', // unplugged while in use
  'port_failed', // the operating system's own words; details: reason
  // the loader
  'no_answer', // no chip answers: hold BOOT; details: hasModemLines
  'wrong_chip', // details: chip, expected
  'chip_too_old', // details: revision, required
  'flash_too_small', // details: flashSizeBytes, requiredBytes
  'flash_unknown', // the flash chip does not say its size
  'secure_download', // the chip's security settings do not allow it
  'flash_encrypted',
  'line_unreliable', // bytes are lost or changed at every speed; details: baud
  'write_refused', // the chip reports an error; details: address, status
  'verify_failed', // what was read back is not what was written; details: part, address
  'no_restart', // written and verified, but the device does not start; details: bootLog
  'image_damaged', // does not match the manifest, or is no image; details: file, reason
  'image_missing', // no image of that id, or none for this chip; details: chip?
  'image_unfit', // parts overlap, or user data would be overwritten; details
  'disk_full', // a backup or a replacement cannot be written; details: reason
  // provisioning
  'no_firmware', // nothing speaks Improv on this port
  'device_refused', // an error of the device; details: rpc, error
  'wifi_not_found', // details: ssid
  'wifi_not_joined', // details: ssid
  'broker_unreachable', // from the console; details: host, port, reason
  'broker_not_reached', // from the device, which has joined the network; details: host, port
  'broker_on_loopback', // the own broker listens on this machine only
  'broker_tls_unsupported', // this firmware has no TLS
  'device_known', // the id belongs to a device in use; details: deviceId, name
  'account_failed', // details: reason
  'not_seen', // connected, but the console has not heard it; details: deviceId
  'not_adopted', // approval, name or zone was refused; details: reason
  'not_replaced', // this device cannot be replaced, or not by that board; details: reason
  'configuration_refused', // details: reason
  // both
  'cancelled',
  'interrupted', // the console ended in the middle
  'internal',
] as const;
export type JobErrorCode = (typeof jobErrorCodes)[number];

export const jobErrorSchema = z.object({
  code: z.enum(jobErrorCodes),
  /** What happened and what to do, in English. */
  message: z.string(),
  /** The same job may be tried again as it is. */
  retryable: z.boolean(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type JobError = z.infer<typeof jobErrorSchema>;

/** Outcome of a step of a job. */
export type JobResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: JobError };

/** Wraps a value as success. */
export function jobSuccess<T>(value: T): JobResult<T> {
  return { ok: true, value };
}

/** Builds a failure; most can be tried again once their cause is mended. */
export function jobFailure(
  code: JobErrorCode,
  message: string,
  details: JobError['details'] = {},
  isRetryable = true,
): { readonly ok: false; readonly error: JobError } {
  return { ok: false, error: { code, message, retryable: isRetryable, details } };
}
