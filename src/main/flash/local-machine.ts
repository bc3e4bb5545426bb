import { constants } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { PortList } from '../../shared/api/flash';
import type { MachineFacts, UsbDevice } from './machine-facts';

/** Where udev takes rules from: the administrator's and the distribution's. */
const RULE_FILES = ['/etc/udev/rules.d/70-leitstand.rules', '/usr/lib/udev/rules.d/70-leitstand.rules'];

/** Where Linux tells about itself; a test has its own. */
export type LinuxPaths = {
  readonly proc: string;
  readonly usbDevices: string;
  readonly groups: string;
  readonly rules: readonly string[];
};

const LINUX_PATHS: LinuxPaths = {
  proc: '/proc',
  usbDevices: '/sys/bus/usb/devices',
  groups: '/etc/group',
  rules: RULE_FILES,
};

/** The machine that the console runs on. What it cannot find out counts as "no": these are hints, the opening of a port tells the truth. */
export class LocalMachine implements MachineFacts {
  readonly platform: PortList['platform'];
  readonly userName = userInfo().username;

  constructor(
    platform: NodeJS.Platform = process.platform,
    private readonly paths = LINUX_PATHS,
  ) {
    this.platform = platform === 'linux' || platform === 'darwin' || platform === 'win32' ? platform : 'other';
  }

  readonly exists = async (path: string): Promise<boolean> => {
    // COM ports are no files; that one is named by hand, and opening it tells.
    if (this.platform === 'win32') return true;
    return await isAccessible(path, constants.F_OK);
  };

  readonly canOpen = (path: string): Promise<boolean> =>
    this.platform === 'win32' ? Promise.resolve(true) : isAccessible(path, constants.R_OK | constants.W_OK);

  readonly groupOf = async (path: string): Promise<string | null> => {
    try {
      const { gid } = await stat(path);
      return (await this.groups()).find((group) => group.id === gid)?.name ?? null;
    } catch {
      return null;
    }
  };

  readonly isGroupMember = async (name: string): Promise<boolean> => {
    const groups = await this.groups().catch(() => []);
    return groups.some((group) => group.name === name && group.members.includes(this.userName));
  };

  readonly running = async (programs: readonly string[]): Promise<ReadonlySet<string>> => {
    const entries = await readdir(this.paths.proc).catch(() => []);
    const names = await Promise.all(
      entries.filter((entry) => /^\d+$/.test(entry)).map((id) => readLine(join(this.paths.proc, id, 'comm'))),
    );
    const found = new Set(names);
    return new Set(programs.filter((program) => found.has(program)));
  };

  readonly hasUdevRule = async (): Promise<boolean> => {
    const found = await Promise.all(this.paths.rules.map((path) => isAccessible(path, constants.F_OK)));
    return found.includes(true);
  };

  readonly usbDevices = async (): Promise<readonly UsbDevice[]> => {
    const folder = this.paths.usbDevices;
    const names = await readdir(folder).catch(() => []);
    const devices = await Promise.all(
      names.map(async (name) => ({
        vendorId: await readLine(join(folder, name, 'idVendor')),
        productId: await readLine(join(folder, name, 'idProduct')),
      })),
    );
    return devices.filter(({ vendorId, productId }) => vendorId !== '' && productId !== '');
  };

  private async groups(): Promise<{ name: string; id: number; members: string[] }[]> {
    const text = await readFile(this.paths.groups, 'utf8');
    return text.split('\n').flatMap((line) => {
      const [name, , id, members = ''] = line.split(':');
      return name !== undefined && id !== undefined ? [{ name, id: Number(id), members: members.split(',') }] : [];
    });
  }
}

async function isAccessible(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The first line of a small file; empty when it cannot be read (it went away, or is not ours). */
async function readLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n')[0]?.trim() ?? '';
}
