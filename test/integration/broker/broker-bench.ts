/*
 * An embedded broker on a free port with accounts in memory, and clients that a test need not close itself. Used by the tests of this folder;
 * what stands in files and needs scrypt is tested in test/unit/main/broker.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { once } from 'node:events';
import { connect as connectMqtt, type IClientOptions, type MqttClient } from 'mqtt';
import type { AccountIdentity, AccountService, Login } from '../../../src/main/broker/account-service';
import { createEmbeddedBroker, type EmbeddedBroker } from '../../../src/main/broker/embedded-broker';
import { deviceIdSchema, type DeviceId } from '../../../src/shared/domain/ids';
import { failure } from '../../../src/shared/domain/result';
import { parseDeviceTopic } from '../../../src/shared/wire/topic';
import { MessageLog } from '../../fakes/message-log';
import { plainConnection } from '../../fakes/mqtt-observer';
import { withDeadline } from '../../fakes/wait';
import { memoryLog, type LogLine } from '../../unit/main/store/open-store';

export const deadlineMs = 5_000;
export const KAISER = 'god';
export const topicOf = (deviceId: string, path: string) => `kaiser/${KAISER}/esp/${deviceId}/${path}`;

/** Accounts whose password is compared as it is. */
class MemoryAccounts implements AccountService {
  readonly #known = new Map<string, { readonly identity: AccountIdentity; readonly password: string }>();

  readonly create: AccountService['create'] = async () => failure('internal', 'not part of this fake');
  readonly issue: AccountService['issue'] = async () => failure('internal', 'not part of this fake');
  readonly keep = (): void => undefined;
  readonly takeBackUnsettled = (): void => undefined;
  readonly list: AccountService['list'] = () => [];
  readonly remove = (username: string): boolean => this.#known.delete(username);
  readonly removeTemporary = (deviceId: DeviceId): void => void this.#known.delete(deviceId);

  readonly verify = async (username: string, password: string): Promise<AccountIdentity | null> => {
    const known = this.#known.get(username);
    return known?.password === password ? known.identity : null;
  };

  readonly addTemporary = (deviceId: DeviceId): Login => this.add({ role: 'device', username: deviceId, deviceId });

  add(identity: AccountIdentity): Login {
    const password = `password of ${identity.username}`;
    this.#known.set(identity.username, { identity, password });
    return { username: identity.username, password };
  }
}

/** A connected client, what it received, and the promise that its connection is gone. */
export type BenchClient = { readonly mqtt: MqttClient; readonly received: MessageLog; readonly closed: Promise<void> };

export class BrokerBench implements AsyncDisposable {
  readonly accounts = new MemoryAccounts();
  readonly broker: EmbeddedBroker;
  readonly lines: LogLine[];
  port = 0;
  readonly #clients = new Set<MqttClient>();
  readonly #sockets = new Set<Socket>();

  private constructor(port: number) {
    const { log, lines } = memoryLog();
    this.lines = lines;
    this.broker = createEmbeddedBroker({ port, kaiserId: KAISER, accounts: this.accounts, log });
  }

  static async start(): Promise<BrokerBench> {
    const bench = new BrokerBench(0);
    bench.port = (await withDeadline(bench.broker.start(), deadlineMs, 'the broker to start')).port;
    return bench;
  }

  deviceLogin(deviceId: string): Login {
    return this.accounts.addTemporary(deviceIdSchema.parse(deviceId));
  }

  clientLogin(username: string): Login {
    return this.accounts.add({ role: 'client', username });
  }

  /** Connects; rejects with the broker's refusal, whose `code` is that of the CONNACK. */
  async connect(login: Partial<Login>, options: IClientOptions = {}): Promise<BenchClient> {
    const mqtt = connectMqtt(`mqtt://127.0.0.1:${this.port}`, { ...plainConnection(login), ...options });
    this.#clients.add(mqtt);
    const received = new MessageLog();
    mqtt.on('message', (topic, payload, packet) => void received.add(topic, payload, packet));
    mqtt.on('error', () => undefined); // a lost connection shows in what the tests wait for
    const welcome = new Promise<void>((resolve, reject) => {
      mqtt.once('connect', () => resolve());
      mqtt.once('error', reject);
      mqtt.once('close', () => reject(new Error('the connection was closed before a CONNACK')));
    });
    await withDeadline(welcome, deadlineMs, 'a CONNACK');
    return { mqtt, received, closed: new Promise((resolve) => void mqtt.once('close', () => resolve())) };
  }

