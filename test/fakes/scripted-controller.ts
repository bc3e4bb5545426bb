/*
 * A controller that speaks nothing but the wire contract, over a real broker: it answers heartbeats as it is told, sends what a test wants and records
 * all that it hears. The counterpart of the firmware in test/contract/firmware; it shares no code with the console or the firmware.
 */
import { Socket } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import { jsonOf, MessageLog, type JsonObject, type Received } from './message-log';
import { encode, plainConnection, type MqttLogin } from './mqtt-observer';

export type AckStatus = 'online' | 'approved' | 'pending_approval' | 'rejected' | 'error';

/** How heartbeats are answered: with a status, not at all, or with what a function makes of the heartbeat (undefined: no answer). */
export type AckPolicy = AckStatus | 'silent' | ((heartbeat: JsonObject) => JsonObject | undefined);

export type ControllerOptions = MqttLogin & {
  readonly url: string;
  readonly kaiserId: string;
  readonly clientId: string;
  /** Unix seconds for `server_time`. */
  readonly now: () => number;
};

const heartbeatTopic = /^kaiser\/([^/]+)\/esp\/([^/]+)\/system\/heartbeat$/;
const ackTopic = /^kaiser\/[^/]+\/esp\/([^/]+)\/system\/heartbeat\/ack$/;
const announceTopic = /^kaiser\/[^/]+\/esp\/([^/]+)\/session\/announce$/;

const isPositiveInteger = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;

export class ScriptedController implements AsyncDisposable {
  readonly received = new MessageLog();
  /** Per device; who is not listed gets no answer. */
  readonly policies = new Map<string, AckPolicy>();
  /** Heartbeats heard of each device. */
  readonly heartbeats = new Map<string, number>();
  /** Acknowledgements sent to each device. */
  readonly acknowledgements = new Map<string, number>();
  readonly #client: MqttClient;
  readonly #options: ControllerOptions;
  readonly #announced = new Map<string, number>();
  readonly #sending = new Set<Promise<unknown>>();

  private constructor(client: MqttClient, options: ControllerOptions) {
    this.#client = client;
    this.#options = options;
    client.on('message', (topic, payload, packet) => this.#take(this.received.add(topic, payload, packet)));
    client.on('error', () => undefined); // A lost broker shows in what the tests wait for.
  }

  /** Connects, hears everything below `kaiser/`, and tells the devices that their controller is there. */
  static async connect(options: ControllerOptions): Promise<ScriptedController> {
    const client = await connectAsync(
      options.url,
      { ...plainConnection(options), clientId: options.clientId, reconnectPeriod: 100 },
      false,
    );
    if (client.stream instanceof Socket) client.stream.setNoDelay(true); // what is measured must not be Nagle's algorithm
    const controller = new ScriptedController(client, options);
    await client.subscribeAsync('kaiser/#', { qos: 2 });
    await controller.serverStatus('online');
    return controller;
  }

  publish(topic: string, payload: JsonObject | string | Buffer, qos: 0 | 1 | 2, retain = false): Promise<unknown> {
    const acknowledged = ackTopic.exec(topic)?.[1];
    if (acknowledged !== undefined)
      this.acknowledgements.set(acknowledged, (this.acknowledgements.get(acknowledged) ?? 0) + 1);
    const sending = this.#client.publishAsync(topic, encode(payload), { qos, retain });
    this.#sending.add(sending);
    void sending.then(
      () => this.#sending.delete(sending),
      () => this.#sending.delete(sending),
    );
    return sending;
  }

  /** Retained, as 1.6 demands. */
  async serverStatus(status: string, reason?: string): Promise<void> {
    await this.publish(
      `kaiser/${this.#options.kaiserId}/server/status`,
      { status, timestamp: this.#options.now(), ...(reason === undefined ? {} : { reason }) },
      1,
      true,
    );
  }

  /** The answer that 2.4 asks of a controller: the epoch that the device reports, else the one it announced, else 1. */
  ackFor(status: AckStatus, heartbeat: JsonObject): JsonObject {
    const active = heartbeat['active_handover_epoch'];
    const announced = this.#announced.get(String(heartbeat['esp_id']));
    const epoch = isPositiveInteger(active) ? active : (announced ?? 1);
    return { status, handover_epoch: epoch, server_time: this.#options.now() };
  }

  /** Until the broker has taken all that was sent. */
  async settled(): Promise<void> {
    while (this.#sending.size > 0) await Promise.allSettled(this.#sending);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }

  #take(message: Received): void {
    const announcing = announceTopic.exec(message.topic)?.[1];
    const epoch = jsonOf(message)['handover_epoch'];
    if (announcing !== undefined && isPositiveInteger(epoch)) this.#announced.set(announcing, epoch);
    const beating = heartbeatTopic.exec(message.topic)?.[2];
    if (beating === undefined) return;
    this.heartbeats.set(beating, (this.heartbeats.get(beating) ?? 0) + 1);
    this.#acknowledge(beating, message);
  }

  #acknowledge(id: string, message: Received): void {
    const policy = this.policies.get(id) ?? 'silent';
    if (policy === 'silent') return;
    const heartbeat = jsonOf(message);
    const answer = typeof policy === 'function' ? policy(heartbeat) : this.ackFor(policy, heartbeat);
    if (answer === undefined) return;
    // When the connection is gone, that shows in what the test waits for.
    this.publish(`${message.topic}/ack`, answer, 1).catch(() => undefined);
  }
}
