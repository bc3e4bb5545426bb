/*
 * The line between a host and a board as the board has it: speeds of both ends, what noise and other faults do to the bytes, and who listens.
 * Used by `VirtualBoard` only.
 */
import { seededRandom } from '../random';
import type { BoardFaults, BoardStats } from './board-faults';
import { garbled, NoisyLine } from './noisy-line';

/** Speed of every ROM after a reset. */
const ROM_BAUD = 115_200;
/** UARTs understand each other up to this difference of speeds. */
const TOLERANCE = 0.03;
const GARBAGE_SEED = 6;

export class BoardLine {
  private readonly toBoard: NoisyLine;
  private readonly toHost: NoisyLine;
  private readonly listeners = new Set<(bytes: Uint8Array) => void>();
  private readonly random = seededRandom(GARBAGE_SEED);
  private boardBaud = ROM_BAUD;
  private isMeasuring = false;
  hostBaud = ROM_BAUD;

  /** `hasBaud`: false for a chip's own USB port, which takes every speed. */
  constructor(
    private readonly faults: BoardFaults,
    private readonly stats: BoardStats,
    private readonly hasBaud: boolean,
  ) {
    this.toBoard = new NoisyLine(faults);
    this.toHost = new NoisyLine(faults);
  }

  get baud(): number {
    return this.boardBaud;
  }

  /** After a reset; `isMeasuring`: the board takes the host's speed until it knows it. */
  reset(isMeasuring: boolean): void {
    this.boardBaud = ROM_BAUD;
    this.isMeasuring = isMeasuring;
  }

  /** The board has recognised the host's speed, or was told another one. */
  settle(baud = this.boardBaud): void {
    this.boardBaud = baud;
    this.isMeasuring = false;
  }

  onOutput(listener: (bytes: Uint8Array) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Bytes of the host: `hear` gets what arrives. True: the cable is to be pulled now (`unplugAfterBytes`). */
  receive(bytes: Uint8Array, hear: (bytes: Uint8Array) => void): boolean {
    const { faults, stats } = this;
    for (const piece of this.piecesUntilFault(bytes)) {
      const isLost = this.isCut;
      stats.bytesReceived += piece.length;
      if (!isLost) this.arrive(piece, hear);
      if (faults.unplugAfterBytes === null || stats.bytesReceived < faults.unplugAfterBytes) continue;
      faults.unplugAfterBytes = null;
      return true;
    }
    return false;
  }

  /** Bytes of the board. */
  say(bytes: Uint8Array): void {
    const { faults, stats } = this;
    if (faults.silent || this.isCut) return;
    const isReadable = this.hasSameBaud();
    if (!isReadable) stats.garbledBytes += bytes.length;
    const arriving = isReadable ? this.toHost.pass(bytes, this.boardBaud) : garbled(bytes);
    if (arriving.length === 0) return;
    stats.bytesSent += arriving.length;
    for (const listener of this.listeners) listener(arriving);
  }

  private get isCut(): boolean {
    return this.faults.dropAfterBytes !== null && this.stats.bytesReceived >= this.faults.dropAfterBytes;
  }

  private arrive(bytes: Uint8Array, hear: (bytes: Uint8Array) => void): void {
    if (this.faults.garbage) return this.say(Uint8Array.from(bytes, () => Math.floor(this.random() * 256)));
    if (this.isMeasuring) this.boardBaud = this.hostBaud;
    if (this.hasSameBaud()) return hear(this.toBoard.pass(bytes, this.hostBaud));
    this.stats.garbledBytes += bytes.length;
    // Wrong speeds make wrong bytes, and no frame survives them.
    hear(garbled(bytes));
  }

  private hasSameBaud(): boolean {
    return !this.hasBaud || Math.abs(this.hostBaud - this.boardBaud) <= TOLERANCE * this.boardBaud;
  }

  /** These bytes, cut where a fault takes effect. */
  private piecesUntilFault(bytes: Uint8Array): Uint8Array[] {
    const { faults, stats } = this;
    const cuts = [faults.dropAfterBytes, faults.unplugAfterBytes]
      .map((at) => (at === null ? 0 : at - stats.bytesReceived))
      .filter((at) => at > 0 && at < bytes.length)
      .sort((a, b) => a - b);
    const edges = [0, ...cuts, bytes.length];
    return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
  }
}
