/*
 * A broker that a test can make say anything to the one client it serves. It does the least that keeps a client of MQTT 3.1.1 or 5 content
 * (CONNACK, SUBACK, PUBACK, PUBREC/PUBCOMP, PINGRESP) and otherwise sends the bytes that it is given. It shares no parser with the console.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { packetOf, PacketSplitter, packetTypes, publishOf, qosOf, twoBytes, typeOf, frameOf } from './mqtt-framing';
import { until, withDeadline } from './wait';

export type ProtocolVersion = 4 | 5;

const unacceptableVersion = 1;
/** The console waits half a second at first; a second try is in here too. */
const subscribeDeadlineMs = 5_000;
const highestId = 65_535;
const longestUnsentBytes = 4 * 1024 * 1024;
const drainDeadlineMs = 20_000;

export class HostileBroker implements AsyncDisposable {
  readonly url: string;
  readonly version: ProtocolVersion;
  /** Topic filters of the client's last subscription. */
  filters: readonly string[] = [];
  connections = 0;
  /** Messages that the client has published. */
  published = 0;
  readonly #server: Server;
  readonly #acknowledged = new Map<number, () => void>();
  #client: Socket | undefined;
  /** Settles with false when the present connection ends. */
  #closed: Promise<false> = Promise.resolve(false);
  #isSubscribed = false;
  #lastId = 0;

  private constructor(server: Server, version: ProtocolVersion) {
    this.#server = server;
    this.version = version;
    this.url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(version: ProtocolVersion): Promise<HostileBroker> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HostileBroker(server, version);
  }

  /** The client is connected and has subscribed. */
  get isServing(): boolean {
    return this.#isSubscribed && this.#client?.destroyed === false;
  }

  /** Waits until the client is connected and has subscribed. */
  async serving(): Promise<void> {
    await until(() => this.isServing, subscribeDeadlineMs, 'the client to connect and subscribe');
  }

  nextId(): number {
    this.#lastId = (this.#lastId % highestId) + 1;
    return this.#lastId;
  }

  /** Sends these bytes as they are, as fast as the client takes them; bytes for a connection that is gone are dropped. */
  async send(bytes: Buffer): Promise<void> {
    const socket = this.#client;
    if (!socket || socket.destroyed) return;
    socket.write(bytes);
    await until(
      () => socket.destroyed || socket.writableLength < longestUnsentBytes,
      drainDeadlineMs,
      'the client to read',
    );
  }

  /** Publishes with QoS 1 on the present connection: true once the client has acknowledged it, false when it does not in time. */
  async deliver(topic: string, payload: Buffer, deadlineMs: number, isDup = false): Promise<boolean> {
    const id = this.nextId();
    const acknowledged = new Promise<boolean>((resolve) => this.#acknowledged.set(id, () => resolve(true)));
    try {
      await this.send(publishOf({ topic, payload, qos: 1, id, isDup }, this.version));
      return await withDeadline(Promise.race([acknowledged, this.#closed]), deadlineMs, 'an acknowledgement');
    } catch {
      return false;
    } finally {
      this.#acknowledged.delete(id);
    }
  }

  /** Ends the present connection from the broker's side. */
  drop(): void {
    this.#client?.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#client?.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#client?.destroy();
    this.#client = socket;
    this.#isSubscribed = false;
    this.connections += 1;
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve(false)));
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // The client ended it; it comes again.
    const splitter = new PacketSplitter();
    socket.on('data', (chunk) => {
      for (const packet of splitter.push(chunk)) this.#answer(socket, packet);
    });
  }

  #answer(socket: Socket, packet: Buffer): void {
    const reply = (first: number, ...parts: readonly Buffer[]): void => void socket.write(packetOf(first, ...parts));
    const body = packet.subarray(frameOf(packet)?.head ?? 0);
    const id = body.subarray(0, 2);
    const noProperties = this.version === 5 ? Buffer.from([0]) : Buffer.alloc(0);
    switch (typeOf(packet)) {
      case packetTypes.connect: {
        const isSpoken = body[6] === this.version; // after the name MQTT with its length
        reply(0x20, Buffer.from([0, isSpoken ? 0 : unacceptableVersion]), isSpoken ? noProperties : Buffer.alloc(0));
        if (!isSpoken) socket.end();
        return;
      }
      case packetTypes.subscribe: {
        const requests = this.#filtersOf(body.subarray(2));
        this.filters = requests.map(({ filter }) => filter);
        reply(0x90, id, noProperties, Buffer.from(requests.map(({ qos }) => qos)));
        this.#isSubscribed = true;
        return;
      }
      case packetTypes.publish: {
        this.published += 1;
        const idAt = 2 + body.readUInt16BE(0);
        if (qosOf(packet) > 0) reply(qosOf(packet) === 1 ? 0x40 : 0x50, body.subarray(idAt, idAt + 2));
        return;
      }
      case packetTypes.puback:
        this.#acknowledged.get(id.readUInt16BE(0))?.();
        return;
      case packetTypes.pubrec:
        reply(0x62, twoBytes(id.readUInt16BE(0)));
        return;
      case packetTypes.pubrel:
        reply(0x70, id);
        return;
      case packetTypes.pingreq:
        reply(0xd0);
        return;
    }
  }

  #filtersOf(body: Buffer): { readonly filter: string; readonly qos: number }[] {
    let offset = this.version === 5 ? 1 + (body[0] ?? 0) : 0; // the console sends less than 128 bytes of properties
    const requests: { filter: string; qos: number }[] = [];
    while (offset < body.length) {
      const end = offset + 2 + body.readUInt16BE(offset);
      requests.push({ filter: body.subarray(offset + 2, end).toString('utf8'), qos: (body[end] ?? 0) & 3 });
      offset = end + 1;
    }
    return requests;
  }
}
