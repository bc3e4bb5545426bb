import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compress } from '../../../../src/main/flash/compressed-range';
import { seededRandom } from '../../../fakes/random';
import { seededBytes } from '../../../fakes/flash-image';

const BLOCK_BYTES = 16_384;

/** Bytes that cannot be compressed. */
function dense(sizeBytes: number, seed = 3): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Array.from({ length: sizeBytes }, () => Math.floor(random() * 256)));
}

describe('compress', () => {
  it.each([
    ['nothing but zeros', Buffer.alloc(300_000)],
    ['a program', seededBytes(200_000, 5)],
    ['dense bytes', dense(50_000)],
    ['one word', Buffer.from([1, 2, 3, 4])],
  ])('cuts %s into blocks that together are the data', async (_name, data) => {
    const blocks = await compress(data, BLOCK_BYTES);
    expect(inflateSync(Buffer.concat(blocks.map((block) => block.data))).equals(data)).toBe(true);
    expect(blocks.every((block) => block.data.length <= BLOCK_BYTES)).toBe(true);
    expect(blocks.at(-1)?.end).toBe(data.length);
    const ends = blocks.map(({ end }) => end);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
  });

  it('counts for each block how much of the data is there by then', async () => {
    const data = Buffer.concat([dense(20_000), Buffer.alloc(200_000), dense(20_000, 4)]);
    const [first, ...rest] = await compress(data, BLOCK_BYTES);
    expect(first?.end).toBeGreaterThan(BLOCK_BYTES - 1_000);
    expect(first?.end).toBeLessThanOrEqual(BLOCK_BYTES);
    expect(rest[0]?.end).toBeGreaterThan(200_000);
  });

  it('never ends with a block that holds only the checksum, which the stub refuses', async () => {
    // Dense bytes grow by a header for each 16 or 64 kB: around these sizes the stream just passes a border of blocks.
    for (let sizeBytes = 32_740; sizeBytes <= 32_780; sizeBytes += 4) {
      const blocks = await compress(dense(sizeBytes), BLOCK_BYTES);
      expect(blocks.at(-1)?.data.length).toBeGreaterThanOrEqual(1_024);
    }
  });
});
