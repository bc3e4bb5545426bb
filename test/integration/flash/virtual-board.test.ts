/*
 * The virtual board against esptool-js as published, in memory: what it claims of a real chip holds for a client that does not know it.
 */
import { expect, test } from 'vitest';
import { openEsptoolJs } from '../../fakes/virtual-esp/esptool-js-client';
import { MemorySerial } from '../../fakes/virtual-esp/memory-serial';
import { VirtualBoard } from '../../fakes/virtual-esp/virtual-board';
import { seededRandom } from '../../fakes/random';

const path = '/virtual/port';

function randomBytes(count: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
}

const boards = [
  { chip: 'esp32', description: /^ESP32-D0WD-V3 \(revision 3\)/ },
  { chip: 'esp32s2', description: /^ESP32-S2/ },
  { chip: 'esp32s3', description: /^ESP32-S3/ },
  { chip: 'esp32c3', description: /^ESP32-C3/ },
  { chip: 'esp32c6', description: /^ESP32-C6/ },
] as const;

test.for(boards)('esptool-js recognises, writes and reads a virtual $chip', async ({ chip, description }) => {
  const board = new VirtualBoard({ chip });
  using serial = new MemorySerial();
  serial.attach(path, board);
  await using esptool = openEsptoolJs(serial, path);
  const { loader } = esptool;
  expect(await loader.main()).toMatch(description);
  expect([board.mode, board.lineBaud]).toEqual(['stub', 921_600]);
  expect(await loader.chip.readMac(loader)).toBe('84:f7:03:01:02:03');
  expect(await loader.detectFlashSize()).toBe('4MB');
  const image = randomBytes(100_000, 1);
  await esptool.write(0x10000, image);
  await esptool.write(0x100000, image, { isCompressed: false });
  expect(board.flash.subarray(0x10000, 0x10000 + image.length).equals(image)).toBe(true);
  expect(board.flash.subarray(0x100000, 0x100000 + image.length).equals(image)).toBe(true);
  expect(await loader.readFlash(0x10000, image.length)).toEqual(image);
  expect(board.stats.badPrograms).toBe(0);
});
