import { z } from 'zod';
import { deviceIdSchema, type DeviceId } from '../../shared/domain/ids';
import type { StoredAccount } from './account-store';

const KEY = 'unsettled_logins';

const bytesSchema = z.base64().transform((text): Buffer => Buffer.from(text, 'base64'));
const unsettledSchema = z.array(
  z.object({
    deviceId: deviceIdSchema,
    /** Of the login that was handed out. */
    hash: bytesSchema,
    /** What was valid before; null: nothing. */
    earlier: z.object({ salt: bytesSchema, hash: bytesSchema, createdAtMs: z.number() }).nullable(),
  }),
);
export type UnsettledLogin = z.infer<typeof unsettledSchema>[number];

/** Kept settings of the profile (SettingsStore). */
export type KeptSettings = {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string) => void;
};

/**
 * Logins that were handed to a device which does not belong to the plant yet. They stand on the disk with what was valid before, so that a console
 * that is killed in the middle takes them back with its next start. As many as there are boards under way.
 */
export class UnsettledLogins {
  constructor(private readonly settings: KeptSettings) {}

  /** Of two that follow each other without an end, the one before both counts. */
  add(deviceId: DeviceId, issued: StoredAccount, earlier: StoredAccount | null): void {
    const first = this.all().find((one) => one.deviceId === deviceId && earlier?.hash.equals(one.hash));
    this.write([...this.others(deviceId), { deviceId, hash: issued.hash, earlier: first ? first.earlier : earlier }]);
  }

  /** It belongs to the plant now, or is gone. */
  remove(deviceId: string): void {
    const others = this.others(deviceId);
    if (others.length < this.all().length) this.write(others);
  }

  /** What is not readable cannot be taken back: it must not keep the console from starting, and its login shows on the broker screen. */
  all(): readonly UnsettledLogin[] {
    const parsed = unsettledSchema.safeParse(jsonOf(this.settings.get(KEY) ?? '[]'));
    return parsed.success ? parsed.data : [];
  }

  private others(deviceId: string): readonly UnsettledLogin[] {
    return this.all().filter((one) => one.deviceId !== deviceId);
  }

  private write(logins: readonly UnsettledLogin[]): void {
    const rows = logins.map(({ deviceId, hash, earlier }) => ({
      deviceId,
      hash: hash.toString('base64'),
      earlier: earlier && {
        salt: earlier.salt.toString('base64'),
        hash: earlier.hash.toString('base64'),
        createdAtMs: earlier.createdAtMs,
      },
    }));
    this.settings.set(KEY, JSON.stringify(rows));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
