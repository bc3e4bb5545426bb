import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { PacketSizeGuard } from './packet-size-guard';

/** How long a socket may take to send its last bytes (a CONNACK that refuses, a farewell), ms. */
const LAST_BYTES_MS = 250;

/**
 * The socket of a client as aedes sees it. Incoming: nothing of a packet that is too large gets through. Outgoing: a write never has to
 * wait, because aedes makes every publisher wait for the slowest subscriber otherwise; the broker looks at `unsentBytes` instead and
 * disconnects the client that does not read.
 */
export class ClientStream extends Duplex {
  private readonly guard: PacketSizeGuard;

  constructor(
    private readonly socket: Socket,
    maxPacketBytes: number,
  ) {
    super({ allowHalfOpen: false });
    this.guard = new PacketSizeGuard(maxPacketBytes);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** Bytes that the client has not taken yet. */
  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk);
    done();
  }

  override _writev(parts: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.socket.write(Buffer.concat(parts.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { socket } = this;
    if (error || socket.destroyed) {
      socket.destroy();
    } else {
      socket.destroySoon();
      const timer = setTimeout(() => socket.destroy(), LAST_BYTES_MS);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    }
    done(error);
  }

  private receive(chunk: Buffer): void {
    const fault = this.guard.look(chunk);
    if (fault !== null) {
      this.destroy(new Error(fault));
      return;
    }
    if (!this.push(chunk)) this.socket.pause();
  }
}
