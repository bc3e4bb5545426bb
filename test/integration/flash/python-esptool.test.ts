/*
 * The virtual board against Python's esptool, an independent client, over a real pty: what the flashing tests prove with the board, they prove with a
 * fair one. A finger resets the board between two runs, because a pty has no modem lines.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTempDir } from '../../fakes/temp-dir';
import { randomBytes } from '../../fakes/virtual-esp/images';
import { PtyPort } from '../../fakes/virtual-esp/pty-port';
import { describeWithEsptool, runEsptool, type EsptoolRun } from '../../fakes/virtual-esp/python-esptool';
import { VirtualBoard, type BoardOptions } from '../../fakes/virtual-esp/virtual-board';

const address = 0x20000;
const image = randomBytes(70_001, 3);
const loose = { autoReset: 'none', bootOnSync: true } as const;

type Bench = AsyncDisposable & {
  readonly board: VirtualBoard;
  readonly folder: string;
  readonly run: (...args: readonly string[]) => Promise<EsptoolRun>;
};

async function openBench(options: BoardOptions): Promise<Bench> {
  const folder = await openTempDir('esptool');
  const board = new VirtualBoard({ ...loose, ...options });
  const port = await PtyPort.open(board);
  await writeFile(join(folder.path, 'image.bin'), image);
  return {
    board,
    folder: folder.path,
    run: async (...args) => {
      board.pressReset();
      return runEsptool(port.path, args);
    },
    [Symbol.asyncDispose]: async () => {
      await port.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const boards = [
  { chip: 'esp32', type: 'ESP32-D0WD-V3 (revision v3.1)' },
  { chip: 'esp32s2', type: 'ESP32-S2 (revision v1.0)' },
  { chip: 'esp32s3', type: 'ESP32-S3 (QFN56) (revision v0.2)' },
  { chip: 'esp32c3', type: 'ESP32-C3 (QFN32) (revision v0.4)' },
  { chip: 'esp32c6', type: 'ESP32-C6 (QFN40) (revision v0.1)' },
] as const;

describeWithEsptool('Python esptool', () => {
  test.for(boards)('takes a virtual $chip for a real one', async ({ chip, type }) => {
    await using bench = await openBench({ chip, flashSizeBytes: 8 * 1024 * 1024 });
    const { board, folder, run } = bench;
    const asked = await run('flash-id');
    expect(asked.output).toContain(`Chip type:          ${type}`);
    expect(asked.output).toMatch(/MAC: +84:f7:03:01:02:03$/m);
    expect(asked.output).toContain('Detected flash size: 8MB');

    const file = join(folder, 'image.bin');
    const written = await run('--baud', '460800', 'write-flash', String(address), file);
    expect(written.output).toContain('Hash of data verified.');
    expect(board.flash.subarray(address, address + image.length).equals(image)).toBe(true);
    expect(board.lineBaud).toBe(460_800);
    const verified = await run('--baud', '921600', 'verify-flash', String(address), file);
    expect(verified.output).toContain('Verification successful');

    const copy = join(folder, 'copy.bin');
    await run('--baud', '921600', 'read-flash', String(address), String(image.length), copy);
    expect((await readFile(copy)).equals(image)).toBe(true);
    await run('erase-region', String(address), '0x1000');
    expect(board.flash.subarray(address, address + 0x1000).every((byte) => byte === 0xff)).toBe(true);
    expect(board.flash.subarray(address + 0x1000, address + image.length).equals(image.subarray(0x1000))).toBe(true);
    expect(board.stats).toMatchObject({ badPrograms: 0, outOfOrderBlocks: 0 });
  });

  test.for(['esp32', 'esp32c3'] as const)('writes a virtual %s through its ROM alone', async (chip) => {
    await using bench = await openBench({ chip });
    const file = join(bench.folder, 'image.bin');
    const written = await bench.run('--no-stub', '--baud', '460800', 'write-flash', String(address), file);
    expect(written.output).toContain('Hash of data verified.');
    expect(bench.board.flash.subarray(address, address + image.length).equals(image)).toBe(true);
    expect(bench.board.stats).toMatchObject({ segments: [], badPrograms: 0, outOfOrderBlocks: 0 });
  });

  test('sees that a flash does not hold what was written', async () => {
    await using bench = await openBench({ chip: 'esp32c3', faults: { flipBitAt: address + 40_000 } });
    const written = await bench.run('write-flash', String(address), join(bench.folder, 'image.bin'));
    expect(written).toMatchObject({
      code: 2,
      output: expect.stringContaining('MD5 of file does not match data in flash'),
    });
  });

  test('sees the security fuses and keeps to what secure download mode allows', async () => {
    const faults = { secureDownload: true, secureBoot: true, flashEncrypted: true };
    await using bench = await openBench({ chip: 'esp32c3', faults });
    const asked = await bench.run('--no-stub', 'get-security-info');
    expect(asked.output).toContain('ESP32-C3 in Secure Download Mode');
    expect(asked.output).toContain('Secure Boot: Enabled');
    expect(asked.output).toContain('Flash Encryption: Enabled');
    const read = await bench.run('--no-stub', 'read-flash', '0', '0x1000', join(bench.folder, 'copy.bin'));
    expect(read.output).toContain('not available in Secure Download Mode');
  });

  test('finds nobody on a board that is in its application', async () => {
    await using bench = await openBench({ chip: 'esp32c3', bootOnSync: false });
    const asked = await bench.run('--connect-attempts', '1', 'flash-id');
    expect(asked).toMatchObject({ code: 2, output: expect.stringContaining('Failed to connect') });
  });
});
