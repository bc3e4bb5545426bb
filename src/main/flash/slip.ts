const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** The bytes as one SLIP frame (RFC 1055, with an END on both sides). */
export function slipFrame(payload: Uint8Array): Uint8Array {
  let escapes = 0;
  for (const byte of payload) if (byte === END || byte === ESCAPE) escapes += 1;
  const frame = new Uint8Array(payload.length + escapes + 2);
  frame[0] = END;
  let at = 1;
  for (const byte of payload) {
    if (byte === END || byte === ESCAPE) {
      frame[at] = ESCAPE;
      frame[at + 1] = byte === END ? ESCAPED_END : ESCAPED_ESCAPE;
      at += 2;
    } else {
      frame[at] = byte;
      at += 1;
    }
  }
  frame[at] = END;
  return frame;
}

/** Longest frame that a loader sends: READ_FLASH blocks of 4 kB and some; longer is noise without an end. */
const MAX_FRAME_BYTES = 32 * 1024;

/**
 * Takes bytes as they come and cuts frames out of them. What stands between frames (a boot log, noise) is skipped; a frame with a wrong escape
 * or without an end is dropped and counted, and the one after it is found again.
 */
export class SlipReader {
  /** Frames that were dropped. */
  dropped = 0;
  private readonly frame = new Uint8Array(MAX_FRAME_BYTES);
  private length = 0;
  private state: 'between' | 'inside' | 'escaped' = 'between';

  constructor(private readonly onFrame: (frame: Uint8Array) => void) {}

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.take(byte);
  }

  reset(): void {
    this.length = 0;
    this.state = 'between';
  }

  private take(byte: number): void {
    if (byte === END) this.end();
    else if (this.state === 'inside') {
      if (byte === ESCAPE) this.state = 'escaped';
      else this.put(byte);
    } else if (this.state === 'escaped') {
      this.state = 'inside';
      if (byte === ESCAPED_END) this.put(END);
      else if (byte === ESCAPED_ESCAPE) this.put(ESCAPE);
      else this.drop();
    }
  }

  /** An END closes a frame that has bytes, and opens the next: two in a row are one border. */
  private end(): void {
    const isWhole = this.state === 'inside' && this.length > 0;
    const isBroken = this.state === 'escaped';
    const frame = isWhole ? this.frame.slice(0, this.length) : null;
    this.length = 0;
    this.state = isWhole ? 'between' : 'inside';
    if (isBroken) this.dropped += 1;
    if (frame) this.onFrame(frame);
  }

  private put(byte: number): void {
    if (this.length === MAX_FRAME_BYTES) return this.drop();
    this.frame[this.length] = byte;
    this.length += 1;
  }

  private drop(): void {
    this.dropped += 1;
    this.reset();
  }
}
