import type { ChipFacts } from '../../shared/api/flash';
import type { ProvisioningSettings } from '../../shared/api/provisioning';
import type { BoardId } from '../../shared/domain/boards';
import type { ChipId } from '../../shared/domain/chips';
import { jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import type { Result } from '../../shared/domain/result';
import { nameForDevice } from './device-name-rules';
import type { Login } from './provisioning-parts';
import { imageFailed, noSettingsImage, tlsUnsupported } from './provisioning-sentences';

/** Everything that a board can be told before it starts for the first time. */
export type DeviceSettings = {
  readonly board: BoardId;
  readonly mac: string;
  /** Empty: the firmware makes it of the MAC. */
  readonly id: string;
  readonly kaiserId: string;
  readonly name: string;
  readonly wifi: { readonly ssid: string; readonly password: string };
  readonly broker: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  readonly stopToken: string;
};

/** Runs the firmware with these settings and gives what it writes to its settings partition (plant/settings-flash.ts). */
export type SettingsFlash = (settings: DeviceSettings) => Result<Uint8Array>;

/** Chips that our firmware is built for, as boards of the firmware. */
const boards: Partial<Readonly<Record<ChipId, BoardId>>> = { esp32c3: 'esp32c3', esp32c6: 'esp32c6' };

/** The bytes of the partition `cfg` for this chip. Fails with `image_unfit`, `broker_tls_unsupported` or `internal`. */
export function settingsImage(
  { settingsFlash, kaiserId }: { readonly settingsFlash: SettingsFlash; readonly kaiserId: string },
  settings: ProvisioningSettings,
  { chip, chipId, mac }: Pick<ChipFacts, 'chip' | 'chipId' | 'mac'>,
  login: Login | null,
): JobResult<Uint8Array> {
  const board = chipId === null ? undefined : boards[chipId];
  if (!board) return noSettingsImage(chip);
  const { wifi, broker } = settings;
  if (broker.tls) return tlsUnsupported();
  const image = settingsFlash({
    board,
    mac,
    id: settings.deviceId ?? '',
    kaiserId,
    name: nameForDevice(settings.name ?? ''),
    wifi: { ssid: wifi.ssid, password: wifi.password },
    broker: { host: broker.host, port: broker.port, user: login?.username ?? '', password: login?.password ?? '' },
    stopToken: settings.stopToken ?? '',
  });
  return image.ok ? jobSuccess(image.value) : imageFailed(image.error.message);
}
