/*
 * One write between FLASH_BEGIN and FLASH_END, raw or compressed. ROM and stub differ: the ROM erases everything first and wants its blocks in order;
 * the stub erases ahead of what comes and looks at no number (esp-flasher-stub, command_handler.c), so a block that is sent twice is written twice.
 * Used by `Loader`.
 */
import { createInflate, type Inflate } from 'node:zlib';
import type { BoardStats } from './board-faults';
import type { LoaderError } from './loader-protocol';
import { BLOCK_BYTES, SECTOR_BYTES, type NorFlash } from './nor-flash';

export type WritingPlan = {
  readonly by: 'rom' | 'stub';
  readonly offset: number;
  /** Bytes that will come, uncompressed; the ROM is told a size that is rounded up to blocks. */
  readonly sizeBytes: number;
  readonly blockCount: number;
  readonly isCompressed: boolean;
};

const roundDown = (value: number): number => value - (value % SECTOR_BYTES);
const roundUp = (value: number): number => roundDown(value + SECTOR_BYTES - 1);

export class FlashWriting {
  private position: number;
  private readonly eraseEnd: number;
  private erasedTo: number;
  private nextBlock = 0;
  private failure: LoaderError | null = null;
  private readonly inflate: Inflate | null;
  private inflateClosed: Promise<void> = Promise.resolve();
  /** The power failed while it erased. */
  hasLostPower = false;

  constructor(
    private readonly plan: WritingPlan,
    private readonly flash: NorFlash,
    private readonly stats: BoardStats,
  ) {
    this.position = plan.offset;
    this.erasedTo = roundDown(plan.offset);
    this.eraseEnd = roundUp(plan.offset + plan.sizeBytes);
    this.inflate = plan.isCompressed ? this.newInflate() : null;
  }

  /** Erases: all, or as much as the stub does ahead. */
  begin(): LoaderError | null {
    if (this.plan.by === 'stub') this.eraseNext();
    else this.erase(this.eraseEnd - this.erasedTo);
    return this.failure;
  }

  /** Why a block of that number cannot be taken; null when it can. */
  refusalOf(sequence: number): LoaderError | null {
    const isInOrder = sequence === this.nextBlock && sequence < this.plan.blockCount;
    if (!isInOrder) this.stats.outOfOrderBlocks++;
    if (this.plan.by === 'rom') return this.failure ?? (isInOrder ? null : 'badBlock');
    return this.plan.isCompressed && this.remainingBytes === 0 ? 'tooMuchData' : null;
  }

  /** Writes a block that was not refused; settles when it is in the flash. */
  async take(block: Buffer): Promise<LoaderError | null> {
    this.nextBlock++;
    if (this.failure) return this.failure;
    if (this.inflate) await this.inflateBlock(this.inflate, block);
    else this.write(block.subarray(0, this.room));
    return this.failure;
  }

  /** What is wrong at the end; null when everything came that was announced. */
  verdict(): LoaderError | null {
    if (this.plan.by === 'rom') return this.failure;
    return this.remainingBytes === 0 ? null : 'badMessage';
  }

  close(): void {
    this.inflate?.destroy();
  }

  private get remainingBytes(): number {
    return this.plan.offset + this.plan.sizeBytes - this.position;
  }

  /** The stub cuts off the padding of the last raw block; the ROM writes it, as far as it has erased. */
  private get room(): number {
    return this.plan.by === 'stub' ? this.remainingBytes : this.eraseEnd - this.position;
  }

  private newInflate(): Inflate {
    const inflate = createInflate();
    inflate.on('data', (bytes: Buffer) => this.write(bytes));
    inflate.on('error', (error) => {
      this.failure ??= error.message.includes('incorrect data check') ? 'badAdler' : 'inflateFailed';
    });
    this.inflateClosed = new Promise((resolve) => void inflate.once('close', () => resolve()));
    return inflate;
  }

  private async inflateBlock(inflate: Inflate, block: Buffer): Promise<void> {
    // A stream that fails closes without telling whoever wrote.
    await Promise.race([
      new Promise<void>((resolve) => void inflate.write(block, () => resolve())),
      this.inflateClosed,
    ]);
    // What the stream holds back comes with its events, which are due before the next turn.
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  private write(bytes: Buffer): void {
    if (this.failure) return;
    if (bytes.length > this.room) this.failure = 'tooMuchData';
    while (!this.failure && this.erasedTo < Math.min(this.position + bytes.length, this.eraseEnd)) this.eraseNext();
    if (this.failure) return;
    if (!this.flash.program(this.position, bytes)) this.failure = 'failed';
    this.position += bytes.length;
  }

  /** A whole block where one fits, else a sector. */
  private eraseNext(): void {
    const left = this.eraseEnd - this.erasedTo;
    if (left > 0) this.erase(this.erasedTo % BLOCK_BYTES === 0 && left >= BLOCK_BYTES ? BLOCK_BYTES : SECTOR_BYTES);
  }

  private erase(sizeBytes: number): void {
    if (sizeBytes === 0) return;
    const outcome = this.flash.erase(this.erasedTo, sizeBytes);
    this.erasedTo += sizeBytes;
    if (outcome === 'done') return;
    this.failure = 'failed';
    this.hasLostPower = outcome === 'powerLost';
  }
}
