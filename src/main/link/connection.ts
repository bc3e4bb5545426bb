import { Socket } from 'node:net';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient, type Packet as MqttPacket } from 'mqtt';
import type { Logger } from 'pino';
import type { ConnectionView } from '../../shared/api/status';
import { serverStatus } from '../../shared/wire/messages/server-status';
import type { Qos } from '../../shared/wire/message';
import { serverStatusTopic } from '../../shared/wire/topic';
import type { Clock } from '../clock';
import { traceProperties } from '../trace';
import { Acknowledgements } from './acknowledgements';
import { backOffMs } from './back-off';
import { CommitFirstStore } from './commit-first-store';
import type { Packet, Subscription } from './handler-registry';

const KEEP_ALIVE_S = 60; // wire contract 0.4
/** A broker on the plant's network answers within milliseconds; longer means that nobody is there. */
const CONNECT_TIMEOUT_MS = 8_000;
/** How long an MQTT 5 broker keeps our session (and queues for us) while the console is away: one week of holidays. */
const SESSION_EXPIRY_S = 604_800;
/** How long the farewell (offline status, DISCONNECT) may take at stop. */
const FAREWELL_MS = 1_500;
/** SUBACK codes from here on are refusals: 128 in MQTT 3.1.1, 0x87 and others in 5.0. */
const FIRST_REFUSAL = 0x80;

export type BrokerLogin = {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
};

export type ConnectionOptions = {
  readonly url: string;
  readonly isEmbedded: boolean;
  readonly login: BrokerLogin;
  readonly clientId: string;
  readonly kaiserId: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly subscriptions: () => readonly Subscription[];
  readonly onPacket: (packet: Packet) => void;
  readonly afterCommit: (action: () => void) => void;
  readonly onChange: (isOnline: boolean) => void;
};

type Publication = {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly isRetained?: boolean;
  readonly expiryS?: number;
  /** MQTT 5 only; an older broker gets the message without. */
  readonly userProperties?: Readonly<Record<string, string>>;
};

/**
 * The one MQTT connection of the console: persistent session with a stable client id, retained `server/status` with last will, reconnect
 * with back-off and jitter for ever, MQTT 5 where the broker speaks it. A QoS 1 or 2 message is acknowledged only after the turn's commit.
 * Every attempt gets a new client, so nothing that was in flight on a lost connection is ever sent again.
 */
export class BrokerConnection {
  private client: MqttClient | undefined;
  private view: Omit<ConnectionView, 'url' | 'embedded' | 'since' | 'breaker'> = {
    state: 'connecting',
    protocolVersion: null,
    lastError: null,
    attempts: 0,
  };
  private sinceMs: number;
  private version: 5 | 4;
  private cancelRetry: () => void = () => undefined;
  private isStopped = false;

  constructor(private readonly options: ConnectionOptions) {
    this.version = options.isEmbedded ? 4 : 5; // the embedded broker speaks 3.1.1
    this.sinceMs = options.clock.now();
  }

  start(): void {
    this.open();
  }

  get isOnline(): boolean {
    return this.view.state === 'online';
  }

  describe(): Omit<ConnectionView, 'breaker'> {
    const { url, isEmbedded } = this.options;
    return { ...this.view, url: redact(url), embedded: isEmbedded, since: new Date(this.sinceMs).toISOString() };
  }

  /**
   * Hands a message to the socket; calls back when the broker has taken it over (QoS 1/2) or it was written (QoS 0), with the error
   * otherwise. Nothing is queued: while offline it fails at once.
   */
  publish(publication: Publication, done: (error?: Error) => void): void {
    const client = this.client;
    if (!client?.connected) {
      done(new Error('not connected'));
      return;
    }
    const { topic, payload, qos, isRetained = false, expiryS, userProperties } = publication;
    const properties = {
      ...(expiryS !== undefined && { messageExpiryInterval: expiryS }),
      ...(userProperties && { userProperties }),
    };
    const options = { qos, retain: isRetained, ...(this.version === 5 && { properties }) };
    client.publish(topic, payload, options, (error) => done(error ?? undefined));
  }

  /**
   * Publishes the retained `server/status online` again. After the console hung, devices that gave it up refuse every acknowledgement until
   * they see it (wire contract 2.4).
   */
  announceOnline(): void {
    this.publishStatus('online', () => undefined);
  }

