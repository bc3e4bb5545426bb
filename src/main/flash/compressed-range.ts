import { createInflate, deflate, type Inflate } from 'node:zlib';
import { promisify } from 'node:util';

const deflateAsync = promisify(deflate);
/** Smallest and slowest; the line is slower still, and it runs beside the event loop. */
const LEVEL = 9;

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
    for (let offset = 0; offset < stream.length; offset += blockBytes) {
      const block = stream.subarray(offset, offset + blockBytes);
      await feed(inflate, block);
      blocks.push({ data: block, end: offset + blockBytes >= stream.length ? data.length : end });
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
