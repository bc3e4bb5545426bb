/*
 * The format of a program for an ESP chip: header, segments, checksum, digest, and the description that ESP-IDF puts into an application. Pure;
 * image-file-rules.ts uses it on whole files, and the loader on what it reads from a flash. Source: esptool `docs/en/advanced-topics/
 * firmware-image-format.rst`, ESP-IDF `esp_image_format.h` and `esp_app_desc.h`. All numbers are little-endian.
 */
import type { FirmwareInfo } from '../../shared/api/flash';
import { chipOfImage, type ChipId } from '../../shared/domain/chips';

/** Digest of bytes as lower-case hexadecimal digits; passed in, so that the rules stay pure. */
export type Digest = (bytes: Uint8Array) => string;

export const IMAGE_MAGIC = 0xe9;
const HEADER_BYTES = 24;
/** An ESP8266 has the first eight bytes of the header only. */
const SHORT_HEADER_BYTES = 8;
const SEGMENT_HEADER_BYTES = 8;
/** esptool and the boot loaders refuse more. */
const MAX_SEGMENTS = 16;
const CHECKSUM_SEED = 0xef;
/** The checksum is the last byte of a block of this size. */
const CHECKSUM_ALIGNMENT = 16;
const SHA256_BYTES = 32;

/** The application's description is the first thing in its first segment. */
export const DESCRIPTOR_OFFSET = HEADER_BYTES + SEGMENT_HEADER_BYTES;
export const DESCRIPTOR_BYTES = 256;
const DESCRIPTOR_MAGIC = 0xabcd5432;
/** First byte of a boot loader's description at the same place (ESP-IDF 5.3 and later, `esp_bootloader_desc_t`). */
const BOOTLOADER_DESCRIPTOR_MAGIC = 0x50;

export type ProgramImage = {
  readonly chip: ChipId;
  /** Major × 100 + minor. */
  readonly minimumRevision: number;
  /** To the end of the checksum or digest; a signature may follow. */
  readonly sizeBytes: number;
  readonly isBootloader: boolean;
  readonly firmware: FirmwareInfo | null;
};

export type ImageCheck =
  { readonly ok: true; readonly image: ProgramImage } | { readonly ok: false; readonly reason: string };

/** Reads the program at the start of the bytes and checks its structure: segments, checksum, and the digest where it has one. */
export function checkProgram(bytes: Uint8Array, sha256: Digest): ImageCheck {
  if (bytes[0] !== IMAGE_MAGIC) return { ok: false, reason: 'it does not begin with 0xE9' };
  const long = checkLayout(bytes, HEADER_BYTES);
  if (long.ok) return checkDigest(bytes, long.endsAt, sha256);
  const short = isEsp8266Entry(viewOf(bytes)) ? checkLayout(bytes, SHORT_HEADER_BYTES) : long;
  if (!short.ok) return long;
  const image: ProgramImage = { chip: 'esp8266', minimumRevision: 0, sizeBytes: short.endsAt, isBootloader: false, firmware: null }; // prettier-ignore
  return { ok: true, image };
}

/** The program's entry lies in the ESP8266's instruction RAM or mapped flash, where no later chip has any. */
function isEsp8266Entry(view: DataView): boolean {
  const entry = view.byteLength >= SHORT_HEADER_BYTES ? view.getUint32(4, true) : 0;
  return entry >= 0x40100000 && entry < 0x40300000;
}

/** The description of an application, from the bytes at its start; null when it has none. */
export function readDescriptor(application: Uint8Array): FirmwareInfo | null {
  if (application.length < DESCRIPTOR_OFFSET + DESCRIPTOR_BYTES) return null;
  const view = viewOf(application);
  if (view.getUint32(DESCRIPTOR_OFFSET, true) !== DESCRIPTOR_MAGIC) return null;
  const text = (offset: number, length: number) => readText(application, DESCRIPTOR_OFFSET + offset, length);
  return { version: text(16, 32), name: text(48, 32), builtAt: `${text(96, 16)} ${text(80, 16)}`.trim() };
}

/** Text in a field of fixed size, up to its first NUL; what is not printable is replaced. */
export function readText(bytes: Uint8Array, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  const text = new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
  return text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '\ufffd');
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

type Layout = { readonly ok: true; readonly endsAt: number } | { readonly ok: false; readonly reason: string };

/** Walks the segments; `endsAt` is behind the checksum. */
function checkLayout(bytes: Uint8Array, headerBytes: number): Layout {
  const count = bytes[1] ?? 0;
  if (count === 0 || count > MAX_SEGMENTS) return { ok: false, reason: `it has ${count} segments` };
  if (bytes.length < headerBytes) return { ok: false, reason: 'it ends in its header' };
  const view = viewOf(bytes);
  let offset = headerBytes;
  let checksum = CHECKSUM_SEED;
  for (let segment = 0; segment < count; segment += 1) {
    const dataAt = offset + SEGMENT_HEADER_BYTES;
    const length = dataAt <= bytes.length ? view.getUint32(offset + 4, true) : 0;
    if (dataAt + length > bytes.length)
      return { ok: false, reason: `segment ${segment + 1} of ${count} ends behind the file: it is cut off or damaged` };
    for (let index = dataAt; index < dataAt + length; index += 1) checksum ^= bytes[index] ?? 0;
    offset = dataAt + length;
  }
  const checksumAt = offset + (CHECKSUM_ALIGNMENT - 1 - (offset % CHECKSUM_ALIGNMENT));
  if (checksumAt >= bytes.length) return { ok: false, reason: 'it ends before its checksum' };
  if (bytes[checksumAt] !== checksum) return { ok: false, reason: 'its checksum is wrong' };
  return { ok: true, endsAt: checksumAt + 1 };
}

function checkDigest(bytes: Uint8Array, checksumEnd: number, sha256: Digest): ImageCheck {
  const digestFlag = bytes[23] ?? 0;
  if (digestFlag > 1) return { ok: false, reason: 'its header is damaged' };
  const hasDigest = digestFlag === 1;
  const sizeBytes = checksumEnd + (hasDigest ? SHA256_BYTES : 0);
  if (sizeBytes > bytes.length) return { ok: false, reason: 'it ends in its SHA-256' };
  if (hasDigest && sha256(bytes.subarray(0, checksumEnd)) !== hexadecimal(bytes.subarray(checksumEnd, sizeBytes)))
    return { ok: false, reason: 'its SHA-256 is wrong' };
  const chipId = viewOf(bytes).getUint16(12, true);
  const chip = chipOfImage(chipId);
  if (chip === null)
    return { ok: false, reason: `it is for a chip that this console does not know (number ${chipId})` };
  const firmware = readDescriptor(bytes);
  const isBootloader = firmware === null && bytes[DESCRIPTOR_OFFSET] === BOOTLOADER_DESCRIPTOR_MAGIC;
  return {
    ok: true,
    image: { chip, minimumRevision: minimumRevision(bytes, chip), sizeBytes, isBootloader, firmware },
  };
}

/** The new field, or where that is 0 the old one: major on the ESP32, minor on the chips after it (esptool, `min_rev`). */
function minimumRevision(bytes: Uint8Array, chip: ChipId): number {
  const full = viewOf(bytes).getUint16(15, true);
  const old = bytes[14] ?? 0;
  if (full !== 0) return full;
  return chip === 'esp32' ? old * 100 : old;
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
