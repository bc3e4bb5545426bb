/*
 * What tests of flashing rely on in the virtual board: flash that must be erased, blocks in order, checksums, speeds that must agree, and each fault.
 * Requests are made with esptool-js, command by command, in ROM and stub.
 */
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { randomBytes } from '../../fakes/virtual-esp/images';
import { ops } from '../../fakes/virtual-esp/loader-protocol';
import type { BoardFaults } from '../../fakes/virtual-esp/virtual-board';
import { until } from '../../fakes/wait';
import { connectedBench, openBench, type BoardBench } from './board-bench';

const address = 0x10000;
const sectorBytes = 4096;
const deadlineMs = 5_000;
const replyMs = 1_000;
const data = randomBytes(3 * sectorBytes, 2);

const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
const checksumOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum ^ byte, 0xef);
const filled = (value: number, count = sectorBytes): Buffer => Buffer.alloc(count, value);

/** The status bytes of the answer to one command. */
async function ask(bench: BoardBench, op: number, body: Uint8Array, checksum = 0): Promise<number[]> {
  const [, answer] = await bench.esptool.loader.command(op, body, checksum, true, replyMs);
  return Array.from(answer.subarray(0, 2));
}

const block = async (bench: BoardBench, sequence: number, bytes: Uint8Array, op: number = ops.flashData) =>
  ask(bench, op, Buffer.concat([words(bytes.length, sequence, 0, 0), bytes]), checksumOf(bytes));

const begin = async (bench: BoardBench, sizeBytes: number, offset = address, op: number = ops.flashBegin) =>
  ask(bench, op, words(sizeBytes, Math.ceil(sizeBytes / sectorBytes), sectorBytes, offset));

/** A bench whose board is in its ROM loader, with the flash attached. */
async function romBench(faults: Partial<BoardFaults> = {}): Promise<BoardBench> {
  const bench = openBench({ chip: 'esp32c3', faults });
  await bench.esptool.loader.connect();
  expect(await ask(bench, ops.spiAttach, words(0, 0))).toEqual([0, 0]);
  return bench;
}

describe('flash', () => {
  test('what is written over is the AND of both, and is counted', async () => {
    await using bench = await connectedBench();
    bench.board.flash.fill(0x3c, 0, sectorBytes);
    // Not erased: the stub erases what it was told of, and nothing was told of this.
    expect(await begin(bench, 0, 0)).toEqual([0, 0]);
    await bench.esptool.write(address, data);
    expect(bench.board.stats.badPrograms).toBe(0);
    expect(bench.board.flash.subarray(0, sectorBytes)).toEqual(filled(0x3c));
  });

  test('the ROM erases all sectors at the begin, the stub as far as the next block', async () => {
    await using rom = await romBench();
    await using stub = await connectedBench();
    for (const bench of [rom, stub]) {
      bench.board.flash.fill(0, address, address + data.length);
      expect(await begin(bench, data.length)).toEqual([0, 0]);
    }
    expect([rom.board.stats.erasedSectors, stub.board.stats.erasedSectors]).toEqual([3, 1]);
    expect(stub.board.flash.subarray(address, address + 2 * sectorBytes)).toEqual(
      Buffer.concat([filled(0xff), filled(0)]),
    );
  });

  test('the ROM wants its flash attached first, and tells its id only then', async () => {
    await using bench = openBench({ chip: 'esp32c3' });
    await bench.esptool.loader.connect();
    expect(await begin(bench, data.length)).toEqual([1, 6]);
    expect(await bench.esptool.loader.readFlashId()).toBe(0);
    await ask(bench, ops.spiAttach, words(0, 0));
    expect(await bench.esptool.loader.readFlashId()).toBe(0x1640c8);
  });

  test('a dead flash says 0xffffff and takes nothing', async () => {
    await using bench = await connectedBench({ faults: { deadFlash: true } });
    expect(await bench.esptool.loader.readFlashId()).toBe(0xffffff);
    expect(await begin(bench, data.length)).toEqual([0xc4, 0]);
  });

  test('a write and a sum beyond its end are refused', async () => {
    await using bench = await connectedBench({ flashSizeBytes: 2 * 1024 * 1024 });
    expect(await ask(bench, ops.flashMd5, words(0x1ff000, 0x1001, 0, 0))).toEqual([0xc4, 0]);
    expect(await begin(bench, data.length, 2 * 1024 * 1024)).toEqual([0xc4, 0]);
  });

  test('a host that says it is larger than it is writes over its beginning', async () => {
    await using bench = await connectedBench({ flashSizeBytes: 1024 * 1024 });
    await ask(bench, ops.spiSetParams, words(0, 4 * 1024 * 1024, 65_536, 4096, 256, 0xffff));
    await bench.esptool.write(1024 * 1024, data);
    expect(bench.board.flash.subarray(0, data.length).equals(data)).toBe(true);
  });

  test('an erase that is not of whole sectors is refused', async () => {
    await using bench = await connectedBench();
    expect(await ask(bench, ops.eraseRegion, words(0x10, sectorBytes))).toEqual([0xc0, 0]);
    expect(await ask(bench, ops.eraseRegion, words(0, sectorBytes))).toEqual([0, 0]);
  });
});

