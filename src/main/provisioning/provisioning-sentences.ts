/*
 * What the technician reads when provisioning fails: what happened, and what to do. One function for each failure, so that the code, its
 * sentence and its values stand together. Called by every file of this room. No secret is ever part of a sentence.
 */
import type { DeviceBroker } from '../../shared/api/provisioning';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { jobFailure } from '../../shared/domain/job-errors';
import { improvErrors, rpcs } from './improv-codec';

type Failed = ReturnType<typeof jobFailure>;
type Address = Pick<DeviceBroker, 'host' | 'port'>;

/** Reasons with which a job's signal is aborted. */
export type EndReason = 'cancelled' | 'interrupted';

/** The job was ended from outside. */
export function cancelled(signal: AbortSignal): Failed {
  return signal.reason === 'interrupted'
    ? jobFailure('interrupted', 'The console was closed in the middle. What it had made was taken back; start again.')
    : jobFailure(
        'cancelled',
        'It was cancelled, and what had been made was taken back. Start again when you are ready.',
      );
}

/** Ended from outside when the device was in the plant already: it stays there. */
export function cancelledInPlant(signal: AbortSignal, deviceId: DeviceId, zoneId: ZoneId): Failed {
  const code = signal.reason === 'interrupted' ? 'interrupted' : 'cancelled';
  return jobFailure(
    code,
    `It was ended when ${deviceId} was in the plant already: the device and its login stay, and zone ${zoneId} waits for its confirmation. Its page shows the state.`,
    { deviceId, zoneId },
  );
}

export function portVanished(path: string): Failed {
  return jobFailure(
    'port_vanished',
    `The device at ${path} was unplugged, or its cable has a loose contact. Plug it in and try again.`,
    { path },
  );
}

