/*
 * A TCP relay between an MQTT client and its broker that the test makes unreliable: `strike` sets the faults of a direction, `calm` ends them,
 * `cut` ends the connections. `up` is from the client to the broker, `down` from the broker to the client. Random faults are seeded.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { frameOf, packetTypes, PacketSplitter, typeOf } from './mqtt-framing';
import type { Random } from './random';

export type Direction = 'up' | 'down';

/** Shares are 0 to 1. */
export type Faults = {
  /** Half-open: takes everything, hands nothing on, never closes. */
  readonly isSwallowing?: boolean;
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
  /** Every byte in a write of its own. */
  readonly isSplit?: boolean;
  /** A PUBLISH again, with the duplicate flag set or not; `isAny` repeats packets of every type. */
  readonly duplicate?: { readonly share: number; readonly isMarked: boolean; readonly isAny?: boolean };
  /** Two PUBLISH packets swap places. */
  readonly reorderShare?: number;
  /** One bit of a PUBLISH turns over, anywhere but in its packet id. */
  readonly corruptShare?: number;
};

export type FaultCounts = Record<
  'connections' | 'cut' | 'swallowed' | 'delayed' | 'throttled' | 'split' | 'duplicated' | 'reordered' | 'corrupted',
  number
>;

/** How long a PUBLISH waits for another one to swap places with. */
const longestHoldMs = 100;
const qosBits = 0x06;

/** `port`: where it listens; any free one without. */
export type FaultProxyOptions = { readonly targetPort: number; readonly random: Random; readonly port?: number };

export class FaultProxy implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly counts: FaultCounts = {
    connections: 0,
    cut: 0,
    swallowed: 0,
    delayed: 0,
    throttled: 0,
    split: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
  };
  /** The packets as they were before a bit of them turned over. */
  readonly corruptedOriginals: Buffer[] = [];
  /** New connections are closed at once. */
  isRefusing = false;
  readonly #server: Server;
  readonly #options: FaultProxyOptions;
  readonly #faults: Record<Direction, Faults> = { up: {}, down: {} };
  readonly #sockets = new Set<Socket>();
  readonly #end = new AbortController();

  private constructor(server: Server, options: FaultProxyOptions) {
    this.#server = server;
    this.#options = options;
    this.port = (server.address() as AddressInfo).port;
    this.url = `mqtt://127.0.0.1:${this.port}`;
    server.on('connection', (client) => this.#relay(client));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const server = createServer();
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, options);
  }

  strike(direction: Direction | 'both', faults: Faults): void {
    if (direction !== 'down') this.#faults.up = faults;
    if (direction !== 'up') this.#faults.down = faults;
  }

  calm(): void {
    this.isRefusing = false;
    this.strike('both', {});
  }

  /** Ends every connection: politely, or with a reset. */
  cut(how: 'fin' | 'rst'): void {
    for (const socket of this.#sockets) {
      this.counts.cut += 1;
      if (how === 'fin') socket.end();
      else socket.resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #relay(client: Socket): void {
    if (this.isRefusing) {
      client.resetAndDestroy();
      return;
    }
    this.counts.connections += 1;
    const broker = connect(this.#options.targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // The other side learns of it by the close.
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    this.#pipe('up', client, broker);
    this.#pipe('down', broker, client);
  }

  #pipe(direction: Direction, from: Socket, to: Socket): void {
    const splitter = new PacketSplitter();
    const lane = new Lane(() => this.#faults[direction], this.#options.random, this.counts, this.corruptedOriginals);
    let chain = Promise.resolve();
    const send = (packets: readonly Buffer[]): void => {
      from.pause(); // One chunk at a time, so that a slow way pushes back on its sender.
      chain = chain
        .then(() => this.#write(direction, to, packets))
        .catch(() => undefined) // The connection ended meanwhile.
        .finally(() => from.resume());
    };
    from.on('data', (chunk) => {
      if (this.#faults[direction].isSwallowing === true) {
        this.counts.swallowed += 1;
        return;
      }
      send(splitter.push(chunk).flatMap((packet) => lane.pass(packet)));
      if (lane.isHolding)
        pause(longestHoldMs, undefined, { signal: this.#end.signal }).then(
          () => send(lane.release()),
          () => undefined,
        );
    });
    from.on('end', () => void chain.then(() => to.end()));
  }

  async #write(direction: Direction, to: Socket, packets: readonly Buffer[]): Promise<void> {
    const { signal } = this.#end;
    const { delayMs } = this.#faults[direction];
    if (delayMs !== undefined && packets.length > 0) {
      this.counts.delayed += packets.length;
      await pause(delayMs, undefined, { signal });
    }
    for (const packet of packets) {
      const { bytesPerSecond, isSplit } = this.#faults[direction];
      if (bytesPerSecond !== undefined) {
        this.counts.throttled += 1;
        await pause((packet.length / bytesPerSecond) * 1_000, undefined, { signal });
      }
      if (isSplit !== true) {
        to.write(packet);
        continue;
      }
      this.counts.split += 1;
      for (const byte of packet) {
        to.write(Buffer.from([byte]));
        await nextTurn(undefined, { signal });
      }
    }
  }
}

/** The packet faults of one direction of one connection. */
class Lane {
  #held: Buffer | undefined;

  constructor(
    private readonly faults: () => Faults,
    private readonly random: Random,
    private readonly counts: FaultCounts,
    private readonly originals: Buffer[],
  ) {}

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  release(): Buffer[] {
    const held = this.#held;
    this.#held = undefined;
    return held ? [held] : [];
  }

  pass(packet: Buffer): Buffer[] {
    const { duplicate, reorderShare = 0, corruptShare = 0 } = this.faults();
    const isPublish = typeOf(packet) === packetTypes.publish;
    if (!isPublish && duplicate?.isAny !== true) return [...this.release(), packet];
    if (isPublish && this.random() < corruptShare) return [...this.release(), this.#corrupted(packet)];
    const out = [packet];
    if (duplicate && this.random() < duplicate.share) {
      this.counts.duplicated += 1;
      out.push(duplicate.isMarked && isPublish ? marked(packet) : packet);
    }
    if (this.#held) return [...out, ...this.release()];
    if (out.length === 1 && isPublish && this.random() < reorderShare) {
      this.counts.reordered += 1;
      this.#held = packet;
      return [];
    }
    return out;
  }

  #corrupted(packet: Buffer): Buffer {
    const frame = frameOf(packet);
    if (!frame) return packet;
    const afterTopic = frame.head + 2 + packet.readUInt16BE(frame.head);
    const hasId = ((packet[0] ?? 0) & qosBits) !== 0;
    let index = Math.floor(this.random() * (packet.length - (hasId ? 2 : 0)));
    // A wrong packet id would acknowledge another message: then the broker forgets that one, which no console can mend.
    if (hasId && index >= afterTopic) index += 2;
    const copy = Buffer.from(packet);
    copy[index] = (copy[index] ?? 0) ^ (1 << Math.floor(this.random() * 8));
    this.counts.corrupted += 1;
    this.originals.push(Buffer.from(packet));
    return copy;
  }
}

/** With the duplicate flag, where the quality of service allows it. */
function marked(publish: Buffer): Buffer {
  const copy = Buffer.from(publish);
  if (((copy[0] ?? 0) & qosBits) !== 0) copy[0] = (copy[0] ?? 0) | 0x08;
  return copy;
}
