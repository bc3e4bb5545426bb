import { readdir, readFile, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ListedPort } from './serial-driver';

const SYS_TTY = '/sys/class/tty';
/** Terminals, pseudo-terminals and the mainboard's own UARTs: most of the list, and never on USB. */
const notOnUsb = /^(tty|ttyS\d+|tty\d+|pty.*|console|ptmx)$/;
/** From a tty up to its USB device: port, interface, device, and a hub driver's layer or two between them. */
const MAX_LEVELS = 8;

/**
 * Serial ports on USB as the Linux kernel lists them. Read from /sys and not by serialport's `list`, which starts the program `udevadm` each time,
 * throws where that is missing, and lists the mainboard's ports as well. A port without USB ids must be named by `--serial-port`.
 */
export async function listLinuxPorts(folder = SYS_TTY): Promise<ListedPort[]> {
  const names = (await readdir(folder)).filter((name) => !notOnUsb.test(name));
  const ports = await Promise.all(names.map((name) => describe(folder, name)));
  return ports
    .filter((port) => port !== null)
    .toSorted((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}

/** Null for a tty that is not on USB, or has just gone. */
async function describe(folder: string, name: string): Promise<ListedPort | null> {
  const link = await readlink(join(folder, name)).catch(() => null);
  if (link === null) return null;
  let device = resolve(folder, link);
  for (let level = 0; level < MAX_LEVELS; level += 1, device = dirname(device)) {
    const vendorId = await attribute(device, 'idVendor');
    const productId = await attribute(device, 'idProduct');
    if (vendorId === undefined || productId === undefined) continue;
    const serialNumber = await attribute(device, 'serial');
    const words = [await attribute(device, 'manufacturer'), await attribute(device, 'product')];
    const manufacturer = words.filter((word) => word !== undefined).join(' ');
    return {
      path: `/dev/${name}`,
      vendorId,
      productId,
      ...(serialNumber !== undefined && { serialNumber }),
      ...(manufacturer !== '' && { manufacturer }),
    };
  }
  return null;
}

async function attribute(device: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(device, name), 'utf8').catch(() => '');
  return text.trim() || undefined;
}
