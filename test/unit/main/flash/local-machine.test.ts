import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LocalMachine } from '../../../../src/main/flash/local-machine';
import { openTempDir } from '../../../fakes/temp-dir';

async function scene(root: string) {
  const paths = {
    proc: join(root, 'proc'),
    usbDevices: join(root, 'usb'),
    groups: join(root, 'group'),
    rules: [join(root, 'rule')],
  };
  for (const [id, name] of [
    ['12', 'ModemManager'],
    ['13', 'node'],
  ] as const) {
    await mkdir(join(paths.proc, id), { recursive: true });
    await writeFile(join(paths.proc, id, 'comm'), `${name}\n`);
  }
  await mkdir(join(paths.proc, 'self-like'));
  await mkdir(join(paths.usbDevices, '1-2'), { recursive: true });
  await mkdir(join(paths.usbDevices, '1-2:1.0'));
  await writeFile(join(paths.usbDevices, '1-2', 'idVendor'), '1a86\n');
  await writeFile(join(paths.usbDevices, '1-2', 'idProduct'), '7523\n');
  const machine = new LocalMachine('linux', paths);
  const { gid } = await stat(root);
  await writeFile(paths.groups, `root:x:99999:\nboard:x:${gid}:kim,${machine.userName}\nother:x:77777:kim\n`);
  return { machine, paths };
}

describe('LocalMachine', () => {
  it('knows programs, groups and USB devices', async () => {
    await using dir = await openTempDir('machine');
    const { machine, paths } = await scene(dir.path);
    expect(await machine.running(['brltty', 'ModemManager'])).toEqual(new Set(['ModemManager']));
    expect(await machine.groupOf(paths.groups)).toBe('board');
    expect(await Promise.all(['board', 'other', 'none'].map(machine.isGroupMember))).toEqual([true, false, false]);
    expect(await machine.usbDevices()).toEqual([{ vendorId: '1a86', productId: '7523' }]);
  });

  it('knows what exists, and whether our rule is installed', async () => {
    await using dir = await openTempDir('machine');
    const { machine, paths } = await scene(dir.path);
    expect([await machine.exists(paths.groups), await machine.exists(join(dir.path, 'nothing'))]).toEqual([
      true,
      false,
    ]);
    expect([await machine.canOpen(paths.groups), await machine.canOpen(join(dir.path, 'nothing'))]).toEqual([
      true,
      false,
    ]);
    expect(await machine.hasUdevRule()).toBe(false);
    await writeFile(join(dir.path, 'rule'), '');
    expect(await machine.hasUdevRule()).toBe(true);
  });

  it('answers "no" where the system tells nothing', async () => {
    await using dir = await openTempDir('machine');
    const nowhere = join(dir.path, 'nowhere');
    const machine = new LocalMachine('linux', {
      proc: nowhere,
      usbDevices: nowhere,
      groups: nowhere,
      rules: [nowhere],
    });
    expect(await machine.running(['brltty'])).toEqual(new Set());
    expect(await machine.groupOf(dir.path)).toBeNull();
    expect(await machine.isGroupMember('dialout')).toBe(false);
    expect(await machine.usbDevices()).toEqual([]);
  });

  it('cannot look for a COM port, and lets the opening tell', async () => {
    const machine = new LocalMachine('win32');
    expect([machine.platform, await machine.exists('COM7'), await machine.canOpen('COM7')]).toEqual([
      'win32',
      true,
      true,
    ]);
  });

  it('calls a system that it does not know by no name', () => {
    expect(new LocalMachine('freebsd').platform).toBe('other');
  });
});
