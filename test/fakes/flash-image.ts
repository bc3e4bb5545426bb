/* Images that a bootloader would take for real: headers, a partition table and an application's descriptor, filled with seeded bytes. */
import { createHash } from 'node:crypto';
import { chips, type ChipId } from '../../src/shared/domain/chips';
import type { ImagePart, LoadedImage, Partition } from '../../src/main/flash/loaded-image';
import { seededRandom } from './random';

export type FlashImageOptions = {
  readonly chip: ChipId;
  readonly version?: string;
  readonly appBytes?: number;
  readonly seed?: number;
  readonly minimumRevision?: number;
};

/** The layout of our own firmware (firmware/esp/partitions.csv). */
export const partitions: readonly Partition[] = [
  { name: 'nvs', type: 'data', subtype: 'nvs', address: 0x9000, sizeBytes: 0x6000 },
  { name: 'phy_init', type: 'data', subtype: 'phy', address: 0xf000, sizeBytes: 0x1000 },
  { name: 'ota_0', type: 'app', subtype: 'ota_0', address: 0x10000, sizeBytes: 0x1d0000 },
  { name: 'ota_1', type: 'app', subtype: 'ota_1', address: 0x1e0000, sizeBytes: 0x1d0000 },
  { name: 'otadata', type: 'data', subtype: 'ota', address: 0x3b0000, sizeBytes: 0x2000 },
  { name: 'cfg', type: '0x40', subtype: '0x00', address: 0x3b2000, sizeBytes: 0x10000 },
];

/** An image in parts, as the library hands it over. */
export function flashImage(options: FlashImageOptions): LoadedImage {
  const { chip, version = '1.2.3', appBytes = 150_000, seed = 1, minimumRevision = 0 } = options;
  const parts = [
    part('bootloader', chips[chip].bootloaderOffset, imageBytes(chip, 20_000, seed)),
    part('partition-table', 0x8000, tableBytes()),
    part('application', 0x10000, application(chip, appBytes, { seed, version })),
  ];
  return {
    image: {
      id: `bundled:${chip}`,
      kind: 'bundled',
      name: `Firmware for ${chips[chip].name}`,
      chip,
      firmware: { name: 'leitstand-node', version, builtAt: 'Nov 21 2026 12:00:00' },
      sizeBytes: parts.reduce((sum, { data }) => sum + data.length, 0),
      sha256: createHash('sha256').update(`${chip} ${version} ${seed}`).digest('hex'),
      parts: parts.map(({ name, address, data, md5 }) => ({ name, address, sizeBytes: data.length, md5 })),
      problem: null,
    },
    chip,
    minimumRevision,
    parts,
    partitions,
  };
}

export function part(name: string, address: number, data: Uint8Array): ImagePart {
  return { name, address, data, md5: createHash('md5').update(data).digest('hex') };
}

/** Seeded bytes, half of them runs: they compress as programs do. */
export function seededBytes(sizeBytes: number, seed: number): Buffer {
  const random = seededRandom(seed);
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 64) {
    const isRun = random() < 0.5;
    const run = Math.floor(random() * 256);
    for (let index = at; index < Math.min(at + 64, sizeBytes); index += 1)
      bytes[index] = isRun ? run : Math.floor(random() * 256);
  }
  return bytes;
}

function imageBytes(chip: ChipId, sizeBytes: number, seed: number): Buffer {
  const bytes = seededBytes(sizeBytes, seed);
  bytes[0] = 0xe9;
  bytes[3] = 0x20; // 4 MB
  bytes.writeUInt16LE(chips[chip].imageChipId ?? 0, 12);
  return bytes;
}

function application(chip: ChipId, sizeBytes: number, { seed, version }: { seed: number; version: string }): Buffer {
  const bytes = imageBytes(chip, sizeBytes, seed + 1);
  bytes.fill(0, 32, 32 + 256);
  bytes.writeUInt32LE(0xabcd5432, 32);
  bytes.write(version, 32 + 16, 'latin1');
  bytes.write('leitstand-node', 32 + 48, 'latin1');
  bytes.write('12:00:00', 32 + 80, 'latin1');
  bytes.write('Nov 21 2026', 32 + 96, 'latin1');
  return bytes;
}

const typeNumbers: Readonly<Record<string, number>> = { app: 0, data: 1 };
const subtypeNumbers: Readonly<Record<string, number>> = { ota: 0, phy: 1, nvs: 2, ota_0: 0x10, ota_1: 0x11 };

function tableBytes(): Buffer {
  const table = Buffer.alloc(0xc00, 0xff);
  for (const [index, { name, type, subtype, address, sizeBytes }] of partitions.entries()) {
    const at = index * 32;
    table.fill(0, at, at + 32);
    table.writeUInt16LE(0x50aa, at);
    table[at + 2] = typeNumbers[type] ?? Number(type);
    table[at + 3] = subtypeNumbers[subtype] ?? Number(subtype);
    table.writeUInt32LE(address, at + 4);
    table.writeUInt32LE(sizeBytes, at + 8);
    table.write(name, at + 12, 16, 'latin1');
  }
  return table;
}
