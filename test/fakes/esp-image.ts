import { createHash } from 'node:crypto';

export type ProgramOptions = {
  /** In the header; default 5 (ESP32-C3). */
  readonly chipId?: number;
  /** Bytes of each segment; the first begins with the description unless `descriptor` says otherwise. */
  readonly segments?: readonly number[];
  readonly descriptor?: 'application' | 'bootloader' | 'none';
  readonly hasDigest?: boolean;
  /** New field, major × 100 + minor, and the old one. */
  readonly minimumRevision?: number;
  readonly oldRevision?: number;
  readonly version?: string;
};

/** A program as a tool chain makes it: header, segments, checksum, digest. Its segments hold a pattern. */
export function makeProgram(options: ProgramOptions = {}): Buffer {
  const { chipId = 5, segments = [400, 36], descriptor = 'application', hasDigest = true } = options;
  const header = Buffer.alloc(24);
  header.set([0xe9, segments.length, 2, 0x20]);
  header.writeUInt16LE(chipId, 12);
  header[14] = options.oldRevision ?? 0;
  header.writeUInt16LE(options.minimumRevision ?? 0, 15);
  header[23] = hasDigest ? 1 : 0;
  const bodies = segments.map((length, index) => {
    const data = Buffer.from(Array.from({ length }, (_unused, at) => (at * 7 + index) & 0xff));
    if (index === 0 && descriptor === 'application') describe(data, options.version ?? '1.2.3');
    if (index === 0 && descriptor === 'bootloader') data[0] = 0x50;
    return data;
  });
  return seal(header, bodies, hasDigest);
}

/** A program for the ESP8266, with its short header. */
export function makeEsp8266Program(): Buffer {
  return seal(Buffer.from([0xe9, 1, 0, 0x20, 0, 0, 0x10, 0x40]), [Buffer.alloc(64, 0x33)], false);
}

function seal(header: Buffer, bodies: readonly Buffer[], hasDigest: boolean): Buffer {
  const segments = bodies.map((data, index) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(0x40380000 + index * 0x1000, 0);
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data]);
  });
  const program = Buffer.concat([header, ...segments]);
  const padded = Buffer.concat([program, Buffer.alloc(16 - (program.length % 16))]);
  padded[padded.length - 1] = bodies.reduce((sum, data) => data.reduce((xor, byte) => xor ^ byte, sum), 0xef);
  return hasDigest ? Buffer.concat([padded, createHash('sha256').update(padded).digest()]) : padded;
}

function describe(data: Buffer, version: string): void {
  data.fill(0, 0, 256);
  data.writeUInt32LE(0xabcd5432, 0);
  data.write(version, 16);
  data.write('pump-node', 48);
  data.write('12:34:56', 80);
  data.write('Nov 21 2026', 96);
}

export type TableLine = readonly [name: string, type: number, subtype: number, address: number, sizeBytes: number];

/** A partition table of one sector, with its MD5 line. */
export function makeTable(lines: readonly TableLine[], hasDigest = true): Buffer {
  const table = Buffer.alloc(0x1000, 0xff);
  lines.forEach(([name, type, subtype, address, sizeBytes], index) => {
    const at = index * 32;
    table.fill(0, at, at + 32);
    table.set([0xaa, 0x50, type, subtype], at);
    table.writeUInt32LE(address, at + 4);
    table.writeUInt32LE(sizeBytes, at + 8);
    table.write(name, at + 12, 16);
  });
  if (!hasDigest) return table;
  const end = lines.length * 32;
  table.set([0xeb, 0xeb], end);
  table.set(createHash('md5').update(table.subarray(0, end)).digest(), end + 16);
  return table;
}

/** The flash up to the last piece, erased between them; `from` is cut off its start. */
export function makeFlash(pieces: readonly (readonly [address: number, data: Uint8Array])[], from = 0): Buffer {
  const end = Math.max(...pieces.map(([address, data]) => address + data.length));
  const flash = Buffer.alloc(end, 0xff);
  for (const [address, data] of pieces) flash.set(data, address);
  return flash.subarray(from);
}
