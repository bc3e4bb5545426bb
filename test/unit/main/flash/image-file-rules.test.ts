import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { md5Of, sha256Of } from '../../../../src/main/flash/digests';
import { readImageFile, type ImageFile } from '../../../../src/main/flash/image-file-rules';
import { makeEsp8266Program, makeFlash, makeProgram, makeTable, type TableLine } from '../../../fakes/esp-image';
import { seedOfRun } from '../../../fakes/random';

const lines: readonly TableLine[] = [
  ['nvs', 1, 2, 0x9000, 0x6000],
  ['phy_init', 1, 1, 0xf000, 0x1000],
  ['factory', 0, 0, 0x10000, 0x10000],
  ['ota_0', 0, 0x10, 0x20000, 0x10000],
  ['files', 1, 0x82, 0x30000, 0x4000],
];
const table = makeTable(lines);
const read = (bytes: Uint8Array) => readImageFile(bytes, { sha256: sha256Of, md5: md5Of });
const file = (bytes: Uint8Array): ImageFile => {
  const checked = read(bytes);
  if (!checked.ok) throw new Error(checked.reason);
  return checked.file;
};
const reason = (bytes: Uint8Array) => {
  const checked = read(bytes);
  return checked.ok ? 'ok' : checked.reason;
};
const places = ({ parts }: ImageFile) => parts.map(({ name, address, data }) => `${name} ${address.toString(16)}+${data.length.toString(16)}`); // prettier-ignore

const bootloader = (chipId: number, minimumRevision = 0) => makeProgram({ chipId, descriptor: 'bootloader', minimumRevision }); // prettier-ignore

