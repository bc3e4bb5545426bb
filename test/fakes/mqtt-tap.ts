/*
 * A TCP relay between one MQTT client and its broker that reads along: every packet of both directions, in the order in which it was sent. It shows
 * what no subscriber sees: the CONNECT with the last will, the subscriptions, the QoS that the client really used. It also knows when both sides
 * have nothing left to answer (`idle`), and it can be the broken line (`cut`, `isRefusing`).
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { parser, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';

/** `up`: from the client to the broker. `session` counts the connections from 1. */
export type Tapped = { readonly way: 'up' | 'down'; readonly session: number; readonly packet: Packet };

/** What a client asks, by the answer to it. */
const askedBy: ReadonlyMap<string, string> = new Map([
  ['connack', 'connect'],
  ['suback', 'subscribe'],
  ['pingresp', 'pingreq'],
]);
const asks: ReadonlySet<string> = new Set(askedBy.values());

const idleDeadlineMs = 2_000;
/** An answer over loopback takes less; only what takes longer is worth a timer. */
const spinMs = 20;

/** Waits for something that is under way on loopback, without the granularity of a timer; false when the deadline passes. */
export async function soon(check: () => boolean, deadlineMs: number): Promise<boolean> {
  const startedMs = performance.now();
  for (;;) {
    if (check()) return true;
    const waitedMs = performance.now() - startedMs;
    if (waitedMs > deadlineMs) return false;
    await (waitedMs < spinMs ? nextTurn() : pause(2));
  }
}

export class MqttTap implements AsyncDisposable {
  readonly port: number;
  readonly packets: Tapped[] = [];
  /** New connections are reset at once, as when no broker is there. */
  isRefusing = false;
  /** Connections that were reset. */
  refused = 0;
  sessions = 0;
  /** Heartbeats that the client sent. */
  heartbeats = 0;
  /** Acknowledgements that the client was sent. */
  acknowledgements = 0;
  #isFrozen = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Packets that wait for their answer in the present connection. */
  readonly #open = new Set<string>();

  private constructor(
    server: Server,
    private readonly targetPort: number,
  ) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#relay(client));
  }

  static async start(targetPort: number): Promise<MqttTap> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MqttTap(server, targetPort);
  }

  mark(): number {
    return this.packets.length;
  }

  /** What the client published, in the order of sending. */
  published(from = 0): readonly IPublishPacket[] {
    return this.#sent(from).filter((packet) => packet.cmd === 'publish');
  }

  connects(from = 0): readonly IConnectPacket[] {
    return this.#sent(from).filter((packet) => packet.cmd === 'connect');
  }

  subscribes(from = 0): readonly ISubscribePacket[] {
    return this.#sent(from).filter((packet) => packet.cmd === 'subscribe');
  }

  /** Waits until each publication, subscription and ping of both sides has its answer, or the line is broken. */
  async idle(): Promise<void> {
    // What the client wrote before we were told is in our socket; two turns of the event loop read it.
    await nextTurn();
    await nextTurn();
    if (this.#isFrozen) return;
    if (!(await soon(() => this.#open.size === 0, idleDeadlineMs)))
      throw new Error(`Within ${idleDeadlineMs} ms there was no answer on the line to: ${[...this.#open].join(', ')}`);
  }

  /** The line goes dead without a word: nothing passes any more on the connections that there are, and nobody is told. */
  freeze(): void {
    for (const socket of this.#sockets) socket.pause();
    this.#open.clear();
    this.#isFrozen = true;
  }

  /** The line breaks: both ends see a reset. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #sent(from: number): readonly Packet[] {
    return this.packets
      .slice(from)
      .filter(({ way }) => way === 'up')
      .map(({ packet }) => packet);
  }

  #relay(client: Socket): void {
    if (this.isRefusing) {
      this.refused += 1;
      client.resetAndDestroy();
      return;
    }
    this.sessions += 1;
    this.#isFrozen = false;
    const session = this.sessions;
    this.#open.clear();
    const broker = connect(this.targetPort, '127.0.0.1');
    this.#join(client, broker, { way: 'up', session });
    this.#join(broker, client, { way: 'down', session });
  }

  #join(source: Socket, target: Socket, { way, session }: Pick<Tapped, 'way' | 'session'>): void {
    const reader = parser({ protocolVersion: 4 });
    reader.on('packet', (packet) => {
      this.packets.push({ way, session, packet });
      if (packet.cmd === 'publish') this.#count(way, packet.topic);
      if (session === this.sessions) this.#account(way, packet);
    });
    this.#sockets.add(source);
    source.setNoDelay(true);
    source.on('error', () => undefined); // The other side learns of it by the close.
    source.on('data', (bytes: Buffer) => {
      target.write(bytes);
      reader.parse(bytes);
    });
    source.on('close', () => {
      this.#sockets.delete(source);
      if (session === this.sessions) this.#open.clear();
      target.destroy();
    });
  }

  #count(way: Tapped['way'], topic: string): void {
    if (way === 'up' && topic.endsWith('/system/heartbeat')) this.heartbeats += 1;
    if (way === 'down' && topic.endsWith('/system/heartbeat/ack')) this.acknowledgements += 1;
  }

  /** Opens a wait with each packet that must be answered by the other side, and closes it with the answer. */
  #account(way: Tapped['way'], packet: Packet): void {
    const id = packet.messageId ?? 0;
    const other = way === 'up' ? 'down' : 'up';
    if (packet.cmd === 'publish') {
      if (packet.qos > 0) this.#open.add(`${way} publish ${id}`);
    } else if (packet.cmd === 'puback' || packet.cmd === 'pubcomp') {
      this.#open.delete(`${other} publish ${id}`);
    } else {
      const asked = askedBy.get(packet.cmd);
      if (asked !== undefined) this.#open.delete(`${asked} ${id}`);
      if (asks.has(packet.cmd)) this.#open.add(`${packet.cmd} ${id}`);
    }
  }
}