  connectDevice(deviceId: string, options: IClientOptions = {}): Promise<BenchClient> {
    return this.connect(this.deviceLogin(deviceId), { clientId: deviceId, ...options });
  }

  /** The console's session as the link opens it: persistent, everything of the devices with QoS 1. */
  async connectConsole(options: IClientOptions = {}): Promise<BenchClient> {
    const client = await this.connect(this.broker.consoleLogin, { clientId: 'link', clean: false, ...options });
    await subscribe(client, 'kaiser/+/esp/#');
    return client;
  }

  /** An operator's client that sees everything. */
  async connectWatcher(): Promise<BenchClient> {
    const client = await this.connect(this.clientLogin('watcher'));
    await subscribe(client, '#');
    return client;
  }

  /** A bare TCP connection; errors show as its end. */
  async openSocket(): Promise<Socket> {
    const socket = connectSocket(this.port, '127.0.0.1');
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    await withDeadline(once(socket, 'connect'), deadlineMs, 'a TCP connection');
    return socket;
  }

  /** Closes what `openSocket` opened. */
  closeSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.endAsync(true)));
    this.closeSockets();
    await withDeadline(this.broker.stop(), deadlineMs, 'the broker to stop');
  }
}

/** Waits until the other side has closed the connection, politely or not. */
export function closed(socket: Socket): Promise<void> {
  const isClosed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  return withDeadline(isClosed, deadlineMs, 'the broker to end the connection');
}

/** Sends bytes and waits for the answer, such as a CONNACK. */
export async function exchange(socket: Socket, bytes: Buffer): Promise<void> {
  const answer = once(socket, 'data');
  socket.write(bytes);
  await withDeadline(answer, deadlineMs, 'an answer');
}

/** Subscribes with QoS 1: the granted QoS, or 128. mqtt.js throws for a refusal. */
export async function subscribe({ mqtt }: BenchClient, filter: string): Promise<number> {
  return withDeadline(
    new Promise<number>((resolve, reject) => {
      mqtt.subscribe(filter, { qos: 1 }, (error, granted, packet) => {
        const answer = packet?.granted[0];
        if (typeof answer === 'number') resolve(answer);
        else reject(error ?? new Error('no answer to the subscription'));
      });
    }),
    deadlineMs,
    'a SUBACK',
  );
}

export function publish(
  { mqtt }: BenchClient,
  topic: string,
  payload: string | Buffer,
  options: { readonly qos?: 0 | 1 | 2; readonly retain?: boolean } = {},
): Promise<unknown> {
  return withDeadline(mqtt.publishAsync(topic, payload, { qos: 1, ...options }), deadlineMs, 'a PUBACK');
}

/** The payloads that a client received on a topic, in order. */
export const textsOn = ({ received }: BenchClient, topic: string): readonly string[] =>
  received.all((message) => message.topic === topic).map(({ payload }) => payload.toString());

/**
 * Waits until a client has received all that was published before: a message of the operator's that follows in order. `via` publishes it.
 */
export async function settle(via: BenchClient, receiver: BenchClient, topic = 'marker'): Promise<void> {
  const from = receiver.received.mark();
  await publish(via, topic, 'settled');
  await receiver.received.waitFor((message) => message.topic === topic, deadlineMs, from);
}

/** Answers heartbeats as the console does (wire contract 2.4); `status` says how a device stands. */
export function answerHeartbeats(console: BenchClient, status: (deviceId: string) => string): void {
  console.mqtt.on('message', (topic, payload) => {
    const parsed = parseDeviceTopic(topic);
    if (parsed?.path !== 'system/heartbeat') return;
    const { active_handover_epoch: active } = JSON.parse(payload.toString()) as { active_handover_epoch?: number };
    const server_time = Math.floor(Date.now() / 1_000);
    const ack = { status: status(parsed.deviceId), handover_epoch: Math.max(1, active ?? 0), server_time };
    void publish(console, topicOf(parsed.deviceId, 'system/heartbeat/ack'), JSON.stringify(ack));
  });
}
