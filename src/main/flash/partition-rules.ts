import { readText, viewOf, type Digest } from './image-rules';
import type { Partition } from './loaded-image';

/** Where the partition table lies unless a project moves it (ESP-IDF, CONFIG_PARTITION_TABLE_OFFSET). */
export const TABLE_ADDRESS = 0x8000;
/** One sector holds it. */
export const TABLE_BYTES = 0x1000;
const ENTRY_BYTES = 32;
/** ESP-IDF: ESP_PARTITION_TABLE_MAX_ENTRIES. */
const MAX_ENTRIES = 95;
const ENTRY_MAGIC = 0x50aa;
const MD5_MAGIC = 0xebeb;
const MD5_OFFSET = 16;

export type TableCheck =
  { readonly ok: true; readonly partitions: readonly Partition[] } | { readonly ok: false; readonly reason: string };

/** Reads the partition table at the start of the bytes; its MD5 line is checked where it has one. */
export function readPartitionTable(bytes: Uint8Array, md5: Digest): TableCheck {
  const view = viewOf(bytes);
  const partitions: Partition[] = [];
  for (let offset = 0; offset + ENTRY_BYTES <= bytes.length; offset += ENTRY_BYTES) {
    const magic = view.getUint16(offset, true);
    if (magic === MD5_MAGIC) {
      const expected = Array.from(bytes.subarray(offset + MD5_OFFSET, offset + ENTRY_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(''); // prettier-ignore
      if (md5(bytes.subarray(0, offset)) !== expected) return { ok: false, reason: 'the MD5 of its partition table is wrong' }; // prettier-ignore
      break;
    }
    if (magic !== ENTRY_MAGIC) break;
    if (partitions.length >= MAX_ENTRIES) return { ok: false, reason: 'its partition table has too many lines' };
    partitions.push(readEntry(bytes, offset));
  }
  if (partitions.length === 0) return { ok: false, reason: 'it has no partition table' };
  return { ok: true, partitions };
}

/** Does a partition table begin here? */
export function isPartitionTable(bytes: Uint8Array): boolean {
  return bytes.length >= ENTRY_BYTES && viewOf(bytes).getUint16(0, true) === ENTRY_MAGIC;
}

function readEntry(bytes: Uint8Array, offset: number): Partition {
  const view = viewOf(bytes);
  const type = bytes[offset + 2] ?? 0;
  const subtype = bytes[offset + 3] ?? 0;
  return {
    name: readText(bytes, offset + 12, 16),
    type: typeNames[type] ?? number(type),
    subtype: subtypeName(type, subtype),
    address: view.getUint32(offset + 4, true),
    sizeBytes: view.getUint32(offset + 8, true),
  };
}

const APP = 0;
const DATA = 1;
const typeNames: Readonly<Record<number, string>> = { [APP]: 'app', [DATA]: 'data' };
/** ESP-IDF `gen_esp32part.py`, SUBTYPES. */
const dataSubtypes: Readonly<Record<number, string>> = {
  0x00: 'ota',
  0x01: 'phy',
  0x02: 'nvs',
  0x03: 'coredump',
  0x04: 'nvs_keys',
  0x05: 'efuse',
  0x06: 'undefined',
  0x80: 'esphttpd',
  0x81: 'fat',
  0x82: 'spiffs',
  0x83: 'littlefs',
};

function subtypeName(type: number, subtype: number): string {
  if (type === DATA) return dataSubtypes[subtype] ?? number(subtype);
  if (type !== APP) return number(subtype);
  if (subtype === 0x00) return 'factory';
  if (subtype === 0x20) return 'test';
  return subtype >= 0x10 && subtype < 0x20 ? `ota_${subtype - 0x10}` : number(subtype);
}

function number(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
