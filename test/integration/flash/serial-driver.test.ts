/*
 * What every SerialDriver promises (src/main/flash/serial-driver.ts), shown for the fake in memory and for the real driver on a real pty. A pty has
 * no modem lines; that a real port's lines are released on opening is shown in memory only.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock';
import { LocalMachine } from '../../../src/main/flash/local-machine';
import { NodeSerialDriver } from '../../../src/main/flash/node-serial-driver';
import { PortService } from '../../../src/main/flash/port-service';
import { LineError, type SerialDriver, type SerialLine } from '../../../src/main/flash/serial-driver';
import type { JobResult } from '../../../src/shared/domain/job-errors';
import { FakeMachine } from '../../fakes/fake-machine';
import { MemorySerial } from '../../fakes/virtual-esp/memory-serial';
import { PtyPort, ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { VirtualBoard, type BoardApp } from '../../fakes/virtual-esp/virtual-board';
import { openTempDir } from '../../fakes/temp-dir';
import { until, withDeadline } from '../../fakes/wait';

const DEADLINE_MS = 5_000;

/** An application that sends back what it gets. */
function echo(): BoardApp {
  let send: (bytes: Uint8Array) => void = () => undefined;
  return { start: (sender) => void (send = sender), feed: (bytes) => send(bytes), stop: () => undefined };
}

function newBoard(): VirtualBoard {
  const board = new VirtualBoard({ chip: 'esp32c3', autoReset: 'none', app: echo(), bootMs: 0 });
  board.flash[0x10000] = 0xe9;
  return board;
}

type Stage = {
  readonly driver: SerialDriver;
  readonly path: string;
  readonly board: VirtualBoard;
  readonly unplug: () => Promise<void>;
};

const skipReason = ptySkipReason();
if (skipReason !== undefined) console.log(`skipped: the real serial driver, since ${skipReason}`);

const stages: readonly { readonly name: string; readonly isSkipped: boolean; readonly begin: () => Promise<Stage> }[] =
  [
    {
      name: 'MemorySerial',
      isSkipped: false,
      begin: () => {
        const driver = new MemorySerial();
        const board = newBoard();
        driver.attach('/dev/ttyUSB0', board);
        return Promise.resolve({
          driver,
          path: '/dev/ttyUSB0',
          board,
          unplug: async () => Promise.resolve(board.unplug()),
        });
      },
    },
    {
      name: 'NodeSerialDriver on a pty',
      isSkipped: skipReason !== undefined,
      begin: async () => {
        const board = newBoard();
        const pty = await PtyPort.open(board);
        const driver = new NodeSerialDriver(new LocalMachine(), systemClock);
        return { driver, path: pty.path, board, unplug: () => pty.close() };
      },
    },
  ];

