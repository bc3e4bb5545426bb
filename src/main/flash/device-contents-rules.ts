import type { FirmwareInfo } from '../../shared/api/flash';
import type { Partition } from './loaded-image';

/** Where ESP-IDF's bootloader looks for the partition table unless built otherwise. */
export const PARTITION_TABLE_ADDRESS = 0x8000;
export const PARTITION_TABLE_BYTES = 0xc00;
/** Where the first application lies when there is no table to ask. */
export const DEFAULT_APP_ADDRESS = 0x1_0000;
/** Header of image and first segment, then the application's descriptor (ESP-IDF `esp_app_desc_t`). */
export const APP_HEAD_BYTES = 32 + 256;

const ENTRY_BYTES = 32;
const ENTRY_MAGIC = 0x50aa;
const IMAGE_MAGIC = 0xe9;
const DESCRIPTOR_OFFSET = 32;
const DESCRIPTOR_MAGIC = 0xabcd_5432;

const types: Readonly<Record<number, string>> = { 0: 'app', 1: 'data' };
const dataSubtypes: Readonly<Record<number, string>> = { 0: 'ota', 1: 'phy', 2: 'nvs', 3: 'coredump', 4: 'nvs_keys' };

/** The partitions that a device's own table names; empty when there is no table. */
export function devicePartitions(table: Uint8Array): readonly Partition[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const partitions: Partition[] = [];
  for (let at = 0; at + ENTRY_BYTES <= table.length; at += ENTRY_BYTES) {
    if (view.getUint16(at, true) !== ENTRY_MAGIC) break;
    const type = view.getUint8(at + 2);
    partitions.push({
      name: textAt(table, at + 12, 16),
      type: types[type] ?? hex(type),
      subtype: subtypeOf(type, view.getUint8(at + 3)),
      address: view.getUint32(at + 4, true),
      sizeBytes: view.getUint32(at + 8, true),
    });
  }
  return partitions;
}

/** Where the application that is started first lies, by the device's own table. */
export function firstAppAddress(partitions: readonly Partition[]): number {
  return partitions.find(({ type }) => type === 'app')?.address ?? DEFAULT_APP_ADDRESS;
}

/** What the head of an application says about it; null: no application, or one without ESP-IDF's descriptor. */
export function firmwareOf(head: Uint8Array): FirmwareInfo | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < APP_HEAD_BYTES || view.getUint8(0) !== IMAGE_MAGIC) return null;
  if (view.getUint32(DESCRIPTOR_OFFSET, true) !== DESCRIPTOR_MAGIC) return null;
  const field = (offset: number, bytes: number) => textAt(head, DESCRIPTOR_OFFSET + offset, bytes);
  return { name: field(48, 32), version: field(16, 32), builtAt: `${field(96, 16)} ${field(80, 16)}`.trim() };
}

function subtypeOf(type: number, subtype: number): string {
  if (type === 0) {
    if (subtype === 0) return 'factory';
    if (subtype >= 0x10 && subtype < 0x20) return `ota_${subtype - 0x10}`;
  }
  return (type === 1 ? dataSubtypes[subtype] : undefined) ?? hex(subtype);
}

/** Up to the first zero; what cannot be shown is left out. */
function textAt(bytes: Uint8Array, offset: number, sizeBytes: number): string {
  const field = bytes.subarray(offset, offset + sizeBytes);
  const end = field.indexOf(0);
  return Array.from(end < 0 ? field : field.subarray(0, end), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '',
  ).join('');
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
