/*
 * A device that speaks nothing but the wire contract, over a real broker. It records all that it receives; how it answers is set by the
 * fields below (`actuatorReplies`, `zoneReply`, `confirmsStop`, `configReply`), and everything can also be sent by hand.
 * The integration tests use it as the console's counterpart; it shares no code with the console.
 */
import { Socket } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import {
  actuatorStatusPayload,
  alertPayload,
  announcePayload,
  heartbeatPayload,
  outcomePayload,
  responsePayload,
  sensorPayload,
  unixSeconds,
  willPayload,
  zoneAckPayload,
  type DeviceFacts,
} from './device-payloads';
import { jsonOf, MessageLog, type JsonObject, type Matches, type Received } from './message-log';
import { encode, plainConnection, type MqttLogin } from './mqtt-observer';

export type DeviceOptions = MqttLogin & { readonly url: string; readonly id: string; readonly kaiserId?: string };

/** One step of the answer to an actuator command; the list's order is the order of sending. */
export type ReplyStep = { readonly kind: 'accepted' | 'response' | 'status' | 'applied'; readonly delayMs?: number };

export const standardReplies: readonly ReplyStep[] = [
  { kind: 'accepted' },
  { kind: 'response' },
  { kind: 'status' },
  { kind: 'applied' },
];

type ActuatorModel = { readonly type: string; state: boolean; pwm: number };

const clearNotBeforeMs = 5_000;
const stoppedMessage = 'Actuator in emergency stop state. Clear emergency first.';

export class ScriptedDevice implements AsyncDisposable {
  readonly id: string;
  readonly kaiserId: string;
  readonly prefix: string;
  readonly received = new MessageLog();

  actuatorReplies: readonly ReplyStep[] = standardReplies;
  zoneReply: 'confirm' | 'refuse' | 'silent' = 'confirm';
  configReply: 'persist' | 'silent' = 'persist';
  /** Whether it answers stop and clear; the stop itself is always obeyed. */
  confirmsStop = true;
  zoneId = '';

  readonly #client: MqttClient;
  readonly #actuators = new Map<number, ActuatorModel>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #seq = 0;
  #stoppedAtMs: number | undefined;