/** Nothing speaks Improv on this port. `log` is what the device wrote instead. */
export function silentDevice(path: string, log: readonly string[]): Failed {
  const last = log.at(-1);
  const details = { path, ...(last !== undefined && { heard: last }) };
  if (log.some((line) => /waiting for download|DOWNLOAD\(/i.test(line))) {
    return jobFailure('no_firmware', `The chip at ${path} waits in its loader. Press RESET (not BOOT) and try again.`, details); // prettier-ignore
  }
  return jobFailure(
    'no_firmware',
    `No firmware of ours answers at ${path}. Flash the device first; if it is flashed, press RESET, or take its other USB socket, and try again.`,
    details,
  );
}

/** It has answered before. */
export function deviceStoppedAnswering(path: string): Failed {
  return jobFailure(
    'no_firmware',
    `The device at ${path} has stopped answering. Press RESET and try again; if it comes back, flash it anew.`,
    { path },
  );
}

/** Something speaks Improv, but does not know our commands. */
export function foreignFirmware(path: string, name: string, version: string): Failed {
  return jobFailure(
    'no_firmware',
    `The device at ${path} runs ${name} ${version}, which cannot be told its broker. Flash our firmware first.`,
    { path, firmware: `${name} ${version}` },
  );
}

const refusals: Readonly<Record<number, string>> = {
  [improvErrors.invalid]: 'it calls a value invalid',
  [improvErrors.unknownRpc]: 'it does not know the command',
  [improvErrors.badHostname]: 'it refuses the host name',
  [improvErrors.notBuiltIn]: 'this is not built into its firmware',
  [improvErrors.outOfSequence]: 'a piece of a long value was lost',
  [improvErrors.tooLong]: 'a value is too long for it',
  [improvErrors.notConfirmed]: 'the confirmation is missing',
  [improvErrors.notStored]: 'it could not write its flash',
  [improvErrors.busy]: 'it stays busy',
};

/** An error of the device. `rpc` and `error` are the numbers on the wire. */
export function refused(rpc: number, error: number): Failed {
  const command = Object.entries(rpcs).find(([, number]) => number === rpc)?.[0] ?? `0x${rpc.toString(16)}`;
  const reason = refusals[error] ?? `error 0x${error.toString(16).padStart(2, '0')}`;
  const remedy =
    error === improvErrors.notStored
      ? 'Try again; if it comes back, the flash of this board is worn out: replace it.'
      : 'Flash the firmware that comes with this console and try again.';
  return jobFailure('device_refused', `The device refused a setting (${command}): ${reason}. ${remedy}`, {
    rpc,
    error,
  });
}

export function notRestarted(path: string): Failed {
  return jobFailure(
    'device_refused',
    `The device at ${path} did not come back with its new id after a restart. Press RESET and try again.`,
    { rpc: rpcs.reboot, path },
  );
}

export function wifiNotFound(ssid: string, heard: readonly string[]): Failed {
  const others = heard.length === 0 ? 'It hears no network at all' : `It hears ${heard.join(', ')}`;
  return jobFailure(
    'wifi_not_found',
    `The device does not hear the network ${ssid}. ${others}. Check the name, and that the network sends on 2.4 GHz and reaches this place.`,
    { ssid, heard: heard.join(', ') },
  );
}

export function wifiNotJoined(ssid: string, rssiDbm: number | null): Failed {
  const signal = rssiDbm === null ? '' : ` (${rssiDbm} dBm)`;
  return jobFailure(
    'wifi_not_joined',
    `The device could not join the network ${ssid}${signal}. Check the password; if it is right, the signal is too weak or the access point refuses the device.`,
    { ssid, ...(rssiDbm !== null && { rssiDbm }) },
  );
}

/** From the console. `reason` completes "because …". */
export function brokerUnreachable({ host, port }: Address, reason: string): Failed {
  return jobFailure(
    'broker_unreachable',
    `This console cannot reach the broker ${host}:${port}, because ${reason}. Check address, port and firewall; nothing was changed on the device.`,
    { host, port, reason },
  );
}

export function brokerOnLoopback({ host, port }: Address): Failed {
  return jobFailure(
    'broker_on_loopback',
    `The console's own broker listens on this machine only, so no device can reach it at ${host}:${port}. Start the console with --broker-host 0.0.0.0 and try again.`,
    { host, port },
  );
}

/** From the device, which has joined the network. */
export function brokerNotReached({ host, port }: Address, ip: string): Failed {
  return jobFailure(
    'broker_not_reached',
    `The device is in the network with the address ${ip}, but is not connected to the broker ${host}:${port} after 30 s. Check that its network leads to the broker, that no firewall closes port ${port}, and its login.`,
    { host, port, ip },
  );
}

/** The network was lost again while the device looked for the broker. */
export function networkLost({ host, port }: Address, ssid: string): Failed {
  return jobFailure(
    'broker_not_reached',
    `The device joined ${ssid} and lost it again before it reached the broker ${host}:${port}. The signal is too weak here: move the device or the access point and try again.`,
    { host, port },
  );
}

/** A device that got its settings with the image; only the console can tell whether it came. */
export function notArrived({ host, port }: Address, deviceId: DeviceId, ssid: string): Failed {
  return jobFailure(
    'broker_not_reached',
    `${deviceId} was flashed and started, but has not come to the broker ${host}:${port}. Check that ${ssid} and its password are right and reach this place, and that its network leads to the broker; then try again.`,
    { host, port, deviceId },
  );
}

export function tlsUnsupported(): Failed {
  return jobFailure(
    'broker_tls_unsupported',
    'The firmware of this device has no TLS. Give it a broker address without TLS in the plant network, and try again.',
    {},
    false,
  );
}

export function deviceKnown(deviceId: DeviceId, name: string): Failed {
  return jobFailure(
    'device_known',
    `${deviceId} is the id of ${name}, which is in use and connected. Give this device another id, or none; to put it in the place of ${name}, use "Replace". If it is this very device, try again once it is shown as offline.`,
    { deviceId, name },
  );
}

export function deviceRetired(deviceId: DeviceId, by: DeviceId): Failed {
  return notAdopted(
    deviceId,
    `It was retired when ${by} took its place. To use this hardware again, forget ${deviceId} on its page first, then try again.`,
  );
}

/** Behind the sentence of a job that ended early: the token is in the device, and could not be taken out again. */
export const tokenLeft =
  'The device keeps a stop token that this console does not know: provision it again before you use it, or a stop will not reach it.';

export function accountFailed(reason: string): Failed {
  return jobFailure('account_failed', `The console could not make the device's login in its broker. ${reason}`, {
    reason,
  });
}

export function notSeen(deviceId: DeviceId, { host, port }: Address): Failed {
  return jobFailure(
    'not_seen',
    `${deviceId} is connected to the broker ${host}:${port}, but this console has not heard it. Check on the broker screen that the console is connected to the same broker.`,
    { deviceId, host, port },
  );
}

export function notAdopted(deviceId: DeviceId, reason: string): Failed {
  return jobFailure('not_adopted', `${deviceId} is there, but could not be taken into the plant. ${reason}`, {
    deviceId,
    reason,
  });
}

/** Adopted, its login stays; only the zone is not what it should be. */
export function zoneNotConfirmed(deviceId: DeviceId, zoneId: ZoneId, reason: string): Failed {
  return jobFailure(
    'not_adopted',
    `${deviceId} is in the plant and connected, but is not in zone ${zoneId}: ${reason} Its page shows the state; assign the zone there or try again.`,
    { deviceId, zoneId, reason },
  );
}

export function noSettingsImage(chip: string): Failed {
  return jobFailure(
    'image_unfit',
    `Settings can be written with the image only for chips that our firmware runs on, not for ${chip}. Flash this device alone and tell it its settings over the cable.`,
    { chip },
    false,
  );
}

export function imageFailed(reason: string): Failed {
  return jobFailure(
    'internal',
    `The settings could not be written as the firmware would write them: ${reason} Flash this device alone and tell it its settings over the cable.`,
    {
      reason,
    },
  );
}
