import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { changedRanges, isBlank, readContents } from '../../../../src/main/flash/flash-plan';
import { SECTOR_BYTES } from '../../../../src/main/flash/flash-plan-rules';
import { must } from '../../../../src/shared/domain/assert';
import { flashImage, part, partitions, seededBytes } from '../../../fakes/flash-image';

/** The commands of a chip with this flash. */
function chipWith(flash: Buffer) {
  let questions = 0;
  return {
    questions: () => questions,
    md5: (address: number, sizeBytes: number) => {
      questions += 1;
      return Promise.resolve(
        createHash('md5')
          .update(flash.subarray(address, address + sizeBytes))
          .digest('hex'),
      );
    },
    read: async (address: number, sizeBytes: number, onBytes: (bytes: Uint8Array) => Promise<void> | void) => {
      for (let at = 0; at < sizeBytes; at += 4096)
        await onBytes(flash.subarray(address + at, address + Math.min(at + 4096, sizeBytes)));
    },
  };
}

const wanted = { skipIfSame: true, eraseAll: false };
const ADDRESS = 0x10000;
const SIZE = 40 * SECTOR_BYTES + 1_000;
const app = part('application', ADDRESS, seededBytes(SIZE, 8));

function flashWithApp(): Buffer {
  const flash = Buffer.alloc(ADDRESS + 64 * SECTOR_BYTES, 0xff);
  flash.set(app.data, ADDRESS);
  return flash;
}

describe('the ranges of a part that must be written', () => {
  it('are none when the chip has it, by one question', async () => {
    const chip = chipWith(flashWithApp());
    expect(await changedRanges(chip, app, wanted)).toEqual([]);
    expect(chip.questions()).toBe(1);
  });

  it('are all of it on a blank chip, by one question', async () => {
    const chip = chipWith(Buffer.alloc(2 * ADDRESS + SIZE, 0xff));
    expect(await changedRanges(chip, app, wanted)).toEqual([{ address: ADDRESS, sizeBytes: SIZE }]);
    expect(chip.questions()).toBe(1);
  });

  it.each([
    { skipIfSame: false, eraseAll: false },
    { skipIfSame: true, eraseAll: true },
  ])('are all of it without a question when asked so: %o', async (options) => {
    const chip = chipWith(flashWithApp());
    expect(await changedRanges(chip, app, options)).toEqual([{ address: ADDRESS, sizeBytes: SIZE }]);
    expect(chip.questions()).toBe(0);
  });

  it('are all of it when the chip contradicts itself', async () => {
    const chip = chipWith(flashWithApp());
    const md5 = (address: number, sizeBytes: number) => (sizeBytes === SIZE ? Promise.resolve('0'.repeat(32)) : chip.md5(address, sizeBytes)); // prettier-ignore
    expect(await changedRanges({ md5 }, app, wanted)).toEqual([{ address: ADDRESS, sizeBytes: SIZE }]);
  });

  it('make the flash equal for any set of changed sectors, and leave every other sector but small gaps', async () => {
    const sectors = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 41 });
    await fc.assert(
      fc.asyncProperty(sectors, async (changed) => {
        const flash = flashWithApp();
        for (const sector of changed) flash.writeUInt8(flash.readUInt8(ADDRESS + sector * SECTOR_BYTES + 9) ^ 1, ADDRESS + sector * SECTOR_BYTES + 9); // prettier-ignore
        const ranges = await changedRanges(chipWith(flash), app, wanted);
        for (const { address, sizeBytes } of ranges) {
          expect(address % SECTOR_BYTES).toBe(0);
          flash.set(app.data.subarray(address - ADDRESS, address - ADDRESS + sizeBytes), address);
        }
        expect(flash.equals(flashWithApp())).toBe(true);
        const blocks = new Set(changed.map((sector) => Math.floor(sector / 16)));
        if (blocks.size > 1) return; // whole blocks may be written
        const touched = Array.from({ length: 41 }, (_, sector) => sector).filter((sector) =>
          ranges.some(({ address, sizeBytes }) => {
            const at = ADDRESS + sector * SECTOR_BYTES;
            return at >= address && at < address + sizeBytes;
          }),
        );
        const isNeeded = (sector: number) => changed.includes(sector) || (changed.includes(sector - 1) && changed.includes(sector + 1)); // prettier-ignore
        expect(touched.every(isNeeded)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what a device holds', () => {
  it('is read by its own partition table', async () => {
    const flash = Buffer.alloc(1024 * 1024, 0xff);
    const image = flashImage({ chip: 'esp32c6', version: '3.0.0', appBytes: 10_000 });
    for (const { address, data } of image.parts) flash.set(data, address);
    expect(await readContents(chipWith(flash), flash.length)).toEqual({ partitions, firmware: image.image.firmware });
  });

  it('is what runs there: the slot that was chosen by an update over the air', async () => {
    const flash = Buffer.alloc(4 * 1024 * 1024, 0xff);
    const old = flashImage({ chip: 'esp32c6', version: '3.0.0', appBytes: 10_000 });
    const updated = flashImage({ chip: 'esp32c6', version: '3.1.0', appBytes: 10_000 });
    for (const { address, data } of old.parts) flash.set(data, address);
    flash.set(must(updated.parts[2], 'application').data, 0x1e0000);
    // As ESP-IDF writes it for the second slot: number 2, state valid, CRC.
    flash.writeUInt32LE(2, 0x3b1000);
    flash.writeUInt32LE(2, 0x3b1000 + 24);
    flash.writeUInt32LE(0x55f63774, 0x3b1000 + 28);
    expect(await readContents(chipWith(flash), flash.length)).toEqual({ partitions, firmware: updated.image.firmware });
  });

  it('is nothing on a blank chip', async () => {
    const chip = chipWith(Buffer.alloc(1024 * 1024, 0xff));
    expect(await readContents(chip, 1024 * 1024)).toEqual({ partitions: [], firmware: null });
    expect(await isBlank(chip, { address: 0x9000, sizeBytes: 0x16000 })).toBe(true);
  });

  it('is unknown when its table points beyond the flash', async () => {
    const flash = Buffer.alloc(64 * 1024, 0xff);
    flash.set(must(flashImage({ chip: 'esp32c6' }).parts[1], 'table').data, 0x8000);
    expect(await readContents(chipWith(flash), flash.length)).toEqual({ partitions, firmware: null });
  });

  it('is not blank with one written bit', async () => {
    const flash = Buffer.alloc(1024 * 1024, 0xff);
    flash[0x9123] = 0xfe;
    expect(await isBlank(chipWith(flash), { address: 0x9000, sizeBytes: 0x16000 })).toBe(false);
  });
});
