/*
 * The broker that runs inside the console: aedes (MQTT 3.1.1), on loopback unless told otherwise, login required, every device confined to its own topics.
 * Owned by console.ts, which hands `consoleLogin` to the link. Rules are in access-rules.ts, figures in broker-limits.ts.
 *
 * Where aedes is not left to itself, and why:
 *  - a refused publication is acknowledged and goes nowhere (`swallow`). aedes would close the connection, and a device with one wrong topic
 *    would reconnect for ever; MQTT-3.3.5-2 allows either (moscajs/aedes#210);
 *  - a QoS 1 message is acknowledged to its sender only when the console has stored it (`storeFirst`); aedes acknowledges on arrival, and a
 *    console that dies in between would lose a reading that the device believes to be safe;
 *  - client ids are kept apart by user name, so that nobody takes over the session of somebody else by guessing its client id. Within one
 *    account the second connection ends the first one (MQTT-3.1.4-2);
 *  - a last will is checked when the client connects, not when it is gone.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  Aedes,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
  type Subscription,
} from 'aedes';
import type { Logger } from 'pino';
import { must } from '../../shared/domain/assert';
import { systemClock, type Clock } from '../clock';
import { mayLeaveWill, mayPublish, mayRetain, maySubscribe, type Identity } from './access-rules';
import type { AccountService, Login } from './account-service';
import { brokerLimits } from './broker-limits';
import { ClientStream } from './client-stream';
import { listen, LOOPBACK, reachableHere } from './listen';
import { Pace } from './pace';
import { isSameDigest, newPassword } from './password';
import { RefusalLog } from './refusal-log';
import { SessionMemory } from './session-memory';

export type BrokerStatistics = {
  readonly clients: number;
  readonly refusedLogins: number;
  readonly refusedPublishes: number;
  readonly refusedSubscriptions: number;
};

export type EmbeddedBroker = {
  /** Throws StartupError when the port is taken or not allowed. */
  readonly start: () => Promise<{ readonly url: string; readonly port: number }>;
  /** Lets what is under way reach the clients, then closes every socket; takes less than a second. */
  readonly stop: () => Promise<void>;
  /** Random at each start, never stored. */
  readonly consoleLogin: Login;
  readonly statistics: () => BrokerStatistics;
  /** Ends the connections of an account that was deleted. */
  readonly disconnect: (username: string) => void;
  /** Is a client connected under this user name now? */
  readonly isConnected: (username: string) => boolean;
};

export type EmbeddedBrokerOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address of this machine to listen at; loopback without it. */
  readonly host?: string;
  readonly kaiserId: string;
  readonly accounts: AccountService;
  readonly log: Logger;
  readonly clock?: Clock;
};

/** Where refused publications go: nobody can subscribe to it, nobody is forwarded it. */
const NOWHERE = '$SYS/refused';
/** CONNACK codes of MQTT 3.1.1. */
const BAD_LOGIN = 4;
const NOT_AUTHORIZED = 5;

type Session = { readonly identity: Identity; readonly pace: Pace | null; readonly subscriptions: Set<string> };

export function createEmbeddedBroker(options: EmbeddedBrokerOptions): EmbeddedBroker {
  return new AedesBroker(options);
}

class AedesBroker implements EmbeddedBroker {
  private login: Login = newConsoleLogin();
  private aedes: Aedes | null = null;
  private server: Server | null = null;
  private memory: SessionMemory;
  private isStopping = false;
  private readonly clock: Clock;
  private readonly refusals: RefusalLog;
  private readonly sockets = new Set<Socket>();
  private readonly clients = new Map<Client, Session>();
  private readonly wills = new WeakMap<Client, string>();
  private readonly counts = { refusedLogins: 0, refusedPublishes: 0, refusedSubscriptions: 0 };

  constructor(private readonly options: EmbeddedBrokerOptions) {
    this.clock = options.clock ?? systemClock;
    this.refusals = new RefusalLog(options.log, this.clock);
    this.memory = this.newMemory();
  }

  get consoleLogin(): Login {
    return this.login;
  }

  readonly statistics = (): BrokerStatistics => ({ clients: this.clients.size, ...this.counts });

  readonly start = async (): Promise<{ url: string; port: number }> => {
    this.isStopping = false;
    this.login = newConsoleLogin();
    this.memory = this.newMemory();
    const aedes = this.newAedes();
    await aedes.listen();
    const server = createServer((socket) => this.accept(aedes, socket));
    server.maxConnections = brokerLimits.clients;
    server.on('drop', () =>
      this.refusals.warn('drop', { clients: this.sockets.size }, 'broker is full, a connection was refused'),
    );
    const host = this.options.host ?? LOOPBACK;
    try {
      await listen(server, this.options.port, host);
    } catch (error) {
      await new Promise<void>((resolve) => aedes.close(resolve));
      throw error;
    }
    this.aedes = aedes;
    this.server = server;
    const { port } = server.address() as AddressInfo;
    return { url: `mqtt://${reachableHere(host)}:${port}`, port };
  };

