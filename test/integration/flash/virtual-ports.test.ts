/*
 * The ports in front of virtual boards: in memory as the flashing code sees them, a real pty as the serialport driver sees it, a line that takes
 * time, and our firmware behind one.
 */
import { SerialPort } from 'serialport';
import { describe, expect, test } from 'vitest';
import { LineError, type SerialLine } from '../../../src/main/flash/serial-driver';
import { jobFailure, type JobResult } from '../../../src/shared/domain/job-errors';
import { HostFirmwareApp } from '../../fakes/virtual-esp/host-firmware-app';
import { MemorySerial } from '../../fakes/virtual-esp/memory-serial';
import { PacedLine } from '../../fakes/virtual-esp/paced-line';
import { PtyPort, ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { slipFrame } from '../../fakes/virtual-esp/slip';
import { VirtualBoard, type BoardOptions } from '../../fakes/virtual-esp/virtual-board';
import { until } from '../../fakes/wait';

const deadlineMs = 20_000;
const path = '/virtual/port';
const sync = slipFrame(
  Buffer.concat([Buffer.from('0008240000000000', 'hex'), Buffer.from([7, 7, 0x12, 0x20]), Buffer.alloc(32, 0x55)]),
);
/** A sync in a board's ROM is answered eight times. */
const syncAnswer = slipFrame(Buffer.from('010804000707122000000000', 'hex'));
const allAnswers = Buffer.concat(Array.from({ length: 8 }, () => syncAnswer));

const value = <T>(result: JobResult<T>): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

/** A board in download mode, at once. */
const inDownload = (options: Partial<BoardOptions> = {}): VirtualBoard =>
  new VirtualBoard({ chip: 'esp32c3', start: 'download', bootMs: 0, ...options });

/** What a line says from now on. */
function listen(line: SerialLine): { readonly heard: () => Buffer } {
  const pieces: Uint8Array[] = [];
  line.onData((bytes) => pieces.push(bytes));
  return { heard: () => Buffer.concat(pieces) };
}

describe('ports in memory', () => {
  test('a port is listed while its board is plugged in, with what the system says of it', async () => {
    using serial = new MemorySerial();
    const board = inDownload();
    serial.attach(path, board, { vendorId: '303a', productId: '1001' });
    expect(await serial.list()).toEqual([{ path, vendorId: '303a', productId: '1001' }]);
    board.unplug();
    expect(await serial.list()).toEqual([]);
    board.plugIn();
    serial.detach(path);
    expect([await serial.list(), board.isPlugged]).toEqual([[], false]);
  });

  test('bytes go both ways, in another turn', async () => {
    using serial = new MemorySerial();
    serial.attach(path, inDownload());
    const line = value(await serial.open(path, 115_200));
    const { heard } = listen(line);
    const written = line.write(sync);
    expect(heard()).toEqual(Buffer.alloc(0));
    await written;
    await until(() => heard().length >= allAnswers.length, deadlineMs, 'the answers to SYNC');
    expect(heard()).toEqual(allAnswers);
  });

  test('a port has one holder', async () => {
    using serial = new MemorySerial();
    serial.attach(path, inDownload());
    const line = value(await serial.open(path, 115_200));
    expect(await serial.open(path, 115_200)).toMatchObject({ ok: false, error: { code: 'port_in_use' } });
    await line.close();
    value(await serial.open(path, 115_200));
  });

  test('an absent port, and one that a test makes fail, cannot be opened', async () => {
    using serial = new MemorySerial();
    expect(await serial.open(path, 115_200)).toMatchObject({ ok: false, error: { code: 'port_absent' } });
    const failure = jobFailure('port_no_permission', 'No.', { path });
    serial.attach(path, inDownload());
    serial.failOpen(path, failure.error);
    expect(await serial.open(path, 115_200)).toEqual(failure);
    serial.failOpen(path, null);
    value(await serial.open(path, 115_200));
  });

  test('a line whose board is unplugged closes once and takes nothing more', async () => {
    using serial = new MemorySerial();
    const board = inDownload();
    serial.attach(path, board);
    const line = value(await serial.open(path, 115_200));
    const closes: boolean[] = [];
    line.onClose((isUnplugged) => closes.push(isUnplugged));
    board.unplug();
    const failure: unknown = await line.write(sync).catch((error: unknown) => error);
    expect([closes, failure instanceof LineError && failure.isUnplugged]).toEqual([[true], true]);
    board.plugIn();
    value(await serial.open(path, 115_200));
  });

  test('a board without modem lines says so', async () => {
    using serial = new MemorySerial();
    const board = inDownload({ autoReset: 'none' });
    serial.attach(path, board);
    const line = value(await serial.open(path, 115_200));
    expect(await line.setSignals({ dtr: false, rts: true })).toBe(false);
    expect([board.mode, board.stats.signals]).toEqual(['rom', []]);
  });
});

describe('a line that takes time', () => {
  test('its time is that of ten bits for each byte, at the speed of the moment, however they are cut', async () => {
    using serial = new MemorySerial();
    const line = new PacedLine(inDownload());
    serial.attach(path, line);
    const port = value(await serial.open(path, 115_200));
    const { heard } = listen(port);
    const before = line.busyMs;
    await port.write(sync.subarray(0, 20));
    await port.write(sync.subarray(20));
    await until(() => heard().length >= allAnswers.length, deadlineMs, 'the answers to SYNC');
    const msOf = (bytes: number, baud: number): number => (bytes * 10_000) / baud;
    expect(line.busyMs.toBoard - before.toBoard).toBeCloseTo(msOf(sync.length, 115_200));
    expect(line.busyMs.toHost - before.toHost).toBeCloseTo(msOf(allAnswers.length, 115_200));
    await port.setBaudRate(460_800);
    const slow = line.busyMs.toBoard;
    await port.write(Buffer.alloc(100));
    expect(line.busyMs.toBoard - slow).toBeCloseTo(msOf(100, 460_800));
  });

  test('a cable that is pulled ends a write that is under way', async () => {
    using serial = new MemorySerial();
    const board = inDownload();
    serial.attach(path, new PacedLine(board));
    const port = value(await serial.open(path, 300));
    const written = port.write(Buffer.alloc(10_000));
    setImmediate(() => setImmediate(() => board.unplug()));
    await expect(written).rejects.toThrow(`${path} is closed`);
  });
});

const ptyReason = ptySkipReason();
if (ptyReason !== undefined) process.stdout.write(`Skipped without a pty (${ptyReason}): virtual boards on a pty\n`);

/** The real driver's port on a pty, and what it hears. */
async function openPort(portPath: string, baudRate: number): Promise<{ port: SerialPort; heard: () => Buffer }> {
  const port = new SerialPort({ path: portPath, baudRate, autoOpen: false, hupcl: false });
  const pieces: Buffer[] = [];
  port.on('data', (bytes: Buffer) => pieces.push(bytes));
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
  return { port, heard: () => Buffer.concat(pieces) };
}

const closePort = async (port: SerialPort): Promise<void> => new Promise((resolve) => port.close(() => resolve()));

describe.skipIf(ptyReason !== undefined)('on a pty', () => {
  test('the real driver speaks with the board, and again after it has closed the port', async () => {
    await using pty = await PtyPort.open(inDownload({ autoReset: 'none' }));
    for (let turn = 0; turn < 2; turn++) {
      const { port, heard } = await openPort(pty.path, 115_200);
      port.write(sync);
      // Before them comes what the ROM said at power-up, as noise: until somebody opens it, a pty has another speed.
      await until(() => heard().includes(allAnswers), deadlineMs, 'the answers to SYNC');
      expect(heard().subarray(-allAnswers.length)).toEqual(allAnswers);
      await closePort(port);
    }
  });

  test('the board knows the speed that the driver has set, and understands no other', async () => {
    const board = inDownload({ autoReset: 'none' });
    await using pty = await PtyPort.open(board);
    const { port, heard } = await openPort(pty.path, 115_200);
    port.write(sync);
    await until(() => heard().length >= allAnswers.length, deadlineMs, 'the answers to SYNC');
    await new Promise<void>((resolve) => port.update({ baudRate: 460_800 }, () => resolve()));
    const { garbledBytes } = board.stats;
    port.write(sync);
    await until(() => board.stats.garbledBytes === garbledBytes + sync.length, deadlineMs, 'garbled bytes');
    await closePort(port);
  });

  test('a cable that is pulled closes the port as an unplugged one', async () => {
    const board = inDownload({ autoReset: 'none' });
    await using pty = await PtyPort.open(board);
    const { port } = await openPort(pty.path, 115_200);
    const closed = new Promise<unknown>((resolve) => void port.once('close', resolve));
    board.unplug();
    expect(await closed).toMatchObject({ disconnected: true });
  });
});

const hostReason = process.env['LEITSTAND_SKIP_NODE_PROGRAM'] || undefined;
if (hostReason !== undefined)
  process.stdout.write(`Skipped without the host program (${hostReason}): our firmware on a virtual board\n`);

describe.skipIf(hostReason !== undefined)('our firmware on a virtual board', () => {
  /** Improv: command, its data; the sum of all bytes at the end. */
  const command = (rpc: number, data: Buffer = Buffer.alloc(0)): Buffer => {
    const packet = Buffer.concat([
      Buffer.from('IMPROV\u0001'),
      Buffer.from([3, 2 + data.length, rpc, data.length]),
      data,
    ]);
    return Buffer.concat([packet, Buffer.from([packet.reduce((sum, byte) => (sum + byte) & 255, 0), 0x0a])]);
  };
  const text = (word: string): Buffer => Buffer.concat([Buffer.from([Buffer.byteLength(word)]), Buffer.from(word)]);

  test('what it is told on its line is in the board’s flash, and still known after a reset', async () => {
    await using app = new HostFirmwareApp();
    using serial = new MemorySerial();
    const board = new VirtualBoard({ chip: 'esp32c3', mac: '84:f7:03:0a:0b:0c', app });
    board.flash[0x10000] = 0xe9;
    serial.attach(path, board);
    const line = value(await serial.open(path, 115_200));
    const { heard } = listen(line);
    const said = (words: string) => async (): Promise<boolean> => {
      if (heard().includes(words)) return true;
      // It may not have listened yet: asked again, as every client does.
      await line.write(command(0xf4));
      return false;
    };
    await until(said('ESP_0A0B0C'), deadlineMs, 'the id made of the MAC');
    await line.write(command(0xf3, Buffer.concat([text('ESP_PUMP'), text('garden')])));
    await until(() => heard().includes('\u0008ESP_PUMP\u0006garden'), deadlineMs, 'the new identity');
    board.pressReset();
    await until(() => app.starts === 2, deadlineMs, 'the second start');
    expect(board.flash.subarray(0x3b2000, 0x3c2000).includes('ESP_PUMP')).toBe(true);
    const from = heard().length;
    await until(
      async () => {
        await line.write(command(0xf4));
        return heard().subarray(from).includes('ESP_PUMP');
      },
      deadlineMs,
      'the identity after the reset',
    );
  });
});
