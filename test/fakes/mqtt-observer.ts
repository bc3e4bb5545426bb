import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { MessageLog, type JsonObject, type Matches, type Received } from './message-log';
import { must } from './wait';

export type MqttLogin = { readonly username?: string; readonly password?: string };

export const connectDeadlineMs = 5_000;

/** Connection options that the fakes have in common: 3.1.1, clean session, no silent reconnect. */
export const plainConnection = (login: MqttLogin): IClientOptions => ({
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
  connectTimeout: connectDeadlineMs,
  reconnectPeriod: 0,
  ...(login.username === undefined ? {} : { username: login.username }),
  ...(login.password === undefined ? {} : { password: login.password }),
});

export const encode = (payload: JsonObject | string | Buffer): string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);

/** A client with full access that sees all traffic of the contract and may publish anything. */
export class MqttObserver implements AsyncDisposable {
  readonly received = new MessageLog();
  /** Settles when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    this.closed = new Promise((resolve) => client.once('close', () => resolve()));
    client.on('message', (topic, payload, packet) => this.received.add(topic, payload, packet));
    client.on('error', () => undefined); // A lost broker shows in what the tests wait for.
  }

  static async connect(url: string, login: MqttLogin = {}, topic = 'kaiser/#'): Promise<MqttObserver> {
    const client = await connectAsync(url, plainConnection(login), false);
    const observer = new MqttObserver(client);
    const grants = await client.subscribeAsync(topic, { qos: 2 });
    const granted = must(grants[0], 'an answer to the subscription').qos;
    if (granted !== 2) throw new Error(`The broker granted QoS ${granted} for ${topic}`);
    return observer;
  }

  async publish(
    topic: string,
    payload: JsonObject | string | Buffer,
    qos: 0 | 1 | 2 = 1,
    retain = false,
  ): Promise<void> {
    await this.#client.publishAsync(topic, encode(payload), { qos, retain });
  }

  waitFor(matches: Matches, deadlineMs: number, from = 0): Promise<Received> {
    return this.received.waitFor(matches, deadlineMs, from);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}
