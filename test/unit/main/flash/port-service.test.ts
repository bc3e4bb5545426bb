import { describe, expect, it } from 'vitest';
import { PortService } from '../../../../src/main/flash/port-service';
import type { JobResult } from '../../../../src/shared/domain/job-errors';
import { FakeMachine } from '../../../fakes/fake-machine';
import { ManualClock } from '../../../fakes/manual-clock';
import { ScriptedSerial } from '../../../fakes/scripted-serial';

const USB0 = '/dev/ttyUSB0';
const bridge = { path: USB0, vendorId: '10c4', productId: 'ea60', serialNumber: 'A7' };
const native = { path: '/dev/ttyACM0', vendorId: '303a', productId: '1001', serialNumber: '84:F7:03:01:02:03' };

/** Lets everything run that waits for promises only. */
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function begin(options: { ports?: readonly (typeof bridge)[]; extraPaths?: readonly string[] } = {}) {
  const clock = new ManualClock();
  const driver = new ScriptedSerial();
  const machine = new FakeMachine();
  driver.ports = [...(options.ports ?? [bridge])];
  let changes = 0;
  const service = new PortService({ driver, clock, machine, extraPaths: options.extraPaths ?? [], onChange: () => (changes += 1) }); // prettier-ignore
  const presence: string[] = [];
  service.onPresence((path, isPresent) => presence.push(`${isPresent ? '+' : '-'}${path}`));
  await service.start();
  const pass = async (ms: number) => {
    for (let step = 0; step < ms; step += 100) {
      clock.advance(100);
      await settle();
    }
  };
  return { clock, driver, machine, service, presence, pass, changes: () => changes };
}

function value<T>(result: JobResult<T>): T {
  if (!result.ok) throw new Error(`Expected success, got ${result.error.code}: ${result.error.message}`);
  return result.value;
}
const code = (result: JobResult<unknown>) => (result.ok ? 'ok' : result.error.code);

describe('the list', () => {
  it('describes each port', async () => {
    const { service, clock } = await begin({ ports: [bridge, native], extraPaths: ['/dev/pts/7'] });
    const since = clock.iso;
    expect(service.list()).toEqual({
      platform: 'linux',
      problems: [],
      ports: [
        { path: USB0, name: 'Silicon Labs CP210x', isNativeUsb: false, vendorId: '10c4', productId: 'ea60', serialNumber: 'A7', source: 'system', isPresent: true, use: 'free', since }, // prettier-ignore
        { path: '/dev/ttyACM0', name: 'Espressif USB-Serial/JTAG', isNativeUsb: true, vendorId: '303a', productId: '1001', serialNumber: '84:F7:03:01:02:03', source: 'system', isPresent: true, use: 'free', since }, // prettier-ignore
        { path: '/dev/pts/7', name: '7', isNativeUsb: false, source: 'option', isPresent: false, use: 'free', since },
      ],
    });
    await service.stop();
  });

  it('follows plugging and unplugging within a second, and says so', async () => {
    const { driver, service, presence, pass, changes } = await begin();
    const before = changes();
    driver.ports = [];
    await pass(1_000);
    expect(service.list().ports.map(({ isPresent }) => isPresent)).toEqual([false]);
    await pass(4_000);
    expect(service.list().ports).toEqual([]);
    driver.ports = [bridge];
    await pass(1_000);
    expect(presence).toEqual([`+${USB0}`, `-${USB0}`, `+${USB0}`]);
    expect(changes() - before).toBe(3);
    await service.stop();
  });

  it('sees an optional port appear', async () => {
    const { machine, presence, pass, service } = await begin({ ports: [], extraPaths: ['/dev/pts/7'] });
    machine.nodes.add('/dev/pts/7');
    await pass(1_000);
    expect(presence).toEqual(['+/dev/pts/7']);
    await service.stop();
  });

  it('asks for no second list while one hangs, since each holds a thread', async () => {
    const { driver, service, pass } = await begin();
    let giveUp = (_error: Error): void => undefined;
    driver.listFault = new Promise<never>((_resolve, reject) => (giveUp = reject));
    const before = driver.lists;
    await pass(30_000);
    expect(driver.lists - before).toBe(1);
    expect(service.list().problems.map(({ code: problem }) => problem)).toEqual(['list_failed']);
    driver.listFault = null;
    giveUp(new Error('too late'));
    await pass(2_000);
    expect(service.list().problems).toEqual([]);
    await service.stop();
  });

  it('keeps the ports while the list fails, and says why it fails', async () => {
    const { driver, service, presence, pass, changes } = await begin();
    const before = changes();
    driver.listFault = new Error('no such folder');
    await pass(3_000);
    const { ports, problems } = service.list();
    expect(ports.map(({ isPresent }) => isPresent)).toEqual([true]);
    expect(problems).toEqual([
      {
        code: 'list_failed',
        message: 'The serial ports of this machine cannot be listed: no such folder. Name a port with --serial-port.',
        details: { reason: 'no such folder' },
      },
    ]);
    expect([presence, changes() - before]).toEqual([[`+${USB0}`], 1]);
    driver.listFault = null;
    await pass(1_000);
    expect(service.list().problems).toEqual([]);
    await service.stop();
  });

  it('gives a list that hangs five seconds, and starts no second one meanwhile', async () => {
    const { driver, service, pass } = await begin();
    driver.listFault = new Promise<never>(() => {});
    const before = driver.lists;
    await pass(4_900);
    expect([driver.lists - before, service.list().problems]).toEqual([1, []]);
    await pass(1_200);
    expect(service.list().problems.map((problem) => problem.code)).toEqual(['list_failed']);
    driver.listFault = null;
    await service.stop();
  });

  it('names what is in the way one look after a port came, since udev sets its rights a moment later', async () => {
    const { driver, machine, service, pass } = await begin({ ports: [] });
    machine.forbidden.set(USB0, 'dialout');
    driver.ports = [bridge];
    await pass(1_000);
    expect(service.list().problems).toEqual([]);
    await pass(1_000);
    expect(service.list().problems.map((problem) => problem.code)).toEqual(['not_in_group']);
    await service.stop();
  });

  it('looks through the programs twice a minute, not every second', async () => {
    const { machine, service, pass } = await begin();
    await pass(2_000);
    const before = machine.scans;
    machine.programs.add('ModemManager');
    await pass(60_000);
    expect(machine.scans - before).toBe(2);
    expect(service.list().problems.map((problem) => problem.code)).toEqual(['modem_manager']);
    await service.stop();
  });

  it('asks Linux questions on Linux only', async () => {
    const { machine, pass, service } = await begin();
    machine.platform = 'win32';
    const before = machine.scans;
    await pass(60_000);
    expect(machine.scans).toBe(before);
    await service.stop();
  });
});

