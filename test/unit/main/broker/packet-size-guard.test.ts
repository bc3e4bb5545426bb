import { describe, expect, it } from 'vitest';
import { PacketSizeGuard } from '../../../../src/main/broker/packet-size-guard';

const LIMIT = 300;

/** A PUBLISH with this many bytes in total, for remaining lengths of one and two bytes. */
function packet(totalBytes: number): Buffer {
  const length = totalBytes <= 129 ? totalBytes - 2 : totalBytes - 3;
  const header = length < 128 ? [0x30, length] : [0x30, (length & 127) | 128, length >> 7];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

/** What the guard says when the bytes come in these pieces: the first fault, or null. */
function lookAt(...chunks: readonly Buffer[]): string | null {
  const guard = new PacketSizeGuard(LIMIT);
  for (const chunk of chunks) {
    const fault = guard.look(chunk);
    if (fault !== null) return fault;
  }
  return null;
}

const splits = (bytes: Buffer): (readonly [Buffer, Buffer])[] =>
  Array.from({ length: bytes.length + 1 }, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);

describe('PacketSizeGuard', () => {
  const fitting = Buffer.concat([packet(2), packet(129), packet(131), packet(LIMIT), packet(2)]);
  const tooLarge = Buffer.concat([packet(2), packet(LIMIT), packet(LIMIT + 1)]);
  const fault = 'packet of 301 bytes, at most 300 are accepted';

  it('lets packets up to the limit through, wherever the stream is split', () => {
    expect(splits(fitting).filter((halves) => lookAt(...halves) !== null)).toEqual([]);
  });

  it('finds the packet that is one byte too large, wherever the stream is split', () => {
    expect(new Set(splits(tooLarge).map((halves) => lookAt(...halves)))).toEqual(new Set([fault]));
  });

  it('gives the same answers when each byte comes alone', () => {
    const bytes = (of: Buffer) => Array.from(of, (byte) => Buffer.from([byte]));
    expect([lookAt(...bytes(fitting)), lookAt(...bytes(tooLarge))]).toEqual([null, fault]);
  });

  it('knows a packet that is too large by its header alone', () => {
    expect(lookAt(packet(LIMIT + 1).subarray(0, 3))).toBe(fault);
  });

  it.each([
    ['one byte', [0x30, 0x7f], null],
    ['two bytes', [0x30, 0xaa, 0x02], 'packet of 301 bytes, at most 300 are accepted'],
    ['three bytes', [0x30, 0x80, 0x80, 0x01], 'packet of 16388 bytes, at most 300 are accepted'],
    ['four bytes', [0x30, 0xff, 0xff, 0xff, 0x7f], 'packet of 268435460 bytes, at most 300 are accepted'],
    ['more than four bytes', [0x30, 0x80, 0x80, 0x80, 0x80], 'malformed remaining length'],
    ['more bytes than it needs', [0x30, 0x82, 0x80, 0x00], null],
  ])('reads a remaining length of %s', (_name, header, answer) => {
    expect(lookAt(Buffer.from(header))).toBe(answer);
  });

  it('takes no offence at an empty chunk', () => {
    expect(lookAt(Buffer.alloc(0), packet(10), Buffer.alloc(0))).toBeNull();
  });
});
