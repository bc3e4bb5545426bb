import { connect, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { BROADCAST_EMERGENCY_TOPIC, deviceTopic, serverStatusTopic } from '../../shared/wire/topic';
import type { Clock } from '../clock';
import type { DemoDevicePlan } from './demo-plan';
import { diagnosticsMessage, heartbeatMessage, metricsMessage, readingMessage, statusMessage } from './device-messages';
import { initialState, rebooted, receive, tick } from './device-state';
import type { DeviceState, Message, Now, Step } from './device-state';
import { receiveBroadcast } from './emergency-rules';

/** A device asks this often until its gate is open, then this often (the contract's minute would make a dull demo). */
const HEARTBEAT_CLOSED_MS = 5_000;
const HEARTBEAT_OPEN_MS = 15_000;
const STATUS_MS = 30_000;
const DIAGNOSTICS_MS = 60_000;
/** The counters go out with every so many heartbeats (wire contract 1.3). */
const METRICS_EVERY = 5;
const TICK_MS = 250;
const KEEP_ALIVE_S = 60;
const RECONNECT_MS = 2_000;
/** At stop: time for the messages under way and the DISCONNECT, ms. */
const GOODBYE_MS = 500;

/** What the console sends to a device, with the QoS and in the order of stock firmware (wire contract 1.0). */
const SUBSCRIPTIONS = [
  ['system/heartbeat/ack', 1],
  ['config', 2],
  ['system/command', 2],
  ['actuator/+/command', 2],
  ['actuator/emergency', 1],
  ['zone/assign', 1],
  ['subzone/assign', 1],
  ['subzone/remove', 1],
  ['subzone/safe', 1],
  ['sensor/+/command', 2],
] as const;
/** Sent while the gate is closed (2.1); the rest waits for the first acknowledgement. */
const PASSES_GATE =
  /^(system\/heartbeat|session\/announce|(sub)?zone\/ack|config_response|system\/command\/response|(actuator|sensor)\/\w+\/response|actuator\/emergency\/error|system\/error)/;

export type DeviceOptions = {
  readonly plan: DemoDevicePlan;
  readonly brokerUrl: string;
  readonly kaiserId: string;
  readonly login: { readonly username: string; readonly password: string };
  readonly clock: Clock;
  readonly log: Logger;
  /** What one of its sensors would read now; undefined for one that is not there. */
  readonly sample: (gpio: number, type: string) => number | undefined;
};

/** A simulated device on its own MQTT connection. It behaves by device-state.ts; here are only socket and timers. */
export class SimulatedDevice {
  private client: MqttClient | undefined;
  private state: DeviceState;
  private seq = 0;
  private isSubscribed = false;
  private heartbeatAtMs = 0;
  private heartbeats = 0;
  private statusAtMs = 0;
  private diagnosticsAtMs = 0;
  private cancelTick: () => void = () => undefined;

  constructor(private readonly options: DeviceOptions) {
    // The console's start time numbers the boots: larger each time, without anything stored.
    this.state = initialState(options.plan, options.clock.monotonic(), Math.floor(options.clock.now() / 1000));
  }

  /** Seconds between two readings of a sensor; null when it is switched off or measures on demand only. */
  intervalS(gpio: number, type: string): number | null {
    const config = this.state.sensors.find((sensor) => sensor.gpio === gpio && sensor.sensor_type === type);
    const isMeasuring = config?.active === true && config.operating_mode === 'continuous';
    return isMeasuring ? config.measurement_interval_seconds : null;
  }

  /** Levels of the outputs by pin, for the climate. */
  get levels(): ReadonlyMap<number, number> {
    return new Map(this.state.outputs.map(({ config, level }) => [config.gpio, level]));
  }

  start(): void {
    const { plan, brokerUrl, login, kaiserId, clock, log } = this.options;
    const { hostname, port } = new URL(brokerUrl);
    const willPayload = JSON.stringify({
      status: 'offline',
      esp_id: plan.id,
      reason: 'unexpected_disconnect',
      timestamp: Math.floor(clock.now() / 1000),
    });
    const client = connect({
      protocol: 'mqtt',
      host: hostname,
      port: Number(port),
      clientId: plan.id,
      ...login,
      clean: true,
      keepalive: KEEP_ALIVE_S,
      reconnectPeriod: RECONNECT_MS,
      resubscribe: false,
      will: {
        topic: deviceTopic(kaiserId, plan.id, 'system/will'),
        payload: Buffer.from(willPayload),
        qos: 1,
        retain: true,
      },
    });
    this.client = client;
    client.on('connect', () => this.connected(client));
    client.on('message', (topic, payload) => this.message(topic, payload));
    client.on('error', (error) => log.debug({ err: error, device: plan.id }, 'simulated device'));
    this.cancelTick = clock.every(TICK_MS, () => this.tick());
  }

  /** Says goodbye, so that the broker sends no last will; a broker that does not take it in time is left without a word. */
  async stop(): Promise<void> {
    this.cancelTick();
    const { client } = this;
    this.client = undefined;
    if (!client) return;
    await new Promise<void>((resolve) => {
      // mqtt.js waits for its unacknowledged messages, for ever if need be, even when the socket is gone.
      const cancel = this.options.clock.after(GOODBYE_MS, () => {
        client.stream.destroy();
        resolve();
      });
      client.end(!client.connected, {}, () => {
        cancel();
        resolve();
      });
    });
  }

  /** Sends one reading (wire contract 1.13), unless the gate is closed. */
  reading(gpio: number, type: string, raw: number): void {
    this.send(readingMessage(this.state, { gpio, type, raw }, this.now()));
  }

  private connected(client: MqttClient): void {
    const { plan, kaiserId } = this.options;
    this.state = { ...this.state, isGateOpen: false };
    this.isSubscribed = false;
    const { nowS } = this.now();
    this.send({
      path: 'session/announce',
      qos: 1,
      payload: {
        esp_id: plan.id,
        handover_epoch: this.state.epoch,
        session_epoch: this.state.epoch,
        reason: this.state.resetReason === 'SW' ? 'reboot' : 'boot',
        ts_ms: nowS * 1000,
      },
    });
    const own = SUBSCRIPTIONS.map(([path, qos]) => [deviceTopic(kaiserId, plan.id, path), { qos }] as const);
    const common = [
      [BROADCAST_EMERGENCY_TOPIC, { qos: 2 }] as const,
      [serverStatusTopic(kaiserId), { qos: 1 }] as const,
    ];
    client.subscribe(Object.fromEntries([...own, ...common]), () => {
      this.isSubscribed = true; // before that, an answer to a heartbeat would be lost
      this.heartbeat();
    });
  }

  private message(topic: string, bytes: Buffer): void {
    const payload = parse(bytes);
    const prefix = deviceTopic(this.options.kaiserId, this.options.plan.id, '');
    if (topic === BROADCAST_EMERGENCY_TOPIC) this.take(receiveBroadcast(this.state, payload, this.now()));
    else if (payload && topic.startsWith(prefix))
      this.take(receive(this.state, topic.slice(prefix.length), payload, this.now()));
  }

  private take({ state, out }: Step): void {
    const hasOpened = state.isGateOpen && !this.state.isGateOpen;
    const hasMoved = state.zoneId !== this.state.zoneId;
    this.state = state;
    for (const message of out) this.send(message);
    if (hasOpened) this.statuses();
    if (hasMoved) this.heartbeat();
  }

  private tick(): void {
    const now = this.now();
    if (this.reboot(now)) return;
    this.take(tick(this.state, now));
    if (now.ms - this.heartbeatAtMs >= (this.state.isGateOpen ? HEARTBEAT_OPEN_MS : HEARTBEAT_CLOSED_MS))
      this.heartbeat();
    if (now.ms - this.statusAtMs >= STATUS_MS) this.statuses();
    if (now.ms - this.diagnosticsAtMs < DIAGNOSTICS_MS) return;
    this.diagnosticsAtMs = now.ms;
    this.send(diagnosticsMessage(this.state, now));
  }

  /** A reboot that is due: the connection breaks without a goodbye, as that of a real board does, and comes back by itself. */
  private reboot(now: Now): boolean {
    const state = rebooted(this.state, now.ms);
    if (!state) return false;
    this.state = state;
    this.seq = 0;
    this.client?.stream.destroy();
    return true;
  }

  private heartbeat(): void {
    if (!this.isSubscribed) return;
    const now = this.now();
    this.heartbeatAtMs = now.ms;
    this.send(heartbeatMessage(this.state, now));
    this.heartbeats += 1;
    if (this.heartbeats % METRICS_EVERY === 0) this.send(metricsMessage(this.state, now));
  }

  private statuses(): void {
    const now = this.now();
    this.statusAtMs = now.ms;
    for (const output of this.state.outputs) this.send(statusMessage(this.state, output, now));
  }

  private send({ path, qos, payload }: Message): void {
    const { client } = this;
    if (!client?.connected || (!this.state.isGateOpen && !PASSES_GATE.test(path))) return;
    // Heartbeats carry no number and use none up (wire contract 0.4): the console would see a gap after each.
    const body = path === 'system/heartbeat' ? payload : { ...payload, seq: (this.seq += 1) };
    client.publish(deviceTopic(this.options.kaiserId, this.options.plan.id, path), JSON.stringify(body), { qos });
  }

  private now(): Now {
    const { clock, sample } = this.options;
    return { nowS: Math.floor(clock.now() / 1000), ms: clock.monotonic(), sample };
  }
}

function parse(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
