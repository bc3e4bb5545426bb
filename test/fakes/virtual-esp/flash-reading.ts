import { createHash } from 'node:crypto';
import type { NorFlash } from './nor-flash';

/** Largest block that the stub has room for. */
export const MAX_READ_BLOCK_BYTES = 4096;

export type ReadingPlan = { readonly offset: number; readonly sizeBytes: number; readonly blockBytes: number };

/**
 * READ_FLASH of the stub: a block as a raw frame, the host answers with its count of bytes, then the next one; at the end the MD5 of all. The stub
 * has one block under way whatever number the host allows (esp-flasher-stub, command_handler.c).
 */
export class FlashReading {
  private sentBytes = 0;
  isOver = false;

  constructor(
    private readonly plan: ReadingPlan,
    private readonly flash: NorFlash,
    private readonly send: (payload: Uint8Array) => void,
  ) {}

  start(): void {
    this.sendNext(0);
  }

  /** The host has so many bytes; a frame of another length than four is not an answer and ends the reading. */
  take(frame: Buffer): void {
    if (frame.length === 4) this.sendNext(frame.readUInt32LE(0));
    else this.end();
  }

  private sendNext(answeredBytes: number): void {
    const { offset, sizeBytes, blockBytes } = this.plan;
    if (this.sentBytes < sizeBytes) {
      const count = Math.min(blockBytes, sizeBytes - this.sentBytes);
      this.send(this.flash.read(offset + this.sentBytes, count));
      this.sentBytes += count;
    } else if (answeredBytes >= sizeBytes) {
      this.end();
    }
  }

  private end(): void {
    this.isOver = true;
    this.send(createHash('md5').update(this.flash.read(this.plan.offset, this.sentBytes)).digest());
  }
}
