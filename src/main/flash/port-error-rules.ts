import type { PortList } from '../../shared/api/flash';
import { jobFailure, type JobError } from '../../shared/domain/job-errors';

type Failure = { readonly ok: false; readonly error: JobError };
type Platform = PortList['platform'];

/** What is known about a port that could not be opened. */
export type OpenFault = {
  readonly path: string;
  readonly platform: Platform;
  /** The library's sentence. */
  readonly reason: string;
  /** The system's own code for the same attempt, such as `EACCES`; null where there is none (Windows, or a port that is just locked). */
  readonly systemCode: string | null;
  /** The group that owns the device node. */
  readonly group: string | null;
};

/** Codes of a device node that is not there, or whose device has gone. */
const absentCodes = new Set(['ENOENT', 'ENXIO', 'ENODEV', 'ENOTDIR']);

/**
 * Classifies a port that could not be opened. serialport gives a sentence and no code; on Unix the system is asked once more for its code, since
 * the sentence depends on the machine's language. "Cannot lock port" (Unix) and the sentences on Windows are serialport's own.
 */
export function openFailure({ path, platform, reason, systemCode, group }: OpenFault): Failure {
  if (/cannot lock port/i.test(reason) || systemCode === 'EBUSY') return portInUse(path);
  if (platform === 'win32') {
    if (/file not found/i.test(reason)) return portAbsent(path);
    // Windows has no rights on COM ports: somebody else has it open.
    if (/access denied/i.test(reason)) return portInUse(path);
  }
  if (systemCode !== null && absentCodes.has(systemCode)) return portAbsent(path);
  if (systemCode === 'EACCES' || systemCode === 'EPERM') return noPermission(path, platform, group);
  return portFailed(path, reason);
}

export function portAbsent(path: string): Failure {
  return jobFailure(
    'port_absent',
    `There is no port ${path}. Plug the board in; a cable that only charges shows no port.`,
    { path },
  );
}

export function portInUse(path: string): Failure {
  return jobFailure(
    'port_in_use',
    `Another program has ${path} open. Close it (a serial monitor, an IDE, a slicer) and try again.`,
    { path },
  );
}

export function portFailed(path: string, reason: string): Failure {
  return jobFailure(
    'port_failed',
    `${path} cannot be used: ${reason}. Unplug the board, plug it in again, and try once more.`,
    {
      path,
      reason,
    },
  );
}

/** What a port's use ends with when its device was unplugged. */
export function portVanished(path: string): Failure {
  return jobFailure('port_vanished', `${path} was unplugged. Plug the board in and try again.`, { path });
}

function noPermission(path: string, platform: Platform, group: string | null): Failure {
  const details = { path, ...(group !== null && { group }) };
  return jobFailure('port_no_permission', `You may not use ${path}. ${permissionRemedy(platform, group)}`, details);
}

function permissionRemedy(platform: Platform, group: string | null): string {
  switch (platform) {
    case 'linux':
      return group === null || group === 'root'
        ? 'Install the udev rule 70-leitstand.rules, then plug the board in again.'
        : `Join the group ${group} (sudo usermod -aG ${group} $USER) and log in again, or install the udev rule 70-leitstand.rules.`;
    case 'darwin':
      return 'Allow the driver of the adapter under System Settings, Privacy & Security, then plug the board in again.';
    case 'win32':
    case 'other':
      return 'Ask for the right to use serial ports, then try again.';
  }
}
