import type { RamSegment } from './board-faults';
import type { LoaderError } from './loader-protocol';

/** One segment of a program on its way into RAM, between MEM_BEGIN and its last block. */
export class RamUpload {
  private readonly blocks: Buffer[] = [];
  /** Set with the last block. */
  segment: RamSegment | null = null;

  constructor(
    private readonly address: number,
    private readonly blockCount: number,
  ) {}

  /** Takes a block, which must be the next one; null when it is. */
  take(sequence: number, block: Buffer): LoaderError | null {
    if (sequence !== this.blocks.length || sequence >= this.blockCount) return 'badBlock';
    this.blocks.push(Buffer.from(block));
    if (this.blocks.length === this.blockCount)
      this.segment = { address: this.address, data: Buffer.concat(this.blocks) };
    return null;
  }
}