describe('a lease', () => {
  it('is refused for a port that is not there', async () => {
    const { service } = await begin();
    expect(code(service.lease('/dev/ttyUSB9', 'flash'))).toBe('port_absent');
    await service.stop();
  });

  it('has one holder, who is named to the next', async () => {
    const { service } = await begin();
    const lease = value(service.lease(USB0, 'flash'));
    expect([lease.path, lease.adapterKey, lease.isNativeUsb]).toEqual([USB0, '10c4:ea60:A7', false]);
    expect(service.list().ports[0]?.use).toBe('flash');
    const second = service.lease(USB0, 'provisioning');
    expect(second).toEqual({
      ok: false,
      error: {
        code: 'port_in_use',
        message: `${USB0} is in use here by a flash job. Wait until that has ended, or cancel it.`,
        retryable: true,
        details: { path: USB0, holder: 'flash' },
      },
    });
    await lease.release();
    await lease.release();
    expect(service.list().ports[0]?.use).toBe('free');
    expect(code(service.lease(USB0, 'provisioning'))).toBe('ok');
    await service.stop();
  });

  it('is not taken back by a late second release of an earlier holder', async () => {
    const { service } = await begin();
    const first = value(service.lease(USB0, 'flash'));
    await first.release();
    value(service.lease(USB0, 'provisioning'));
    await first.release();
    expect(service.list().ports[0]?.use).toBe('provisioning');
    await service.stop();
  });

  it('closes its line on release', async () => {
    const { driver, service } = await begin();
    const lease = value(service.lease(USB0, 'flash'));
    const line = value(await lease.open(460_800));
    expect([line.path, driver.opened[0]?.baud]).toEqual([USB0, 460_800]);
    await lease.release();
    expect(driver.isOpen(USB0)).toBe(false);
    expect(code(await lease.open(115_200))).toBe('cancelled');
    await service.stop();
  });

  it('opens again after a close, but never twice at once', async () => {
    const { service } = await begin();
    const lease = value(service.lease(USB0, 'flash'));
    const line = value(await lease.open(115_200));
    await expect(lease.open(115_200)).rejects.toThrow('already open');
    await line.close();
    expect(code(await lease.open(115_200))).toBe('ok');
    await service.stop();
  });

  it('takes the port from a monitor, and waits until that has closed it', async () => {
    const { driver, service } = await begin();
    let finishClose = () => {};
    driver.mayClose = new Promise((resolve) => (finishClose = resolve));
    const wanted: string[] = [];
    const monitor = value(service.lease(USB0, 'monitor', () => wanted.push('wanted')));
    value(await monitor.open(115_200));
    expect(code(service.lease(USB0, 'monitor'))).toBe('port_in_use');
    const flash = value(service.lease(USB0, 'flash'));
    expect([wanted, service.list().ports[0]?.use]).toEqual([['wanted'], 'flash']);
    const opening = flash.open(115_200);
    await settle();
    expect(driver.attempts).toBe(1);
    finishClose();
    expect(code(await opening)).toBe('ok');
    await monitor.release();
    expect([wanted, service.list().ports[0]?.use]).toEqual([['wanted'], 'flash']);
    await service.stop();
  });

  it('does not give way to a monitor', async () => {
    const { service } = await begin();
    value(service.lease(USB0, 'provisioning'));
    expect(code(service.lease(USB0, 'monitor'))).toBe('port_in_use');
    await service.stop();
  });

  it.each(['port_absent', 'port_in_use', 'port_no_permission'] as const)(
    'waits while opening fails with %s, since that may pass',
    async (failure) => {
      const { driver, service, pass } = await begin();
      driver.failures.push(failure, failure, failure);
      const opening = value(service.lease(USB0, 'flash')).open(115_200);
      await settle();
      await pass(300);
      expect([code(await opening), driver.attempts]).toEqual(['ok', 4]);
      await service.stop();
    },
  );

  it('gives up after two seconds, with the last reason', async () => {
    const { driver, service, pass } = await begin();
    driver.failures.push(...Array.from({ length: 100 }, () => 'port_absent' as const));
    const opening = value(service.lease(USB0, 'flash')).open(115_200);
    await settle();
    await pass(2_000);
    expect([code(await opening), driver.attempts]).toEqual(['port_absent', 21]);
    await service.stop();
  });

  it('does not wait when the port is broken', async () => {
    const { driver, service } = await begin();
    driver.failures.push('port_failed');
    expect(code(await value(service.lease(USB0, 'flash')).open(115_200))).toBe('port_failed');
    await service.stop();
  });

  it('ends an opening that waits when it is released', async () => {
    const { clock, driver, service } = await begin();
    driver.failures.push('port_absent', 'port_absent');
    const lease = value(service.lease(USB0, 'flash'));
    const opening = lease.open(115_200);
    await settle();
    await lease.release();
    expect([code(await opening), driver.isOpen(USB0)]).toEqual(['cancelled', false]);
    await service.stop();
    expect(clock.pending).toBe(0);
  });

  it('can be had for a port that went a moment ago, and looks at once when a line was unplugged', async () => {
    const { driver, service, presence, pass } = await begin({ ports: [native] });
    const lease = value(service.lease(native.path, 'flash'));
    value(await lease.open(115_200));
    driver.ports = [];
    driver.opened[0]?.end(true);
    await settle();
    expect(presence).toEqual([`+${native.path}`, `-${native.path}`]);
    await lease.release();
    expect(code(service.lease(native.path, 'provisioning'))).toBe('ok');
    await pass(10_000);
    expect(service.list().ports.map(({ isPresent, use }) => [isPresent, use])).toEqual([[false, 'provisioning']]);
    await service.stop();
  });
});

describe('stop', () => {
  it('does not wait for a list that hangs, and changes nothing afterwards', async () => {
    const { driver, service, pass, changes } = await begin();
    let finish: (error: Error) => void = () => {};
    driver.listFault = new Promise<never>((_resolve, reject) => (finish = reject));
    await pass(1_000);
    await service.stop();
    const before = changes();
    driver.ports = [];
    finish(new Error('too late'));
    await settle();
    expect([service.list().ports.length, changes() - before]).toEqual([1, 0]);
  });

  it('closes all lines, tells their holders, and leaves no timer', async () => {
    const { clock, driver, service } = await begin({ ports: [bridge, native] });
    const wanted: string[] = [];
    for (const { path } of [bridge, native])
      value(await value(service.lease(path, 'monitor', () => wanted.push(path))).open(115_200));
    await service.stop();
    expect([wanted, driver.opened.map(({ isOpen }) => isOpen), clock.pending]).toEqual([[USB0, native.path], [false, false], 0]); // prettier-ignore
  });
});