function value<T>(result: JobResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
const code = (result: JobResult<unknown>) => (result.ok ? 'ok' : result.error.code);

/** Collects what arrives. */
function listen(line: SerialLine) {
  const received: number[] = [];
  line.onData((bytes) => received.push(...bytes));
  return { text: () => Buffer.from(received).toString('latin1'), bytes: received };
}

describe.each(stages.filter(({ isSkipped }) => !isSkipped))('$name', ({ begin }) => {
  let stage: Stage;
  const start = async () => {
    stage = await begin();
    return stage;
  };
  afterEach(async () => stage.unplug());

  it('carries every byte, both ways and in order', async () => {
    const { driver, path } = await start();
    const line = value(await driver.open(path, 115_200));
    const { bytes } = listen(line);
    const sent = Uint8Array.from({ length: 20_000 }, (_unused, index) => (index * 31 + (index >> 8)) & 0xff);
    await line.write(sent.subarray(0, 7_000));
    await line.write(sent.subarray(7_000));
    await until(() => Buffer.from(bytes).indexOf(Buffer.from(sent)) >= 0, DEADLINE_MS, 'the echo');
    await line.close();
  });

  it('changes its speed in place', async () => {
    const { driver, path } = await start();
    const line = value(await driver.open(path, 115_200));
    for (const baud of [921_600, 460_800, 230_400, 74_880, 115_200]) await line.setBaudRate(baud);
    const { text } = listen(line);
    await line.write(Buffer.from('still here'));
    await until(() => text().includes('still here'), DEADLINE_MS, 'an answer at the last speed');
    await line.close();
  });

  it('says that a port without modem lines has none', async () => {
    const { driver, path } = await start();
    const line = value(await driver.open(path, 115_200));
    expect(await line.setSignals({ dtr: true, rts: false })).toBe(false);
    await line.close();
  });

  it('refuses a second opening, and opens again after a close', async () => {
    const { driver, path } = await start();
    const line = value(await driver.open(path, 115_200));
    const second = await driver.open(path, 115_200);
    expect(second.ok ? 'ok' : [second.error.code, second.error.details['path']]).toEqual(['port_in_use', path]);
    await line.close();
    const third = value(await driver.open(path, 460_800));
    await third.close();
  });

  it('tells once that it was closed, and takes nothing afterwards', async () => {
    const { driver, path } = await start();
    const line = value(await driver.open(path, 115_200));
    const closes: boolean[] = [];
    line.onClose((isUnplugged) => closes.push(isUnplugged));
    await line.close();
    await line.close();
    expect(closes).toEqual([false]);
    for (const use of [
      () => line.write(Buffer.from('x')),
      () => line.setBaudRate(9_600),
      () => line.setSignals({ dtr: false, rts: false }),
    ]) {
      const error: unknown = await use().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LineError);
      expect((error as LineError).isUnplugged).toBe(false);
    }
  });

  it('stops telling whoever does not listen any more', async () => {
    const { driver, path } = await start();
    const line = value(await driver.open(path, 115_200));
    const first = listen(line);
    const heard: Uint8Array[] = [];
    const stop = line.onData((bytes) => heard.push(bytes));
    stop();
    await line.write(Buffer.from('ping'));
    await until(() => first.text().includes('ping'), DEADLINE_MS, 'the echo');
    expect(heard).toEqual([]);
    await line.close();
  });

  it('tells that the board was unplugged, and then has no such port', async () => {
    const { driver, path, unplug } = await start();
    const line = value(await driver.open(path, 115_200));
    const closed = new Promise<boolean>((resolve) => line.onClose(resolve));
    await unplug();
    expect(await withDeadline(closed, DEADLINE_MS, 'the close')).toBe(true);
    const error: unknown = await line.write(Buffer.from('x')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LineError);
    expect((error as LineError).isUnplugged).toBe(true);
    expect(code(await driver.open(path, 115_200))).toBe('port_absent');
  });

  it('ends a write that is under way when the board is unplugged', async () => {
    const { driver, path, board, unplug } = await start();
    const line = value(await driver.open(path, 115_200));
    const writing = (async () => {
      for (;;) await line.write(Buffer.alloc(4_096, 0x55));
    })();
    const ended = writing.catch((error: unknown) => error);
    await until(() => board.stats.bytesReceived > 8_192, DEADLINE_MS, 'the write to be under way');
    await unplug();
    const error = await withDeadline(ended, DEADLINE_MS, 'the write to end');
    expect(error).toBeInstanceOf(LineError);
    expect((error as LineError).isUnplugged).toBe(true);
  });

  it('serves PortService: leased, unplugged, seen as gone', async () => {
    const { driver, path, unplug } = await start();
    const machine = new FakeMachine();
    machine.nodes.add(path);
    const service = new PortService({ driver, clock: systemClock, machine, extraPaths: [path], onChange: () => undefined }); // prettier-ignore
    await service.start();
    const lease = value(service.lease(path, 'flash'));
    const line = value(await lease.open(115_200));
    const presence: boolean[] = [];
    service.onPresence((changed, isPresent) => changed === path && presence.push(isPresent));
    const closed = new Promise<boolean>((resolve) => line.onClose(resolve));
    machine.nodes.delete(path);
    await unplug();
    expect(await withDeadline(closed, DEADLINE_MS, 'the close')).toBe(true);
    await until(() => presence.length > 0, DEADLINE_MS, 'the news that the port has gone');
    expect(presence).toEqual([false]);
    await lease.release();
    await service.stop();
  });

  it('hands a port from a monitor to a job while the device talks', async () => {
    const { driver, path } = await start();
    const machine = new FakeMachine();
    machine.nodes.add(path);
    const service = new PortService({ driver, clock: systemClock, machine, extraPaths: [path], onChange: () => undefined }); // prettier-ignore
    await service.start();
    const monitor = value(service.lease(path, 'monitor'));
    await value(await monitor.open(115_200)).write(Buffer.alloc(2_000, 0x41));
    const line = value(await value(service.lease(path, 'flash')).open(115_200));
    const { text } = listen(line);
    await line.write(Buffer.from('mine now'));
    await until(() => text().includes('mine now'), DEADLINE_MS, 'the echo');
    await service.stop();
    expect(code(await driver.open(path, 115_200))).toBe('ok');
  });
});

describe('NodeSerialDriver', () => {
  const driver = new NodeSerialDriver(new LocalMachine(), systemClock);

  it('says that a file is no port', async () => {
    await using dir = await openTempDir('no-port');
    expect(code(await driver.open(dir.path, 115_200))).toBe('port_failed');
    expect(code(await driver.open(`${dir.path}/nothing`, 115_200))).toBe('port_absent');
  });

  it('lists the ports of this machine without any program', async () => {
    const listed = await driver.list();
    expect(listed.filter(({ path }) => !path.startsWith('/dev/') && !path.startsWith('COM'))).toEqual([]);
  });
});

describe('MemorySerial', () => {
  it('releases both modem lines on opening, so that the device keeps running', async () => {
    using driver = new MemorySerial();
    const board = new VirtualBoard({ chip: 'esp32c3', app: echo(), bootMs: 0 });
    board.flash[0x10000] = 0xe9;
    driver.attach('/dev/ttyUSB0', board);
    const resets = board.stats.resets;
    const line = value(await driver.open('/dev/ttyUSB0', 115_200));
    expect([board.mode, board.stats.resets]).toEqual(['app', resets]);
    await line.close();
  });
});