  /** Publishes the graceful offline status, disconnects and stays away. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelRetry();
    const client = this.client;
    if (client?.connected) {
      await new Promise<void>((resolve) => {
        const cancel = this.options.clock.after(FAREWELL_MS, resolve);
        this.publishStatus('offline', () => {
          client.end(false, {}, () => {
            cancel();
            resolve();
          });
        });
      });
    }
    client?.end(true);
    this.setState('stopped');
  }

  private open(): void {
    this.view = { ...this.view, attempts: this.view.attempts + 1 };
    const client = connect({ ...addressOf(this.options.url), ...this.clientOptions() });
    this.client = client;
    const acknowledgements = new Acknowledgements(this.options.afterCommit, (bytes) => {
      if (client.connected && !client.disconnecting) client.stream.write(bytes); // otherwise the broker delivers again on the next connection
    });
    client.handleMessage = (packet, done) => this.handleMessage(acknowledgements, packet, done);
    client.on('packetreceive', (packet) => refuseImpossible(client, packet));
    client.on('connect', (connack) => this.connected(client, connack.sessionPresent));
    client.on('error', (error) => this.failed(client, error));
    client.on('disconnect', (packet) =>
      this.failed(client, new Error(`the broker closed the connection (reason code ${packet.reasonCode ?? 0})`)),
    );
    client.on('close', () => this.closed(client));
  }

  private clientOptions(): IClientOptions {
    const { login, clientId, kaiserId, clock } = this.options;
    const willPayload = serverStatus('offline', Math.floor(clock.now() / 1000), 'unexpected_disconnect');
    return {
      ...login,
      clientId,
      clean: false,
      protocolVersion: this.version,
      keepalive: KEEP_ALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      incomingStore: new CommitFirstStore((packet, committed) => {
        this.take(packet);
        this.options.afterCommit(committed);
      }),
      will: { topic: serverStatusTopic(kaiserId), payload: Buffer.from(willPayload), qos: 1, retain: true },
      ...(this.version === 5 && { properties: { sessionExpiryInterval: SESSION_EXPIRY_S } }),
    };
  }

  private handleMessage(
    acknowledgements: Acknowledgements,
    packet: IPublishPacket,
    done: (error?: Error) => void,
  ): void {
    if (packet.qos !== 2) this.take(packet); // otherwise handled by the incoming store when it arrived
    if (packet.qos !== 1) {
      done();
      return;
    }
    if (packet.messageId !== undefined) acknowledgements.add(packet.messageId);
    done(withheld); // withholds the PUBACK and lets the next packet of this turn through
  }

  private take(packet: IPublishPacket): void {
    const { topic, payload, retain, dup } = packet;
    this.options.onPacket({
      topic,
      payload: Buffer.isBuffer(payload) ? payload : Buffer.from(payload),
      isRetained: retain,
      isRedelivered: dup,
    });
  }

  private connected(client: MqttClient, isSessionPresent: boolean): void {
    if (client !== this.client) return;
    // Otherwise a small packet, a stop too, waits up to 40 ms for the acknowledgement of the one before (Nagle's algorithm).
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    this.options.log.info(
      { url: redact(this.options.url), isSessionPresent, version: this.version },
      'broker connected',
    );
    this.subscribe(client, this.options.subscriptions(), isSessionPresent);
    this.view = { ...this.view, protocolVersion: this.version === 5 ? '5.0' : '3.1.1', attempts: 0, lastError: null };
    this.publishStatus('online', () => undefined);
    this.setState('online');
  }

  /**
   * Subscribes. Where the broker's access list refuses a pattern over all controllers, the own one takes its place: the console does its
   * work all the same and only does not see foreign devices. Anything else that is refused is an error.
   */
  private subscribe(client: MqttClient, wanted: readonly Subscription[], isSessionPresent = false): void {
    const topics = Object.fromEntries(wanted.map(({ topic, qos }) => [topic, { qos }]));
    client.subscribe(topics, (error, _asked, packet) => {
      const isRefused = (index: number) => Number(packet?.granted[index] ?? 0) >= FIRST_REFUSAL;
      const refused = wanted.filter((_one, index) => isRefused(index));
      const narrower = refused.flatMap(({ qos, instead }) => (instead === undefined ? [] : [{ topic: instead, qos }]));
      const lost = refused.filter(({ instead }) => instead === undefined).map(({ topic }) => topic);
      if (narrower.length > 0) {
        this.options.log.info({ topics: narrower.map(({ topic }) => topic) }, 'foreign devices are not visible here');
        this.subscribe(client, narrower);
      }
      if (lost.length > 0 || (error && refused.length === 0)) this.refused(lost, error);
      // A session from before the wide patterns still has the own ones; both would deliver a message twice.
      const replaced = wanted.flatMap(({ instead }, index) => (instead && !isRefused(index) ? [instead] : []));
      if (isSessionPresent && replaced.length > 0 && client.connected) client.unsubscribe(replaced);
    });
  }

