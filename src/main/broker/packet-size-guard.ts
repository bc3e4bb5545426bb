/** The remaining length of a packet has at most four bytes, seven bits each, lowest first (MQTT 3.1.1, 2.2.3). */
const MAX_LENGTH_BYTES = 4;
const CONTINUES = 0x80;

/** Follows the packet boundaries of a byte stream, so that a packet that is too large is known by its header, before it is collected. */
export class PacketSizeGuard {
  private bodyLeft = 0;
  /** Bytes of the fixed header seen so far; 0 = at a boundary. */
  private headerBytes = 0;
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  /** Looks at the next bytes; a sentence when the stream must be ended, else null. */
  look(chunk: Buffer): string | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.bodyLeft > 0) {
        const skipped = Math.min(this.bodyLeft, chunk.length - at);
        this.bodyLeft -= skipped;
        at += skipped;
        continue;
      }
      const fault = this.header(chunk.readUInt8(at));
      if (fault !== null) return fault;
      at += 1;
    }
    return null;
  }

  private header(byte: number): string | null {
    if (this.headerBytes === 0) {
      this.headerBytes = 1;
      this.length = 0;
      return null;
    }
    this.length += (byte & ~CONTINUES) * CONTINUES ** (this.headerBytes - 1);
    if ((byte & CONTINUES) !== 0) {
      this.headerBytes += 1;
      return this.headerBytes > MAX_LENGTH_BYTES ? 'malformed remaining length' : null;
    }
    const totalBytes = 1 + this.headerBytes + this.length;
    this.headerBytes = 0;
    this.bodyLeft = this.length;
    return totalBytes > this.maxBytes ? `packet of ${totalBytes} bytes, at most ${this.maxBytes} are accepted` : null;
  }
}
