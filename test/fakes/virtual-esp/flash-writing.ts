/* One write between FLASH_BEGIN and FLASH_END, raw or compressed: order of blocks, erasing, inflating. Used by `Loader`. */
import { createInflate, type Inflate } from 'node:zlib';
import type { LoaderError } from './loader-protocol';
import { SECTOR_BYTES, type NorFlash } from './nor-flash';

export type WritingPlan = {
  readonly offset: number;
  /** Bytes that will come, uncompressed. */
  readonly sizeBytes: number;
  readonly blockCount: number;
  readonly isCompressed: boolean;
  /** The stub erases a sector when the first byte for it comes; the ROM has erased all before. */
  readonly isErasedLazily: boolean;
};

export class FlashWriting {
  private position: number;
  private erasedTo: number;
  private nextBlock = 0;
  private failure: LoaderError | null = null;
  private readonly inflate: Inflate | null;
  /** The power failed while it erased. */
  hasLostPower = false;

  constructor(
    private readonly plan: WritingPlan,
    private readonly flash: NorFlash,
  ) {
    this.position = plan.offset;
    this.erasedTo = plan.isErasedLazily ? plan.offset - (plan.offset % SECTOR_BYTES) : Number.POSITIVE_INFINITY;
    this.inflate = plan.isCompressed ? this.newInflate() : null;
  }

  /** Why a block of that number cannot be taken; null when it can. The one before it again is an answer that was lost: `repeated`. */
  refusalOf(sequence: number): LoaderError | 'repeated' | null {
    if (this.failure) return this.failure;
    if (sequence === this.nextBlock - 1) return 'repeated';
    return sequence === this.nextBlock && sequence < this.plan.blockCount ? null : 'badBlock';
  }

  /** Writes a block that was not refused; settles when it is in the flash. */
  async take(block: Buffer): Promise<LoaderError | null> {
    this.nextBlock++;
    if (this.inflate) await this.inflateBlock(this.inflate, block);
    else this.write(block);
    return this.failure;
  }

  /** What is wrong at the end; null when everything came that was announced. */
  async verdict(): Promise<LoaderError | null> {
    // The ROM is told a size that is rounded up to blocks, so it cannot miss anything.
    if (this.failure || this.plan.sizeBytes === 0 || !this.plan.isErasedLazily) return this.failure;
    if (this.inflate) await this.endInflate(this.inflate);
    const isShort = this.position < this.plan.offset + this.plan.sizeBytes;
    return this.failure ?? (isShort ? 'notEnoughData' : null);
  }

  close(): void {
    this.inflate?.destroy();
  }

  private newInflate(): Inflate {
    const inflate = createInflate();
    inflate.on('data', (bytes: Buffer) => this.write(bytes));
    inflate.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'Z_BUF_ERROR') this.failure ??= 'notEnoughData';
      else this.failure ??= error.message.includes('incorrect data check') ? 'badAdler' : 'inflateFailed';
    });
    return inflate;
  }

  private async inflateBlock(inflate: Inflate, block: Buffer): Promise<void> {
    await new Promise<void>((resolve) => {
      inflate.once('close', () => resolve());
      inflate.write(block, () => resolve());
    });
    // What the stream holds back comes with its events, which are due before the next turn.
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  /** The checksum of the stream counts only when its end is asked for. */
  private async endInflate(inflate: Inflate): Promise<void> {
    await new Promise<void>((resolve) => {
      inflate.once('end', () => resolve()).once('close', () => resolve());
      inflate.end();
    });
  }

  private write(bytes: Buffer): void {
    const end = this.plan.offset + this.plan.sizeBytes;
    // Raw blocks are padded to their full length, which may go beyond the announced size but not beyond its last sector.
    const limit = this.inflate ? end : Math.ceil(end / SECTOR_BYTES) * SECTOR_BYTES;
    const taken = bytes.subarray(0, Math.max(0, limit - this.position));
    if (taken.length < bytes.length && this.inflate) this.failure ??= 'tooMuchData';
    while (this.erasedTo < this.position + taken.length) {
      if (!this.flash.erase(this.erasedTo, SECTOR_BYTES)) this.hasLostPower = true;
      this.erasedTo += SECTOR_BYTES;
    }
    this.flash.program(this.position, taken);
    this.position += taken.length;
  }
}
