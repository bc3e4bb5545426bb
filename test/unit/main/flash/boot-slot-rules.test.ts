import { describe, expect, it } from 'vitest';
import { loneApplicationRefusal, startedApplication } from '../../../../src/main/flash/boot-slot-rules';
import type { LoadedImage, Partition } from '../../../../src/main/flash/loaded-image';
import { flashImage, partitions } from '../../../fakes/flash-image';

const factory: Partition = { name: 'factory', type: 'app', subtype: 'factory', address: 0x10000, sizeBytes: 0x10000 };
const crc = () => 77;

function record({ sequence, state = 2, sum = 77 }: { sequence: number; state?: number; sum?: number }): Buffer {
  const bytes = Buffer.alloc(32, 0xff);
  bytes.writeUInt32LE(sequence, 0);
  bytes.writeUInt32LE(state, 24);
  bytes.writeUInt32LE(sum, 28);
  return bytes;
}
const blank = Buffer.alloc(32, 0xff);

describe('the application that the boot loader starts', () => {
  it.each([
    { what: 'the first slot when nothing is chosen', records: [blank, blank], wanted: 'ota_0' },
    { what: 'the slot of the highest number', records: [record({ sequence: 1 }), record({ sequence: 2 })], wanted: 'ota_1' },
    { what: 'the slot in turn', records: [record({ sequence: 7 }), record({ sequence: 6 })], wanted: 'ota_0' },
    { what: 'not one that was given up', records: [record({ sequence: 1 }), record({ sequence: 2, state: 4 })], wanted: 'ota_0' },
    { what: 'not one with a wrong checksum', records: [record({ sequence: 1 }), record({ sequence: 2, sum: 1 })], wanted: 'ota_0' },
    { what: 'the first slot when a record is cut off', records: [record({ sequence: 2 }).subarray(0, 31)], wanted: 'ota_0' },
  ])('is $what', ({ records, wanted }) => {
    expect(startedApplication(partitions, records, crc)?.name).toBe(wanted);
  }); // prettier-ignore

  it('is the factory application when nothing is chosen', () => {
    const table = [...partitions, { ...factory, address: 0x3d0000 }];
    expect(startedApplication(table, [blank, blank], crc)?.name).toBe('factory');
    expect(startedApplication(table, [record({ sequence: 2 })], crc)?.name).toBe('ota_1');
  });

  it('is none without an application in the table', () => {
    expect(startedApplication([], [record({ sequence: 2 })], crc)).toBeNull();
  });
});

describe('an application alone', () => {
  const whole = flashImage({ chip: 'esp32c3' });
  const alone: LoadedImage = { ...whole, image: { ...whole.image, kind: 'user' }, parts: whole.parts.slice(2), partitions: [] }; // prettier-ignore
  const keep = { eraseAll: false };

  it('is taken where the table of the board starts it', () => {
    expect(loneApplicationRefusal(alone, partitions, keep)).toBeNull();
  });

  it.each([
    { what: 'a board without a table', table: [], options: keep, says: 'has no partition table' },
    { what: 'a board that starts another place', table: [...partitions, { ...factory, address: 0x3d0000 }], options: keep, says: '0x3d0000' },
    { what: 'a board with too small a partition', table: [factory], options: keep, says: 'only 65536' },
    { what: 'a board that is erased as a whole', table: partitions, options: { eraseAll: true }, says: 'without boot loader' },
  ])('is refused for $what', ({ table, options, says }) => {
    const refusal = loneApplicationRefusal(alone, table, options);
    expect(refusal?.code).toBe('image_unfit');
    expect(refusal?.message).toContain(says);
    expect(refusal?.message).toMatch(/[Cc]hoose the merged image/);
  }); // prettier-ignore

  it('is not what an image with a table is, nor a backup, nor the program of an ESP8266', () => {
    const eraseAll = { eraseAll: true };
    expect(loneApplicationRefusal(whole, [], eraseAll)).toBeNull();
    expect(loneApplicationRefusal({ ...alone, image: { ...alone.image, kind: 'backup' } }, [], eraseAll)).toBeNull();
    expect(loneApplicationRefusal({ ...alone, chip: 'esp8266' }, [], eraseAll)).toBeNull();
  });
});
