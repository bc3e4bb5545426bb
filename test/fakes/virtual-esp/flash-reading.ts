import { createHash } from 'node:crypto';
import type { NorFlash } from './nor-flash';

export type ReadingPlan = {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly blockBytes: number;
  /** Blocks that may be under way without an answer. */
  readonly maxInFlight: number;
};

/** READ_FLASH of the stub: blocks as raw frames, the host answers with its count of bytes, at the end comes the MD5 of all. */
export class FlashReading {
  private sentBytes = 0;
  isOver = false;

  constructor(
    private readonly plan: ReadingPlan,
    private readonly flash: NorFlash,
    private readonly send: (payload: Uint8Array) => void,
  ) {}

  start(): void {
    this.sendUpTo(0);
  }

  /** The host has so many bytes; a frame of another length than four is not an answer and ends the reading. */
  take(frame: Buffer): void {
    if (frame.length !== 4) {
      this.isOver = true;
      return;
    }
    this.sendUpTo(frame.readUInt32LE(0));
  }

  private sendUpTo(answeredBytes: number): void {
    const { offset, sizeBytes, blockBytes, maxInFlight } = this.plan;
    while (this.sentBytes < sizeBytes && this.sentBytes - answeredBytes < blockBytes * maxInFlight) {
      const count = Math.min(blockBytes, sizeBytes - this.sentBytes);
      this.send(this.flash.read(offset + this.sentBytes, count));
      this.sentBytes += count;
    }
    if (answeredBytes < sizeBytes) return;
    this.isOver = true;
    this.send(createHash('md5').update(this.flash.read(offset, sizeBytes)).digest());
  }
}