  private constructor(client: MqttClient, options: DeviceOptions, kaiserId: string) {
    this.#client = client;
    this.id = options.id;
    this.kaiserId = kaiserId;
    this.prefix = `kaiser/${kaiserId}/esp/${options.id}`;
    client.on('message', (topic, payload, packet) => this.#take(this.received.add(topic, payload, packet)));
    client.on('error', () => undefined); // A lost broker shows in what the tests wait for.
  }

  /** Connects with the last will armed and the twelve subscriptions of the contract; says nothing yet. */
  static async connect(options: DeviceOptions): Promise<ScriptedDevice> {
    const kaiserId = options.kaiserId ?? 'god';
    const prefix = `kaiser/${kaiserId}/esp/${options.id}`;
    const will = {
      topic: `${prefix}/system/will`,
      payload: Buffer.from(JSON.stringify(willPayload(options.id))),
      qos: 1,
      retain: true,
    } as const;
    const client = await connectAsync(options.url, { ...plainConnection(options), clientId: options.id, will }, false);
    if (client.stream instanceof Socket) client.stream.setNoDelay(true); // what it measures must not be Nagle's algorithm
    const device = new ScriptedDevice(client, options, kaiserId);
    await device.#subscribe();
    return device;
  }

  get facts(): DeviceFacts {
    return { id: this.id, zoneId: this.zoneId, seq: ++this.#seq };
  }

  waitFor(matches: Matches, deadlineMs: number, from = 0): Promise<Received> {
    return this.received.waitFor(matches, deadlineMs, from);
  }

  // What a device says by itself

  async publish(suffix: string, payload: JsonObject | string | Buffer, qos: 0 | 1 | 2 = 1): Promise<void> {
    await this.#client.publishAsync(`${this.prefix}/${suffix}`, encode(payload), { qos });
  }

  /** Under the kaiser id that stock firmware has built in, whatever it was given. */
  async publishUnderGod(suffix: string, payload: JsonObject): Promise<void> {
    await this.#client.publishAsync(`kaiser/god/esp/${this.id}/${suffix}`, encode(payload), { qos: 1 });
  }

  announce(epoch = 1): Promise<void> {
    return this.publish('session/announce', announcePayload(this.id, epoch));
  }

  /** `changes` overrides fields; a field that is set to undefined is left out. */
  heartbeat(changes: JsonObject = {}): Promise<void> {
    return this.publish('system/heartbeat', { ...heartbeatPayload(this.id, this.zoneId), ...changes }, 0);
  }

  sensor(gpio: number, type: string, raw: number, changes: JsonObject = {}): Promise<void> {
    return this.publish(`sensor/${gpio}/data`, { ...sensorPayload(this.facts, gpio, type, raw), ...changes });
  }

  /** Declares an actuator, or changes it, and publishes its status. */
  async actuator(
    gpio: number,
    fields: { readonly type?: string; readonly state?: boolean; readonly pwm?: number } = {},
  ): Promise<void> {
    const known = this.#actuators.get(gpio) ?? { type: 'relay', state: false, pwm: 0 };
    this.#actuators.set(gpio, { ...known, ...fields });
    await this.#publishStatus(gpio, '');
  }

  // Answers by hand; `command` is the JSON that arrived

  respond(command: Received, changes: JsonObject = {}): Promise<void> {
    const gpio = pinOf(command);
    return this.publish(`actuator/${gpio}/response`, {
      ...responsePayload(this.facts, gpio, jsonOf(command)),
      ...changes,
    });
  }

  outcome(command: Received, outcome: string, code = 'NONE', flow = 'command'): Promise<void> {
    return this.publish(
      'system/intent_outcome',
      outcomePayload(this.facts.seq, jsonOf(command), { flow, outcome, code, reason: `Scripted ${outcome}` }),
    );
  }

  zoneAck(assign: Received, changes: JsonObject = {}): Promise<void> {
    const json = jsonOf(assign);
    this.zoneId = String(json['zone_id']);
    return this.publish('zone/ack', { ...zoneAckPayload(this.facts, json), ...changes });
  }

  // Ends

  /** The connection breaks: the broker publishes the last will. */
  async vanish(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#client.once('close', () => resolve()));
    this.#client.stream.destroy();
    await closed;
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#client.endAsync(true);
  }

  // Answers by script

  async #subscribe(): Promise<void> {
    const prefix = this.prefix;
    await this.#client.subscribeAsync({
      [`${prefix}/system/heartbeat/ack`]: { qos: 1 },
      [`${prefix}/config`]: { qos: 2 },
      [`${prefix}/system/command`]: { qos: 2 },
      'kaiser/broadcast/emergency': { qos: 2 },
      [`${prefix}/actuator/+/command`]: { qos: 2 },
      [`${prefix}/actuator/emergency`]: { qos: 1 },
      [`${prefix}/zone/assign`]: { qos: 1 },
      [`${prefix}/subzone/assign`]: { qos: 1 },
      [`${prefix}/subzone/remove`]: { qos: 1 },
      [`${prefix}/subzone/safe`]: { qos: 1 },
      [`${prefix}/sensor/+/command`]: { qos: 2 },
      [`kaiser/${this.kaiserId}/server/status`]: { qos: 1 },
    });
  }

  #take(message: Received): void {
    const suffix = message.topic.startsWith(`${this.prefix}/`)
      ? message.topic.slice(this.prefix.length + 1)
      : message.topic;
    if (/^actuator\/\d+\/command$/.test(suffix)) this.#onCommand(message);
    else if (suffix === 'actuator/emergency') this.#onEmergency(jsonOf(message), true);
    else if (suffix === 'kaiser/broadcast/emergency') this.#onEmergency(jsonOf(message), false);
    else if (suffix === 'zone/assign') this.#onZone(message);
    else if (suffix === 'config') this.#onConfig(message);
  }

  #onCommand(message: Received): void {
    const gpio = pinOf(message);
    if (this.#stoppedAtMs !== undefined) {
      if (this.actuatorReplies.length > 0)
        this.#send(this.respond(message, { success: false, message: stoppedMessage }));
      return;
    }
    this.#drive(gpio, jsonOf(message));
    let chain = Promise.resolve();
    for (const step of this.actuatorReplies) {
      chain = chain.then(() => this.#pause(step.delayMs)).then(() => this.#reply(step.kind, gpio, message));
    }
    this.#send(chain);
  }

  #reply(kind: ReplyStep['kind'], gpio: number, message: Received): Promise<void> {
    if (kind === 'accepted') return this.outcome(message, 'accepted', 'COMMAND_ACCEPTED');
    if (kind === 'applied') return this.outcome(message, 'applied');
    if (kind === 'response') return this.respond(message);
    const issuedBy = jsonOf(message)['issued_by'];
    return this.#publishStatus(gpio, typeof issuedBy === 'string' ? issuedBy : '');
  }

  #drive(gpio: number, command: JsonObject): void {
    const known = this.#actuators.get(gpio) ?? { type: 'relay', state: false, pwm: 0 };
    const value = typeof command['value'] === 'number' ? command['value'] : 0;
    const name = String(command['command']).toUpperCase();
    const pwm =
      name === 'PWM' ? Math.round(value * 255) : name === 'ON' || (name === 'TOGGLE' && !known.state) ? 255 : 0;
    this.#actuators.set(gpio, { type: known.type, state: pwm > 0, pwm });
  }

  #publishStatus(gpio: number, source: string): Promise<void> {
    const { type, state, pwm } = this.#actuators.get(gpio) ?? { type: 'relay', state: false, pwm: 0 };
    const emergency = this.#stoppedAtMs === undefined ? 'normal' : 'active';
    const fields = { type, state, pwm, emergency, command_source: source };
    return this.publish(`actuator/${gpio}/status`, actuatorStatusPayload(this.facts, gpio, fields));
  }

  #onEmergency(command: JsonObject, isAddressed: boolean): void {
    const name = command['command'] ?? command['action'];
    if (name === 'emergency_stop' || name === 'stop_all') this.#send(this.#obeyStop(command, isAddressed));
    else if (isAddressed && name === 'clear_emergency') this.#send(this.#obeyClear(command));
  }

  async #obeyStop(command: JsonObject, isAddressed: boolean): Promise<void> {
    this.#stoppedAtMs ??= performance.now();
    for (const actuator of this.#actuators.values()) Object.assign(actuator, { state: false, pwm: 0 });
    if (!this.confirmsStop) return;
    for (const gpio of this.#actuators.keys()) {
      await this.publish(
        `actuator/${gpio}/alert`,
        alertPayload(this.facts, gpio, 'emergency_stop', 'Emergency stop activated'),
      );
      await this.#publishStatus(gpio, 'emergency');
    }
    if (!isAddressed) return;
    await this.publish('actuator/emergency/ack', {
      ts: unixSeconds(),
      esp_id: this.id,
      correlation_id: command['correlation_id'],
      command: 'emergency_stop',
      gpio_count: this.#actuators.size,
      outcome: 'executed',
      seq: this.facts.seq,
    });
  }

  async #obeyClear(command: JsonObject): Promise<void> {
    if (this.#stoppedAtMs !== undefined && performance.now() - this.#stoppedAtMs < clearNotBeforeMs) {
      await this.publish(
        'actuator/255/alert',
        alertPayload(this.facts, 255, 'verification_failed', 'Cleared too early'),
      );
      await this.publish('actuator/emergency/error', {
        error: 'clear_failed',
        message: 'Cleared too early',
        seq: this.facts.seq,
      });
      return;
    }
    this.#stoppedAtMs = undefined;
    if (!this.confirmsStop) return;
    await this.publish('actuator/recovery_confirm', {
      ts: unixSeconds(),
      esp_id: this.id,
      correlation_id: command['correlation_id'],
      command: 'clear_emergency',
      state: 'cleared',
      seq: this.facts.seq,
    });
    for (const gpio of this.#actuators.keys()) await this.#publishStatus(gpio, '');
  }

  #onZone(message: Received): void {
    if (this.zoneReply === 'confirm') this.#send(this.zoneAck(message));
    if (this.zoneReply === 'refuse') {
      const refusal = {
        esp_id: this.id,
        status: 'error',
        message: 'Zone validation failed',
        ts: unixSeconds(),
        seq: this.facts.seq,
      };
      this.#send(this.publish('zone/ack', { ...refusal, correlation_id: jsonOf(message)['correlation_id'] }));
    }
  }

  #onConfig(message: Received): void {
    if (this.configReply === 'silent') return;
    const json = jsonOf(message);
    const sections = [
      ['sensors', 'sensor'],
      ['actuators', 'actuator'],
    ] as const;
    for (const [key, type] of sections) {
      const items = json[key];
      if (!Array.isArray(items)) continue;
      const response = {
        seq: this.facts.seq,
        status: 'success',
        type,
        count: items.length,
        failed_count: 0,
        message: 'Configured',
      };
      this.#send(this.publish('config_response', { ...response, correlation_id: json['correlation_id'] }));
    }
    this.#send(this.outcome(message, 'persisted', 'NONE', 'config'));
  }

  /** An answer that can't be sent because the connection is gone shows in what the test waits for. */
  #send(sending: Promise<void>): void {
    sending.catch(() => undefined);
  }

  #pause(delayMs: number | undefined): Promise<void> {
    if (delayMs === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, delayMs);
      this.#timers.add(timer);
    });
  }
}

const pinOf = (message: Received): number => Number(/\/actuator\/(\d+)\//.exec(message.topic)?.[1]);