  private refused(topics: readonly string[], error: Error | null): void {
    if (this.view.state !== 'online') return; // the connection went meanwhile; the next one asks again
    this.view = {
      ...this.view,
      lastError: `The broker refused subscriptions: ${topics.join(', ') || error?.message}. Check its access list.`,
    };
    this.options.log.error({ err: error, refused: topics }, 'subscriptions refused');
  }

  private failed(client: MqttClient, error: Error): void {
    if (client !== this.client) return;
    if (this.version === 5 && isUnsupportedVersion(error)) {
      this.version = 4;
      this.options.log.info('the broker does not speak MQTT 5, using 3.1.1');
      return;
    }
    this.view = { ...this.view, lastError: describeError(error, redact(this.options.url)) };
    this.options.log.warn({ err: error }, 'broker connection');
  }

  private closed(client: MqttClient): void {
    client.end(true);
    if (client !== this.client || this.isStopped) return;
    this.client = undefined;
    this.setState('offline');
    this.cancelRetry = this.options.clock.after(backOffMs(this.view.attempts, Math.random()), () => this.open());
  }

  private publishStatus(status: 'online' | 'offline', done: () => void): void {
    const timestamp = Math.floor(this.options.clock.now() / 1000);
    const payload = serverStatus(status, timestamp, status === 'offline' ? 'graceful_shutdown' : undefined);
    const topic = serverStatusTopic(this.options.kaiserId);
    this.publish({ topic, payload, qos: 1, isRetained: true, ...traceProperties() }, () => done());
  }

  private setState(state: ConnectionView['state']): void {
    if (this.view.state === state) return;
    this.view = { ...this.view, state, ...(state !== 'online' && { protocolVersion: null }) };
    this.sinceMs = this.options.clock.now();
    this.options.onChange(state === 'online');
  }
}

/** Tells mqtt.js not to acknowledge by itself. */
const withheld = new Error('acknowledged after commit');

/** What no broker may send ends the connection: mqtt.js crashes on a PUBREL without an id, and a CONNECT changes how it reads the rest. */
function refuseImpossible(client: MqttClient, packet: MqttPacket): void {
  const isOurs = /^(connect|subscribe|unsubscribe|pingreq)$/.test(packet.cmd);
  const lacksId = /^pub(ack|rec|rel|comp)$/.test(packet.cmd) && !((packet.messageId ?? 0) > 0); // -1 when bytes are missing
  if (lacksId) packet.messageId = 1; // what mqtt.js makes of it goes to a socket that is closed
  if (isOurs || lacksId) client.stream.destroy(new Error(`The broker sent a ${packet.cmd} that no broker may send.`));
}

/** CONNACK 1 (3.1.1) and 0x84 (5.0): unacceptable protocol version. */
function isUnsupportedVersion(error: Error): boolean {
  return 'code' in error && (error.code === 1 || error.code === 0x84);
}

const defaultPorts = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

/** The address as mqtt.js takes it apart (its own parser is deprecated in Node). */
function addressOf(url: string): Pick<IClientOptions, 'protocol' | 'host' | 'port' | 'path'> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const name = protocol.slice(0, -1) as keyof typeof defaultPorts;
  return {
    protocol: name,
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: Number(port) || defaultPorts[name],
    path: pathname || '/',
  };
}

function redact(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Is the broker running?',
  ENOTFOUND: 'the name is unknown. Check the address and the DNS.',
  EAI_AGAIN: 'the name server does not answer. Check the network.',
  ETIMEDOUT: 'no answer. Check network and firewall.',
  EHOSTUNREACH: 'the host cannot be reached. Check the network.',
  ECONNRESET: 'the broker closed the connection.',
  '4': 'user name or password is wrong.',
  '5': 'the broker does not allow this login.',
  '134': 'user name or password is wrong.',
  '135': 'the broker does not allow this login.',
};

function describeError(error: Error, url: string): string {
  const code = 'code' in error ? String(error.code) : '';
  return `${url}: ${advice[code] ?? error.message}`;
}
