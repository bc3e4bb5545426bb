import type { PortList } from '../../shared/api/flash';
import type { UsbDevice } from './machine-facts';
import type { ListedPort } from './serial-driver';
import { adapterModel } from './usb-adapter-rules';

export type PortProblem = PortList['problems'][number];

/** A port that this process may not open. */
export type ForbiddenPort = { readonly path: string; readonly group: string | null; readonly isMember: boolean };

export type MachineState = {
  readonly userName: string;
  readonly listed: readonly ListedPort[];
  readonly forbidden: readonly ForbiddenPort[];
  readonly running: ReadonlySet<string>;
  readonly hasUdevRule: boolean;
  readonly usbDevices: readonly UsbDevice[];
};

/** The Linux programs that we look for, by the name of their process. */
export const watchedPrograms = ['brltty', 'ModemManager'] as const;

/** Bridges that Ubuntu's brltty takes for braille displays (its rule 85-brltty.rules). */
const takenByBrltty = new Set(['1a86:7523', '10c4:ea60', '0403:6001', '067b:2303']);

/** What is in the way of serial ports on a Linux machine, as sentences with a remedy. */
export function linuxProblems(state: MachineState): PortProblem[] {
  return [...groupProblems(state), ...brlttyProblems(state), ...modemManagerProblems(state)];
}

/** The system's list of ports cannot be had. */
export function listProblem(reason: string): PortProblem {
  return {
    code: 'list_failed',
    message: `The serial ports of this machine cannot be listed: ${reason}. Name a port with --serial-port.`,
    details: { reason },
  };
}

/** One for each group: a bench with eight boards has the same problem once. */
function groupProblems({ forbidden, userName }: MachineState): PortProblem[] {
  const byGroup = new Map<string, ForbiddenPort>();
  for (const port of forbidden) if (port.group !== null && port.group !== 'root') byGroup.set(port.group, port);
  return [...byGroup].map(([group, { path, isMember }]) => {
    const command = `sudo usermod -aG ${group} ${userName}`;
    const message = isMember
      ? `${path} belongs to the group ${group}. You are in it, but not in this session: log out and in again.`
      : `${path} belongs to the group ${group}, and you are not in it. Run "${command}", then log out and in again.`;
    return { code: 'not_in_group', message, details: { path, group, command } };
  });
}

/** An adapter on USB without a serial port, while brltty runs. Without such an adapter brltty is in nobody's way. */
function brlttyProblems({ running, usbDevices, listed }: MachineState): PortProblem[] {
  if (!running.has('brltty')) return [];
  const withPort = new Set(listed.map(adapterModel));
  const taken = usbDevices.map(({ vendorId, productId }) => `${vendorId}:${productId}`).filter((model) => takenByBrltty.has(model) && !withPort.has(model)); // prettier-ignore
  const [adapter] = taken;
  if (adapter === undefined) return [];
  const command = 'sudo systemctl mask --now brltty.service brltty-udev.service';
  const message = `The program brltty (braille displays) has taken the adapter ${adapter} away. If nobody here uses a braille display, run "${command}" and plug the board in again.`;
  return [{ code: 'brltty', message, details: { adapter, command } }];
}

/** It matters only where there is a port that it could talk into. */
function modemManagerProblems({ running, hasUdevRule, listed }: MachineState): PortProblem[] {
  if (!running.has('ModemManager') || hasUdevRule || listed.length === 0) return [];
  const rule = '/etc/udev/rules.d/70-leitstand.rules';
  const message = `The program ModemManager talks into ports for half a minute after they were plugged in. Install the udev rule of this console as ${rule}, then plug the board in again.`;
  return [{ code: 'modem_manager', message, details: { rule } }];
}
