import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listLinuxPorts } from '../../../../src/main/flash/linux-ports';
import { openTempDir } from '../../../fakes/temp-dir';

/** Makes a tty in a copy of /sys below `root`: a device folder, and the link in class/tty. */
async function makeTty(root: string, device: string, name: string): Promise<void> {
  const target = join(root, 'devices', device, 'tty', name);
  await mkdir(target, { recursive: true });
  await mkdir(join(root, 'class/tty'), { recursive: true });
  const link = join(root, 'class/tty', name);
  await symlink(relative(dirname(link), target), link);
}

async function makeUsb(root: string, device: string, attributes: Record<string, string>): Promise<void> {
  await mkdir(join(root, 'devices', device), { recursive: true });
  for (const [name, value] of Object.entries(attributes))
    await writeFile(join(root, 'devices', device, name), `${value}\n`);
}

describe('listLinuxPorts', () => {
  it('lists what hangs on USB, with the ids of its device, in the order of the numbers', async () => {
    await using dir = await openTempDir('sys');
    await makeUsb(dir.path, 'pci/usb1/1-2', { idVendor: '10c4', idProduct: 'ea60', serial: 'A7', manufacturer: 'Silicon Labs', product: 'CP2102' }); // prettier-ignore
    await makeUsb(dir.path, 'pci/usb1/1-3', { idVendor: '303a', idProduct: '1001' });
    await makeTty(dir.path, 'pci/usb1/1-2/1-2:1.0/ttyUSB10', 'ttyUSB10');
    await makeTty(dir.path, 'pci/usb1/1-2/1-2:1.1/ttyUSB9', 'ttyUSB9');
    await makeTty(dir.path, 'pci/usb1/1-3/1-3:1.0', 'ttyACM0');
    await makeTty(dir.path, 'platform/serial8250', 'ttyS0');
    await makeTty(dir.path, 'virtual', 'tty1');
    await makeTty(dir.path, 'platform/soc/uart', 'ttyAMA0');
    const bridge = { vendorId: '10c4', productId: 'ea60', serialNumber: 'A7', manufacturer: 'Silicon Labs CP2102' };
    expect(await listLinuxPorts(join(dir.path, 'class/tty'))).toEqual([
      { path: '/dev/ttyACM0', vendorId: '303a', productId: '1001' },
      { path: '/dev/ttyUSB9', ...bridge },
      { path: '/dev/ttyUSB10', ...bridge },
    ]);
  });

  it('leaves out a port that goes away while it is looked at', async () => {
    await using dir = await openTempDir('sys');
    await makeTty(dir.path, 'virtual', 'tty1');
    await symlink('../../devices/gone/tty/ttyUSB0', join(dir.path, 'class/tty/ttyUSB0'));
    expect(await listLinuxPorts(join(dir.path, 'class/tty'))).toEqual([]);
  });

  it('fails where there is no such folder', async () => {
    await using dir = await openTempDir('sys');
    await expect(listLinuxPorts(join(dir.path, 'class/tty'))).rejects.toThrow('ENOENT');
  });
});
