import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { md5Of } from '../../../../src/main/flash/digests';
import { isPartitionTable, readPartitionTable } from '../../../../src/main/flash/partition-rules';
import { makeTable, type TableLine } from '../../../fakes/esp-image';

const lines: readonly TableLine[] = [
  ['nvs', 1, 2, 0x9000, 0x6000],
  ['factory', 0, 0, 0x10000, 0x100000],
  ['ota_1', 0, 0x11, 0x110000, 0x100000],
  ['test', 0, 0x20, 0x210000, 0x10000],
  ['strange', 0, 0x77, 0x220000, 0x1000],
  ['files', 1, 0x82, 0x221000, 0x1000],
  ['other', 1, 0x99, 0x222000, 0x1000],
  ['cfg', 0x40, 7, 0x223000, 0x1000],
];

describe('readPartitionTable', () => {
  it('names types as ESP-IDF does', () => {
    const table = readPartitionTable(makeTable(lines), md5Of);
    expect(table.ok && table.partitions.map(({ name, type, subtype }) => `${name} ${type} ${subtype}`)).toEqual([
      'nvs data nvs',
      'factory app factory',
      'ota_1 app ota_1',
      'test app test',
      'strange app 0x77',
      'files data spiffs',
      'other data 0x99',
      'cfg 0x40 0x07',
    ]);
    expect(table.ok && table.partitions[1]).toEqual({ name: 'factory', type: 'app', subtype: 'factory', address: 0x10000, sizeBytes: 0x100000 }); // prettier-ignore
  });

  it('takes an old table without MD5', () => {
    const table = readPartitionTable(makeTable(lines, false), md5Of);
    expect(table.ok && table.partitions.length).toBe(lines.length);
  });

  it('refuses a changed line', () => {
    const table = makeTable(lines);
    table[4] = 1;
    expect(readPartitionTable(table, md5Of)).toEqual({ ok: false, reason: 'the MD5 of its partition table is wrong' });
  });

  it('refuses an erased sector and a table without end', () => {
    expect(readPartitionTable(Buffer.alloc(0x1000, 0xff), md5Of)).toEqual({ ok: false, reason: 'it has no partition table' }); // prettier-ignore
    const endless = Array.from({ length: 96 }, (): TableLine => ['x', 1, 2, 0x9000, 0x1000]);
    expect(readPartitionTable(makeTable(endless, false), md5Of)).toEqual({ ok: false, reason: 'its partition table has too many lines' }); // prettier-ignore
  });

  it.each(['esp32c3', 'esp32c6'])('agrees with our manifest for the %s', (chip) => {
    const manifest = JSON.parse(readFileSync('resources/firmware/manifest.json', 'utf8')) as { chips: { id: string; partitions: unknown }[] }; // prettier-ignore
    const table = readPartitionTable(readFileSync(`resources/firmware/${chip}/partition-table.bin`), md5Of);
    expect(table.ok && table.partitions).toEqual(manifest.chips.find(({ id }) => id === chip)?.partitions);
  });
});

describe('isPartitionTable', () => {
  it.each([
    [makeTable(lines), true],
    [Buffer.alloc(0x1000, 0xff), false],
    [Buffer.alloc(0), false],
    [Buffer.of(0xaa, 0x50), false],
  ])('case %#', (bytes, expected) => {
    expect(isPartitionTable(bytes)).toBe(expected);
  });
});
