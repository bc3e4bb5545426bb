import { z } from 'zod';

/** Device id: `ESP_` and hexadecimal digits in practice; inbound `[A-Z0-9_]{1,31}` (wire contract 0.3). */
export const deviceIdSchema = z
  .string()
  .regex(/^[A-Z0-9_]{1,31}$/, 'A device id has 1 to 31 characters out of A–Z, 0–9 and _.')
  .brand<'DeviceId'>();
export type DeviceId = z.infer<typeof deviceIdSchema>;

/** Zone id as devices accept it: 1 to 32 characters out of letters, digits, `_` and `-` (wire contract 1.26). */
export const zoneIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, 'A zone id has 1 to 32 letters, digits, _ or -.')
  .brand<'ZoneId'>();
export type ZoneId = z.infer<typeof zoneIdSchema>;

/** Subzone id as controllers write it: lower case (wire contract 1.28). */
export const subzoneIdSchema = z
  .string()
  .regex(/^[a-z0-9_]{1,32}$/, 'A subzone id has 1 to 32 lower-case letters, digits or _.')
  .brand<'SubzoneId'>();
export type SubzoneId = z.infer<typeof subzoneIdSchema>;

export const kaiserIdSchema = z.string().regex(/^[A-Za-z0-9_]{1,63}$/, 'A kaiser id has 1 to 63 letters, digits or _.');

/** A pin number as it stands in topics and payloads; 0 = on a bus or virtual, 255 = device-wide (alerts only). */
export const gpioSchema = z.int().min(0).max(255);

/** One measured value of one device: `DEVICE:GPIO:TYPE` or `DEVICE:GPIO:TYPE:ADDRESS`. */
export const seriesIdSchema = z
  .string()
  .regex(
    /^[A-Z0-9_]{1,31}:\d{1,3}:[a-z0-9_]{1,40}(:[0-9A-Za-z]{1,16})?$/,
    'A series id reads DEVICE:GPIO:TYPE[:ADDRESS].',
  )
  .brand<'SeriesId'>();
export type SeriesId = z.infer<typeof seriesIdSchema>;

/** Composes a series id; `address` is the 1-Wire ROM or the I2C address in hexadecimal. */
export function seriesIdOf(deviceId: DeviceId, gpio: number, sensorType: string, address?: string): SeriesId {
  const id = address ? `${deviceId}:${gpio}:${sensorType}:${address}` : `${deviceId}:${gpio}:${sensorType}`;
  return id as SeriesId;
}
