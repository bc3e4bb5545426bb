/* SLIP as the loader uses it: a frame between 0xC0, 0xC0 as DB DC, 0xDB as DB DD inside (esptool docs, "Serial Protocol"). */

const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** Above the largest frame of any command (a 16 kB block of the stub and its headers, each byte escaped). */
const MAX_FRAME_BYTES = 64 * 1024;

/** The frame on the wire. */
export function slipFrame(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(2 + 2 * payload.length);
  frame[0] = END;
  let at = 1;
  for (const byte of payload) {
    if (byte === END || byte === ESCAPE) {
      frame[at++] = ESCAPE;
      frame[at++] = byte === END ? ESCAPED_END : ESCAPED_ESCAPE;
    } else {
      frame[at++] = byte;
    }
  }
  frame[at++] = END;
  return frame.subarray(0, at);
}

/** Takes frames out of a stream of bytes. What stands between frames, and a frame with a wrong escape, is left out. */
export class SlipDecoder {
  private readonly frame = Buffer.allocUnsafe(MAX_FRAME_BYTES);
  private length = 0;
  private state: 'between' | 'inside' | 'escaped' = 'between';

  /** The frames that end within these bytes, in order; each is a copy. */
  take(bytes: Uint8Array): Buffer[] {
    const frames: Buffer[] = [];
    for (const byte of bytes) {
      if (byte === END) {
        if (this.state === 'inside' && this.length > 0) frames.push(Buffer.from(this.frame.subarray(0, this.length)));
        this.begin();
      } else if (this.state === 'inside') {
        if (byte === ESCAPE) this.state = 'escaped';
        else this.add(byte);
      } else if (this.state === 'escaped') {
        this.state = 'inside';
        if (byte === ESCAPED_END) this.add(END);
        else if (byte === ESCAPED_ESCAPE) this.add(ESCAPE);
        else this.state = 'between';
      }
    }
    return frames;
  }

  /** Forgets what it has of a frame, as after a reset. */
  clear(): void {
    this.length = 0;
    this.state = 'between';
  }

  // One 0xC0 can end a frame and begin the next: what follows any of them is taken for a frame.
  private begin(): void {
    this.length = 0;
    this.state = 'inside';
  }

  private add(byte: number): void {
    if (this.length === MAX_FRAME_BYTES) this.state = 'between';
    else this.frame[this.length++] = byte;
  }
}