describe('blocks', () => {
  test('the ROM refuses one that is not the next', async () => {
    await using bench = await romBench();
    await begin(bench, data.length);
    expect(await block(bench, 1, data.subarray(0, sectorBytes))).toEqual([1, 6]);
    expect(await block(bench, 0, data.subarray(0, sectorBytes))).toEqual([0, 0]);
    expect(bench.board.stats.outOfOrderBlocks).toBe(1);
  });

  test('the stub writes one again that comes again, and counts it', async () => {
    await using bench = await connectedBench();
    await begin(bench, 2 * sectorBytes);
    const first = data.subarray(0, sectorBytes);
    expect([await block(bench, 0, first), await block(bench, 0, first)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(await ask(bench, ops.flashEnd, words(1))).toEqual([0, 0]);
    expect(bench.board.flash.subarray(address + sectorBytes, address + 2 * sectorBytes).equals(first)).toBe(true);
    expect(bench.board.stats.outOfOrderBlocks).toBe(1);
  });

  test('the stub does not end a write that lacks blocks', async () => {
    await using bench = await connectedBench();
    await begin(bench, data.length);
    await block(bench, 0, data.subarray(0, sectorBytes));
    expect(await ask(bench, ops.flashEnd, words(1))).toEqual([0xc0, 0]);
  });

  test('what cannot be inflated is told by the ROM at once, by the stub with its next answer', async () => {
    const nonsense = filled(0x55, 64);
    await using rom = await romBench();
    await begin(rom, data.length, address, ops.deflateBegin);
    expect(await block(rom, 0, nonsense, ops.deflateData)).toEqual([1, 0x0b]);
    await using stub = await connectedBench();
    await begin(stub, data.length, address, ops.deflateBegin);
    expect(await block(stub, 0, nonsense, ops.deflateData)).toEqual([0, 0]);
    expect(await ask(stub, ops.sync, new Uint8Array(36))).toEqual([0xc7, 0]);
  });

  test('a stream with a wrong sum is found by the ROM', async () => {
    await using bench = await romBench();
    const stream = deflateSync(data);
    stream.writeUInt8(stream.readUInt8(stream.length - 1) ^ 1, stream.length - 1);
    await ask(bench, ops.deflateBegin, words(data.length, 1, stream.length, address));
    expect(await block(bench, 0, stream, ops.deflateData)).toEqual([1, 0x0c]);
  });

  test('a wrong checksum is refused, and nothing is written', async () => {
    await using bench = await connectedBench();
    await begin(bench, data.length);
    const body = Buffer.concat([words(sectorBytes, 0, 0, 0), data.subarray(0, sectorBytes)]);
    expect(await ask(bench, ops.flashData, body, 0)).toEqual([0xc1, 0]);
    expect(bench.board.stats.programmedBytes).toBe(0);
  });

  test('one that is refused once gets through with the next try', async () => {
    await using bench = await connectedBench({ faults: { badChecksumOnce: true } });
    await bench.esptool.write(address, data);
    expect(bench.board.flash.subarray(address, address + data.length).equals(data)).toBe(true);
    expect([bench.board.faults.badChecksumOnce, bench.board.stats.outOfOrderBlocks]).toEqual([false, 0]);
  });

  test('refused always, the client gives up', async () => {
    await using bench = await connectedBench();
    bench.board.faults.badChecksumAlways = true;
    await expect(bench.esptool.write(address, data)).rejects.toThrow('status 193');
  });
});

describe('faults', () => {
  test('a sum that is not that of the flash, and a flash that does not hold what was written, are both seen', async () => {
    await using lying = await connectedBench({ faults: { wrongMd5: true } });
    await expect(lying.esptool.write(address, data)).rejects.toThrow('MD5 of file does not match');
    expect(lying.board.flash.subarray(address, address + data.length).equals(data)).toBe(true);
    await using worn = await connectedBench({ faults: { flipBitAt: address + 5_000 } });
    await expect(worn.esptool.write(address, data)).rejects.toThrow('MD5 of file does not match');
  });

  test('after a count of bytes the line is dead in both directions', async () => {
    await using bench = await connectedBench();
    const { faults, stats } = bench.board;
    faults.dropAfterBytes = stats.bytesReceived + 2_000;
    const sentBefore = stats.bytesSent;
    await begin(bench, data.length);
    await expect(block(bench, 0, data.subarray(0, sectorBytes))).rejects.toThrow('Serial data stream stopped');
    expect(stats.bytesSent - sentBefore).toBeLessThan(20);
  });

  test('after a count of bytes the cable is pulled', async () => {
    await using bench = await connectedBench();
    bench.board.faults.unplugAfterBytes = bench.board.stats.bytesReceived + 10;
    await expect(begin(bench, data.length)).rejects.toThrow('/virtual/port is closed');
    expect([bench.board.isPlugged, bench.board.mode, await bench.serial.list()]).toEqual([false, 'off', []]);
  });

  test('noise above a speed leaves slower ones alone', async () => {
    const faults = { loseByteEvery: 500, noisyAboveBaud: 115_200 };
    await using slow = openBench({ chip: 'esp32c3', faults }, 115_200);
    await slow.esptool.loader.main();
    await slow.esptool.write(address, data);
    await using fast = await connectedBench();
    Object.assign(fast.board.faults, faults);
    await begin(fast, data.length);
    expect(await block(fast, 0, data.subarray(0, sectorBytes))).toEqual([0xc0, 0]);
  });

  test('a host at another speed is not understood', async () => {
    await using bench = await connectedBench();
    bench.board.setHostBaud(115_200);
    await expect(bench.esptool.loader.readReg(0x40001000, replyMs)).rejects.toThrow();
    expect(bench.board.stats.garbledBytes).toBeGreaterThan(0);
    bench.board.setHostBaud(921_600);
    expect(await bench.esptool.loader.readReg(0x40001000)).toBe(0x1b31506f);
  });

  test('a loss of power in an erase leaves debris, and the board in its application', async () => {
    await using bench = await connectedBench();
    const { board } = bench;
    board.flash.fill(0x11, address, address + 4 * sectorBytes);
    board.faults.powerLossInErase = true;
    await expect(ask(bench, ops.eraseRegion, words(address, 4 * sectorBytes))).rejects.toThrow();
    expect(board.mode).toBe('app');
    const sectors = board.flash.subarray(address, address + 4 * sectorBytes);
    expect(sectors.subarray(0, 2 * sectorBytes)).toEqual(filled(0xff, 2 * sectorBytes));
    expect([...new Set(sectors.subarray(2 * sectorBytes, 3 * sectorBytes))]).toEqual([0x00, 0xff, 0x55, 0xf7]);
    expect(sectors.subarray(3 * sectorBytes)).toEqual(filled(0x11));
  });

  test.for([{ garbage: true }, { silent: true }] as const)('%j: nobody connects', async (faults) => {
    await using bench = openBench({ chip: 'esp32c3', faults });
    await expect(bench.esptool.loader.connect('default_reset', 1)).rejects.toThrow('Failed to connect');
    expect(bench.board.stats.bytesSent > 0).toBe('garbage' in faults);
  });

  test('a board in a boot loop tells so again', async () => {
    await using bench = openBench({ chip: 'esp32c3', faults: { bootLoop: true } });
    const said: string[] = [];
    bench.board.onOutput((bytes) => said.push(Buffer.from(bytes).toString()));
    bench.board.flash[address] = 0xe9;
    bench.board.pressReset();
    await until(() => said.filter((text) => text.includes('Guru Meditation')).length >= 2, deadlineMs, 'two panics');
  });

  test('a port that goes away with each reset comes back', async () => {
    await using bench = openBench({ chip: 'esp32s2', reenumerateMs: 5 });
    const seen: boolean[] = [];
    bench.board.onPlug((isPlugged) => seen.push(isPlugged));
    bench.board.pressReset();
    await until(() => seen.length === 2, deadlineMs, 'the port to come back');
    expect([seen, bench.board.mode]).toEqual([[false, true], 'app']);
  });
});
