/* The commands of ROM and stub loader on the wire (esptool docs, "Serial Protocol"; esp-flasher-stub). All numbers are little-endian. */

export const ops = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeRegister: 0x09,
  readRegister: 0x0a,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  readFlashSlow: 0x0e,
  changeBaud: 0x0f,
  deflateBegin: 0x10,
  deflateData: 0x11,
  deflateEnd: 0x12,
  flashMd5: 0x13,
  securityInfo: 0x14,
  eraseFlash: 0xd0,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
  runUserCode: 0xd3,
} as const;

/** What can be wrong, with the status bytes of ROM (four, ends in zeros) and stub (two: its code and 0). */
export const loaderErrors = {
  badMessage: { rom: 0x05, stub: 0xc0 },
  failed: { rom: 0x06, stub: 0xc4 },
  badChecksum: { rom: 0x07, stub: 0xc1 },
  badBlock: { rom: 0x06, stub: 0xc2 },
  notBegun: { rom: 0x06, stub: 0xc6 },
  inflateFailed: { rom: 0x0b, stub: 0xc7 },
  badAdler: { rom: 0x0c, stub: 0xc7 },
  tooMuchData: { rom: 0x0d, stub: 0xc9 },
  unknownCommand: { rom: 0x05, stub: 0xc3 },
  notSupported: { rom: 0x05, stub: 0xff },
} as const;
export type LoaderError = keyof typeof loaderErrors;

export type Request = {
  readonly op: number;
  readonly checksum: number;
  readonly data: Buffer;
  readonly isSound: boolean;
};

const HEADER_BYTES = 8;
const CHECKSUM_SEED = 0xef;
/** A block of data is preceded by its length, its number and two zero words. */
export const BLOCK_HEADER_BYTES = 16;

/** The request in a frame; null: it is none. `isSound`: its length is what it says. */
export function parseRequest(frame: Buffer): Request | null {
  if (frame.length < HEADER_BYTES || frame[0] !== 0) return null;
  const data = frame.subarray(HEADER_BYTES);
  return {
    op: frame.readUInt8(1),
    checksum: frame.readUInt32LE(4),
    data,
    isSound: frame.readUInt16LE(2) === data.length,
  };
}

/** A response without SLIP: value, data, then `status` (2 bytes from the stub, 4 from the ROM). */
export function responseOf(op: number, value: number, data: Uint8Array, status: readonly number[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = 1;
  header[1] = op;
  header.writeUInt16LE(data.length + status.length, 2);
  header.writeUInt32LE(value >>> 0, 4);
  return Buffer.concat([header, data, Buffer.from(status)]);
}

/** The word at an index of the request's data; a missing one is 0. */
export function wordAt(data: Buffer, index: number): number {
  return data.length >= 4 * index + 4 ? data.readUInt32LE(4 * index) : 0;
}

/** Status bytes of an answer. */
export function statusOf(by: 'rom' | 'stub', error: LoaderError | null): readonly number[] {
  if (by === 'stub') return error ? [loaderErrors[error].stub, 0] : [0, 0];
  return error ? [1, loaderErrors[error].rom, 0, 0] : [0, 0, 0, 0];
}

/** XOR over the bytes behind a block's header. */
export function blockChecksum(data: Buffer): number {
  let sum = CHECKSUM_SEED;
  for (let at = BLOCK_HEADER_BYTES; at < data.length; at++) sum ^= data[at] ?? 0;
  return sum;
}