  readonly stop = async (): Promise<void> => {
    const { aedes, server } = this;
    this.aedes = null;
    this.server = null;
    if (!aedes || !server) return;
    const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
    await this.pause(brokerLimits.flushMs);
    this.isStopping = true; // from here no last will is published: the clients did not go away, we did
    await Promise.race([new Promise<void>((resolve) => aedes.close(resolve)), this.pause(brokerLimits.stopMs)]);
    for (const socket of this.sockets) socket.destroy();
    await isClosed;
    this.clients.clear();
  };

  readonly disconnect = (username: string): void => {
    for (const [client, { identity }] of this.clients) {
      if (identity.username === username) client.close();
    }
  };

  readonly isConnected = (username: string): boolean =>
    [...this.clients.values()].some(({ identity }) => identity.username === username);

  private newMemory(): SessionMemory {
    return new SessionMemory({
      isConnected: (clientId) => [...this.clients.keys()].some(({ id }) => id === clientId),
      isConsole: (clientId) => clientId.startsWith(`${this.login.username}/`),
      maySubscribe: (client, filter) => this.subscriptionIsAllowed(client, filter),
    });
  }

  private newAedes(): Aedes {
    const aedes = new Aedes({
      persistence: this.memory,
      // 0 = no common limit: with one, messages that wait for one slow client would hold up those for all others.
      concurrency: 0,
      connectTimeout: brokerLimits.connectTimeoutMs,
      keepaliveLimit: brokerLimits.keepAliveS,
      queueLimit: brokerLimits.packetsBeforeConnack,
      maxInflightInbound: brokerLimits.inboundInFlight,
      preConnect: (client, packet, done) => this.prepare(client, packet, done),
      authenticate: (client, username, password, done) => {
        void this.authenticate(client, username, password).then(
          (error) => done(error, error === null),
          (error: unknown) => done(refusal(NOT_AUTHORIZED, String(error)), false),
        );
      },
      authorizePublish: (client, packet, done) => this.authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.authorizeSubscribe(client, subscription)),
      authorizeForward: (client, packet) => (packet.topic === NOWHERE || this.isTooSlow(client) ? null : packet),
    });
    aedes.on('clientDisconnect', (client) => this.clients.delete(client));
    aedes.on('unsubscribe', (filters, client) =>
      filters.forEach((filter) => this.clients.get(client)?.subscriptions.delete(filter)),
    );
    aedes.on('connectionError', (client, error) =>
      this.refusals.warn('connection', { err: error }, 'broker ended a connection before its login'),
    );
    aedes.on('clientError', (client, error) =>
      this.refusals.warn(`client:${client.id}`, { client: client.id, err: error }, 'broker ended a connection'),
    );
    // aedes emits `error` beside its declared events when its memory fails; without a listener that would end the process.
    (aedes as NodeJS.EventEmitter).on('error', (error: unknown) =>
      this.options.log.error({ err: error }, 'embedded broker'),
    );
    return aedes;
  }

  private accept(aedes: Aedes, socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    const stream = new ClientStream(socket, brokerLimits.packetBytes);
    const client = aedes.handle(stream);
    // aedes tells of no disconnect when the connection breaks while its session is restored.
    stream.once('close', () => this.clients.delete(client));
  }

  /** Before the login: client ids are put under the user name, and the last will is remembered for `authenticate`. */
  private prepare(
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, isWelcome: boolean) => void,
  ): void {
    if (packet.clientId === '' && packet.clean === false) {
      done(new Error('a persistent session needs a client id'), false); // MQTT-3.1.3-8
      return;
    }
    if (packet.clientId !== '') packet.clientId = `${packet.username ?? ''}/${packet.clientId}`;
    if (packet.will) this.wills.set(client, packet.will.topic);
    done(null, true);
  }

  /** The reason to refuse a login, or null. */
  private async authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | null> {
    if (username === undefined || username === '' || password === undefined)
      return this.refuseLogin(NOT_AUTHORIZED, username, 'login required');
    const identity = await this.identify(username, password.toString('utf8'));
    if (!identity) return this.refuseLogin(BAD_LOGIN, username, 'bad user name or password');
    const will = this.wills.get(client);
    if (will !== undefined && !mayLeaveWill(identity, this.options.kaiserId, will)) {
      return this.refuseLogin(NOT_AUTHORIZED, username, `last will on ${will} is not allowed`);
    }
    if (client.closed) return null; // gone meanwhile; aedes stops here by itself
    const { deviceMessagesPerS, deviceBurst } = brokerLimits;
    const pace =
      identity.role === 'device' ? new Pace({ perSecond: deviceMessagesPerS, burst: deviceBurst }, this.clock) : null;
    this.clients.set(client, { identity, pace, subscriptions: new Set() });
    return null;
  }

  private async identify(username: string, password: string): Promise<Identity | null> {
    if (username !== this.login.username) return this.options.accounts.verify(username, password);
    return isSameDigest(Buffer.from(password), Buffer.from(this.login.password)) ? { role: 'console', username } : null;
  }

  private refuseLogin(code: number, username: string | undefined, reason: string): AuthenticateError {
    this.counts.refusedLogins += 1;
    this.refusals.warn(`login:${username ?? ''}`, { username, reason }, 'broker refused a login');
    return refusal(code, reason);
  }

  private authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (client?.closed) {
      // Its last will was checked at connect. aedes also hands over what came behind the packet for which it ended the connection.
      const isWill = this.wills.get(client) === packet.topic;
      done(isWill && !this.isStopping ? null : new Error('the connection is closed'));
      return;
    }
    const session = client && this.clients.get(client);
    if (!session) {
      done(new Error('not logged in'));
    } else if (session.pace) {
      session.pace.run(() => this.admit(session.identity, packet, done));
    } else {
      this.admit(session.identity, packet, done);
    }
  }

  private admit(identity: Identity, packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (!mayPublish(identity, this.options.kaiserId, packet.topic)) {
      this.counts.refusedPublishes += 1;
      const { username } = identity;
      this.refusals.warn(`publish:${username}`, { username, topic: packet.topic }, 'broker refused a publication');
      swallow(packet);
      done();
      return;
    }
    if (!mayRetain(identity, packet.topic)) packet.retain = false;
    if (packet.qos === 1 && identity.role !== 'console' && this.consoleStores(packet.topic))
      this.storeFirst(packet, done);
    else done();
  }

  /** Publishes at once, and lets aedes acknowledge (and publish nothing more) when the console has the message safe. */
  private storeFirst(packet: PublishPacket, done: (error?: Error | null) => void): void {
    const { payload } = packet;
    if (typeof payload === 'string' || payload.length === 0) {
      done();
      return;
    }
    const message: PublishPacket = {
      cmd: 'publish',
      topic: packet.topic,
      payload,
      qos: 1,
      retain: packet.retain,
      dup: false,
    };
    const acknowledge = once(() => {
      cancelDeadline();
      swallow(packet);
      done();
    });
    const cancelDeadline = this.clock.after(brokerLimits.storeBeforeAckMs, () => {
      this.refusals.warn(
        'late',
        { topic: message.topic },
        'the console has not stored a message in time; its queue holds it',
      );
      acknowledge();
    });
    const forget = this.memory.watchStored(payload, acknowledge);
    must(this.aedes, 'the broker runs').publish(message, (error) => {
      if (error) this.options.log.error({ err: error, topic: message.topic }, 'embedded broker could not publish');
      if (forget()) acknowledge(); // nobody queued it for the console
    });
  }

  private consoleStores(topic: string): boolean {
    if (!this.aedes) return false;
    for (const [client, { identity }] of this.clients) {
      if (identity.role === 'console' && this.memory.wants(client.id, topic)) return true;
    }
    return false;
  }

  private authorizeSubscribe(client: Client, subscription: Subscription): Subscription | null {
    const session = this.clients.get(client);
    const hasRoom = (session?.subscriptions.size ?? 0) < brokerLimits.subscriptions;
    if (session && hasRoom && this.subscriptionIsAllowed(client, subscription.topic)) {
      session.subscriptions.add(subscription.topic);
      return subscription;
    }
    this.counts.refusedSubscriptions += 1;
    const username = session?.identity.username;
    this.refusals.warn(
      `subscribe:${username ?? ''}`,
      { username, filter: subscription.topic },
      'broker refused a subscription',
    );
    return null;
  }

  private subscriptionIsAllowed(client: Client, filter: string): boolean {
    const session = this.clients.get(client);
    return session !== undefined && maySubscribe(session.identity, this.options.kaiserId, filter);
  }

  private isTooSlow(client: Client): boolean {
    const { conn } = client;
    if (!(conn instanceof ClientStream)) return false;
    const isConsole = this.clients.get(client)?.identity.role === 'console';
    if (conn.unsentBytes <= (isConsole ? brokerLimits.unsentConsoleBytes : brokerLimits.unsentBytes)) return false;
    conn.destroy(new Error(`the client does not read: ${conn.unsentBytes} bytes are waiting`));
    return true;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }
}

function newConsoleLogin(): Login {
  // The colon cannot occur in an account's name.
  return { username: `console:${randomBytes(8).toString('hex')}`, password: newPassword() };
}

/** Takes topic, content and retain flag out of a packet, so that what remains of it is the acknowledgement. */
function swallow(packet: PublishPacket): void {
  packet.topic = NOWHERE;
  packet.payload = Buffer.alloc(0);
  packet.retain = false;
}

function refusal(returnCode: number, reason: string): AuthenticateError {
  return Object.assign(new Error(reason), { returnCode });
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
