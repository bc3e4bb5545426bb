import type { BoardFaults, BoardStats } from './board-faults';

export const SECTOR_BYTES = 4096;
export const BLOCK_BYTES = 65_536;
const ERASED = 0xff;

/** Bytes that a failing erase leaves behind: neither the old content nor erased. */
const debris = [0x00, 0xff, 0x55, 0xff, 0x00, 0xf7];

/**
 * Flash of the NOR kind: erased by sectors to ones, written by clearing bits. Its loader refuses addresses beyond the size that it believes in
 * (`configuredBytes`); below, they wrap around, as on a chip that is smaller than its host says.
 */
export class NorFlash {
  readonly bytes: Buffer;
  /** The size that the host has set (SPI_SET_PARAMS), or the true one. */
  configuredBytes: number;

  constructor(
    sizeBytes: number,
    private readonly faults: BoardFaults,
    private readonly stats: BoardStats,
    /** The cable is to be pulled now (`unplugAfterProgrammed`). */
    private readonly onCut: () => void = () => undefined,
  ) {
    this.bytes = Buffer.alloc(sizeBytes, ERASED);
    this.configuredBytes = sizeBytes;
  }

  /** What RDID answers: manufacturer, type, log2 of the size. */
  get id(): number {
    if (this.faults.deadFlash) return 0xffffff;
    return (Math.log2(this.bytes.length) << 16) | (0x40 << 8) | 0xc8;
  }

  /** Erases the sectors that hold these bytes. */
  erase(offset: number, sizeBytes: number): 'done' | 'failed' | 'powerLost' {
    if (!this.holds(offset, sizeBytes)) return 'failed';
    const first = Math.floor(offset / SECTOR_BYTES);
    const count = Math.ceil((offset + sizeBytes) / SECTOR_BYTES) - first;
    if (this.faults.powerLossInErase && count > 0) {
      this.faults.powerLossInErase = false;
      this.eraseSectors(first, count >> 1);
      this.leaveDebris(first + (count >> 1));
      return 'powerLost';
    }
    this.eraseSectors(first, count);
    return 'done';
  }

  /** Clears the bits that are 0 in `data`; counts bytes that would have needed more. False: it cannot. */
  program(offset: number, data: Uint8Array): boolean {
    if (!this.holds(offset, data.length)) return false;
    const { bytes, stats } = this;
    const left = (this.faults.unplugAfterProgrammed ?? Infinity) - stats.programmedBytes;
    if (left <= data.length) {
      this.faults.unplugAfterProgrammed = null;
      this.program(offset, data.subarray(0, Math.max(0, left)));
      this.onCut();
      return false;
    }
    let at = offset % bytes.length;
    let bad = 0;
    for (const wanted of data) {
      const value = (bytes[at] ?? ERASED) & wanted;
      if (value !== wanted) bad++;
      bytes[at] = at === this.faults.flipBitAt ? value ^ 1 : value;
      at = at + 1 === bytes.length ? 0 : at + 1;
    }
    stats.badPrograms += bad;
    stats.programmedBytes += data.length;
    return true;
  }

  /** Whether the loader takes these addresses for ones of the flash. */
  hasRange(offset: number, sizeBytes: number): boolean {
    return offset + sizeBytes <= this.configuredBytes;
  }

  /** A range that it has. */
  read(offset: number, sizeBytes: number): Buffer {
    if (this.faults.deadFlash) return Buffer.alloc(sizeBytes, ERASED);
    const start = offset % this.bytes.length;
    const straight = this.bytes.subarray(start, start + sizeBytes);
    if (straight.length === sizeBytes) return straight;
    return Buffer.concat([straight, this.read(0, sizeBytes - straight.length)]);
  }

  private holds(offset: number, sizeBytes: number): boolean {
    return !this.faults.deadFlash && this.hasRange(offset, sizeBytes);
  }

  private eraseSectors(first: number, count: number): void {
    const total = this.bytes.length / SECTOR_BYTES;
    for (let index = 0; index < Math.min(count, total); index++) {
      const start = ((first + index) % total) * SECTOR_BYTES;
      this.bytes.fill(ERASED, start, start + SECTOR_BYTES);
    }
    this.stats.erasedSectors += Math.min(count, total);
  }

  private leaveDebris(sector: number): void {
    const start = (sector * SECTOR_BYTES) % this.bytes.length;
    for (let index = 0; index < SECTOR_BYTES; index++) this.bytes[start + index] = debris[index % debris.length] ?? 0;
  }
}
