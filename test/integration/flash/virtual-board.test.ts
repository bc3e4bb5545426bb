/*
 * The virtual board against esptool-js as published, in memory: what it claims of a real chip holds for a client that does not know it. Then its
 * reset circuit. Flash and faults: virtual-board-faults.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { randomBytes } from '../../fakes/virtual-esp/images';
import { VirtualBoard, type BoardOptions } from '../../fakes/virtual-esp/virtual-board';
import { until } from '../../fakes/wait';
import { connectedBench, openBench } from './board-bench';

const appAddress = 0x10000;
const image = randomBytes(100_000, 1);
const deadlineMs = 5_000;

const boards = [
  { chip: 'esp32', description: 'ESP32-D0WD-V3 (revision 3)' },
  { chip: 'esp32s2', description: 'ESP32-S2 (revision v1.0)' },
  { chip: 'esp32s3', description: 'ESP32-S3 (QFN56) (revision v0.2)' },
  { chip: 'esp32c3', description: 'ESP32-C3 (QFN32) (revision v0.4)' },
  { chip: 'esp32c6', description: 'ESP32-C6 (revision 1)' },
] as const;

describe('as a chip', () => {
  test.for(boards)('esptool-js recognises, writes, reads and erases a $chip', async ({ chip, description }) => {
    await using bench = openBench({ chip, mac: '60:55:f9:f7:2c:a2', flashSizeBytes: 2 * 1024 * 1024 });
    const { board, esptool } = bench;
    const { loader } = esptool;
    expect(await loader.main()).toBe(description);
    expect([board.mode, board.lineBaud]).toEqual(['stub', 921_600]);
    expect(await loader.chip.readMac(loader)).toBe('60:55:f9:f7:2c:a2');
    expect(await loader.detectFlashSize()).toBe('2MB');

    await esptool.write(appAddress, image);
    await esptool.write(0x100000, image, { isCompressed: false });
    expect(board.flash.subarray(appAddress, appAddress + image.length).equals(image)).toBe(true);
    expect(board.flash.subarray(0x100000, 0x100000 + image.length).equals(image)).toBe(true);
    expect(await loader.readFlash(appAddress, image.length)).toEqual(new Uint8Array(image));
    await loader.eraseFlash();
    expect(board.flash.every((byte) => byte === 0xff)).toBe(true);
    expect(board.stats).toMatchObject({ badPrograms: 0, outOfOrderBlocks: 0, garbledBytes: 0 });
  });

  test('a C3 has the revision that it is given', async () => {
    await using old = await connectedBench({ revision: '0.3' });
    await using recent = await connectedBench({ revision: '1.1' });
    const descriptions = [old, recent].map(async ({ esptool: { loader } }) => loader.chip.getChipDescription(loader));
    expect(await Promise.all(descriptions)).toEqual([
      'ESP32-C3 (QFN32) (revision v0.3)',
      'ESP32-C3 (QFN32) (revision v1.1)',
    ]);
  });

  test('its security fuses are told', async () => {
    const faults = { secureBoot: true, flashEncrypted: true, debugDisabled: true };
    await using bench = await connectedBench({ faults });
    const info = await bench.esptool.loader.getSecurityInfo(false);
    expect(info).toMatchObject({
      flashCryptCnt: 1,
      chipId: 5,
      parsedFlags: { SECURE_BOOT_EN: true, SECURE_DOWNLOAD_ENABLE: false, SOFT_DIS_JTAG: true, HARD_DIS_JTAG: true },
    });
  });

  test('secure download mode refuses to read and to run a stub', async () => {
    await using bench = openBench({ chip: 'esp32c3', faults: { secureDownload: true } });
    const { loader } = bench.esptool;
    await loader.main();
    expect([loader.secureDownloadMode, bench.board.mode, bench.board.stats.segments]).toEqual([true, 'rom', []]);
    await expect(loader.readReg(0x60008844)).rejects.toThrow('unsupported command');
  });

  test('the fuse of a USB port says so, and the port takes every speed', async () => {
    await using bench = await connectedBench({ autoReset: 'usb_jtag', chip: 'esp32s3' });
    expect([await bench.esptool.loader.readReg(0x3fcef14c), bench.board.stats.garbledBytes]).toEqual([4, 0]);
  });
});

describe('resets', () => {
  const start = (options: Partial<BoardOptions>): VirtualBoard => {
    const board = new VirtualBoard({ chip: 'esp32c3', bootMs: 0, stubStartMs: 0, ...options });
    board.powerOn();
    return board;
  };
  const sequence = (board: VirtualBoard, ...steps: readonly string[]): string[] =>
    steps.map((step) => {
      board.setSignals({ dtr: step[0] === '1', rts: step[1] === '1' });
      return board.mode;
    });

  test.for([
    { name: 'classic', autoReset: 'classic', steps: ['01', '10', '00'], modes: ['reset', 'rom', 'rom'] },
    { name: 'tight', autoReset: 'classic', steps: ['00', '11', '01', '10', '00'], modes: ['app', 'app', 'reset', 'rom', 'rom'] },
    { name: 'hard', autoReset: 'classic', steps: ['01', '00'], modes: ['reset', 'app'] },
    { name: 'two lines one after the other', autoReset: 'classic', steps: ['01', '11', '10', '00'], modes: ['reset', 'app', 'app', 'app'] },
    { name: 'USB-JTAG', autoReset: 'usb_jtag', steps: ['00', '10', '11', '01', '00'], modes: ['app', 'app', 'app', 'rom', 'rom'] },
    { name: 'USB-JTAG hard', autoReset: 'usb_jtag', steps: ['00', '01', '00'], modes: ['app', 'app', 'app'] },
    { name: 'no lines', autoReset: 'none', steps: ['01', '10', '00'], modes: ['app', 'app', 'app'] },
  ] as const)('$name: the chip goes through the modes of its circuit', ({ autoReset, steps, modes }) => {
    const board = start({ autoReset });
    expect(sequence(board, ...steps)).toEqual(modes);
    board.unplug();
  }); // prettier-ignore

  test('IO0 is sampled when EN has risen, so that a capacitor forgives lines set one after the other', async () => {
    const board = start({ bootMs: 1 });
    sequence(board, '01', '11', '10');
    await until(() => board.mode === 'rom', deadlineMs, 'download mode');
    board.unplug();
    expect([board.mode, board.isPlugged]).toEqual(['off', false]);
  });

  test('a finger brings it into download mode, and back', () => {
    const board = start({ autoReset: 'none' });
    board.holdBootAndReset();
    expect(board.mode).toBe('rom');
    board.pressReset();
    expect([board.mode, board.stats.resets]).toEqual(['app', 2]);
    board.unplug();
  });

  test('the boot log says which mode it is in, and that nothing is there to start', () => {
    const board = new VirtualBoard({ chip: 'esp32c3', bootMs: 0 });
    const said: string[] = [];
    board.onOutput((bytes) => said.push(Buffer.from(bytes).toString()));
    board.powerOn();
    board.holdBootAndReset();
    board.unplug();
    expect(said.map((text) => text.trim().split('\r\n'))).toEqual([
      ['ESP-ROM:esp32c3-api1-20210207', 'rst:0x1 (POWERON),boot:0xd (SPI_FAST_FLASH_BOOT)'],
      ['invalid header: 0xffffffff'],
      ['ESP-ROM:esp32c3-api1-20210207', 'rst:0x1 (POWERON),boot:0x5 (DOWNLOAD(USB/UART0/1))', 'waiting for download'],
    ]);
  });

  test('an application runs from a reset to the next, if the flash holds one', () => {
    const events: string[] = [];
    const app = {
      start: () => void events.push('start'),
      feed: (bytes: Uint8Array) => void events.push(Buffer.from(bytes).toString()),
      stop: () => void events.push('stop'),
    };
    const board = start({ app });
    board.feed(Buffer.from('nobody'));
    board.flash[appAddress] = 0xe9;
    board.pressReset();
    board.feed(Buffer.from('hello'));
    board.pressReset();
    board.unplug();
    board.plugIn();
    board.unplug();
    expect(events).toEqual(['start', 'hello', 'stop', 'start', 'stop', 'start', 'stop']);
  });

  test('the hard reset of esptool-js leaves the stub, that of a stuck board does not', async () => {
    await using bench = await connectedBench();
    await bench.esptool.hardReset();
    await until(() => bench.board.mode === 'app', deadlineMs, 'the application');
    await using stuck = await connectedBench({ faults: { stuckInStub: true } });
    await stuck.esptool.hardReset();
    expect([stuck.board.mode, stuck.board.stats.signals.slice(-2)]).toEqual(['stub', ['01', '00']]);
  });

  test('the RTC watchdog resets a chip that has no lines', async () => {
    await using bench = openBench({ chip: 'esp32c3', autoReset: 'none', start: 'download' });
    const { loader } = bench.esptool;
    await loader.main('no_reset');
    await loader.writeReg(0x600080a8, 0x50d83aa1);
    await loader.writeReg(0x60008090, 0xd0000102);
    await until(() => bench.board.mode === 'app', deadlineMs, 'the application');
  });

  test('a first SYNC brings a board that is told so from its application into download mode', async () => {
    await using bench = openBench({ chip: 'esp32c3', autoReset: 'none', bootOnSync: true });
    await bench.esptool.loader.main('no_reset');
    expect(bench.board.mode).toBe('stub');
  });
});
