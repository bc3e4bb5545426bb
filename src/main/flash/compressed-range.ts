import { createInflate, deflate, type Inflate } from 'node:zlib';
import { promisify } from 'node:util';

const deflateAsync = promisify(deflate);
/** Smallest and slowest; the line is slower still, and it runs beside the event loop. */
const LEVEL = 9;

/**
 * The last block is never shorter. The stub refuses a block that comes when everything is written already, and a last block that holds only the
 * stream's checksum is one (esp-flasher-stub, `s_flash_defl_data`); so much of a stream always holds data, too.
 */
const MIN_LAST_BLOCK_BYTES = 1024;

/** A block as it is sent; `end` is how many bytes of the plain data are in the flash once it is written. */
export type CompressedBlock = { readonly data: Uint8Array; readonly end: number };

/** Compresses data for FLASH_DEFL and cuts it into blocks of at most `blockBytes`. */
export async function compress(data: Uint8Array, blockBytes: number): Promise<readonly CompressedBlock[]> {
  const stream = await deflateAsync(data, { level: LEVEL });
  const inflate = createInflate();
  let end = 0;
  inflate.on('data', (chunk: Buffer) => {
    end += chunk.length;
  });
  const blocks: CompressedBlock[] = [];
  try {
    for (let offset = 0; offset < stream.length;) {
      const left = stream.length - offset;
      const isShortened = left > blockBytes && left < blockBytes + MIN_LAST_BLOCK_BYTES;
      const block = stream.subarray(offset, offset + (isShortened ? left - MIN_LAST_BLOCK_BYTES : blockBytes));
      await feed(inflate, block);
      offset += block.length;
      blocks.push({ data: block, end: offset === stream.length ? data.length : end });
    }
  } finally {
    inflate.destroy();
  }
  return blocks;
}

/** Resolves when the block has been inflated and its output counted. */
function feed(inflate: Inflate, block: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    inflate.write(block, (error) => (error ? reject(error) : resolve()));
  });
}
