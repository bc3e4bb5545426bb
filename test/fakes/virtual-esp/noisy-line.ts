import type { BoardFaults } from './board-faults';

/** Loses or changes every n-th byte that goes through it, as the faults say. One for each direction. */
export class NoisyLine {
  private count = 0;
  private hits = 0;

  constructor(private readonly faults: BoardFaults) {}

  pass(bytes: Uint8Array, baud: number): Uint8Array {
    const every = this.faults.loseByteEvery;
    if (every === null || baud <= this.faults.noisyAboveBaud) return bytes;
    const passed: number[] = [];
    for (const byte of bytes) {
      if (++this.count % every !== 0) passed.push(byte);
      else if (++this.hits % 2 === 0) passed.push(byte ^ 0x10);
    }
    return Uint8Array.from(passed);
  }
}

/** What a receiver makes of bytes that were sent at another speed: fewer, and others. */
export function garbled(bytes: Uint8Array): Uint8Array {
  const kept = bytes.filter((_byte, index) => index % 3 === 0);
  return kept.map((byte) => (byte ^ 0x9a) | 0x80);
}