describe('a merged file', () => {
  it('is cut into its parts, without what is blank', () => {
    const application = makeProgram({ minimumRevision: 3 });
    const merged = makeFlash([[0, bootloader(5, 100)], [0x8000, table], [0x10000, application], [0x31000, Buffer.from('data')], [0x40000, Buffer.alloc(0x1000, 0xff)]]); // prettier-ignore
    const found = file(merged);
    expect(places(found)).toEqual([
      'bootloader 0+1000',
      'partition-table 8000+1000',
      'application 10000+1000',
      'files 30000+2000',
    ]);
    expect([found.chip, found.minimumRevision, found.firmware?.version]).toEqual(['esp32c3', 100, '1.2.3']);
    expect(found.partitions.map(({ name }) => name)).toEqual(['nvs', 'phy_init', 'factory', 'ota_0', 'files']);
    for (const { address, data } of found.parts) expect(merged.subarray(address, address + data.length).equals(data)).toBe(true); // prettier-ignore
  });

  it.each([
    ['ESP32, from address 0', 0, 0x1000, 0],
    ['ESP32, from the boot loader on', 0, 0x1000, 0x1000],
    ['ESP32-S2', 2, 0x1000, 0],
    ['ESP32-S3', 9, 0, 0],
    ['ESP32-C6', 13, 0, 0],
    ['ESP32-P4, from address 0', 18, 0x2000, 0],
    ['ESP32-C5, from the boot loader on', 23, 0x2000, 0x2000],
  ])('is recognised for the %s', (_what, chipId, offset, from) => {
    const flash = makeFlash([[offset, bootloader(chipId)], [0x8000, table], [0x10000, makeProgram({ chipId })]], from); // prettier-ignore
    expect(places(file(flash))).toEqual([
      `bootloader ${offset.toString(16)}+1000`,
      'partition-table 8000+1000',
      'application 10000+200',
    ]);
  });

  it('keeps data that lies outside of all partitions', () => {
    const flash = makeFlash([[0, bootloader(5)], [0x8000, table], [0x10000, makeProgram()], [0x34000, Buffer.from('x')]]); // prettier-ignore
    expect(places(file(flash)).at(-1)).toBe('0x34000 34000+1');
  });

  it.each<[string, Uint8Array, string]>([
    [
      'a damaged boot loader',
      makeFlash([[0, bootloader(5).fill(7, 100, 101)], [0x8000, table], [0x10000, makeProgram()]]), // prettier-ignore
      'its boot loader is damaged: its checksum is wrong',
    ],
    [
      'a damaged application in the second slot',
      makeFlash([[0, bootloader(5)], [0x8000, table], [0x10000, makeProgram()], [0x20000, makeProgram().fill(7, 400, 401)]]), // prettier-ignore
      'the application in its partition ota_0 is damaged: its checksum is wrong',
    ],
    [
      'no application',
      makeFlash([
        [0, bootloader(5)],
        [0x8000, table],
      ]),
      'it contains no application',
    ],
    [
      'parts for different chips',
      makeFlash([[0, bootloader(5)], [0x8000, table], [0x10000, makeProgram({ chipId: 13 })]]), // prettier-ignore
      'its boot loader and its application are for different chips',
    ],
    [
      'an application for another chip in the second slot',
      makeFlash([[0, bootloader(5)], [0x8000, table], [0x10000, makeProgram()], [0x20000, makeProgram({ chipId: 13 })]]), // prettier-ignore
      'its boot loader and its application are for different chips',
    ],
    [
      'partitions that overlap',
      makeFlash([[0, bootloader(5)], [0x8000, makeTable([...lines, ['twice', 1, 0x82, 0x33000, 0x4000]])], [0x10000, makeProgram()]]), // prettier-ignore
      'its partitions files and twice overlap',
    ],
    [
      'a partition over its own table',
      makeFlash([[0, bootloader(5)], [0x8000, makeTable([['all', 1, 0x82, 0, 0x1000000], ...lines])], [0x10000, makeProgram()]]), // prettier-ignore
      'its partitions bootloader and all overlap',
    ],
    [
      'a boot loader where its chip does not look',
      makeFlash([[0, bootloader(0)], [0x8000, table], [0x10000, makeProgram({ chipId: 0 })]]), // prettier-ignore
      'its boot loader is not where the ESP32 looks for it',
    ],
  ])('is refused with %s', (_what, flash, expected) => {
    expect(reason(flash)).toBe(expected);
  });

  it.each(['esp32c3', 'esp32c6'])('of our own firmware gives the parts of the manifest for the %s', (chip) => {
    const found = file(readFileSync(`resources/firmware/${chip}/merged.bin`));
    const part = (name: string) => readFileSync(`resources/firmware/${chip}/${name}.bin`);
    expect(found.parts.map(({ name, address }) => [name, address])).toEqual([
      ['bootloader', 0],
      ['partition-table', 0x8000],
      ['application', 0x10000],
    ]);
    for (const { name, data } of found.parts) expect(part(name).equals(data.subarray(0, part(name).length))).toBe(true);
  });

  it('covers every byte that is not blank exactly once', () => {
    const piece = fc.tuple(fc.nat(0x20).map((sector) => 0x30000 + sector * 0x400), fc.uint8Array({ minLength: 1, maxLength: 3000 })); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const flash = makeFlash([[0, bootloader(5)], [0x8000, table], [0x10000, makeProgram()], ...pieces]); // prettier-ignore
        const { parts } = file(flash);
        const again = makeFlash(parts.map(({ address, data }) => [address, data]));
        expect(again.equals(flash.subarray(0, again.length))).toBe(true);
        expect(flash.subarray(again.length).every((byte) => byte === 0xff)).toBe(true);
        const ends = parts.map(({ address, data }) => [address, address + data.length] as const);
        for (const [index, [start]] of ends.entries()) expect(start).toBeGreaterThanOrEqual(ends[index - 1]?.[1] ?? 0);
      }),
      { seed: seedOfRun(), numRuns: 50 },
    );
  });
});

describe('an application alone', () => {
  it('goes to the first slot, as it is', () => {
    const program = makeProgram({ chipId: 9 });
    const { parts, partitions, chip } = file(program);
    expect([parts, partitions, chip]).toEqual([[{ name: 'application', address: 0x10000, data: program }], [], 'esp32s3']); // prettier-ignore
  });

  it('goes to address 0 on an ESP8266', () => {
    expect(places(file(makeEsp8266Program()))).toEqual(['application 0+60']);
  });
});

describe('something else', () => {
  it.each([
    ['a boot loader', bootloader(5), 'it is a boot loader alone. Choose the merged image, or the application'],
    ['a partition table', table, 'it is no image for an ESP chip: it does not begin with 0xE9'],
    ['a text', Buffer.from('#!/bin/sh'), 'it is no image for an ESP chip: it does not begin with 0xE9'],
    ['an empty flash', Buffer.alloc(0x20000, 0xff), 'it is no image for an ESP chip: it does not begin with 0xE9'],
  ])('is refused: %s', (_what, bytes, expected) => {
    expect(reason(bytes)).toBe(expected);
  });
});
