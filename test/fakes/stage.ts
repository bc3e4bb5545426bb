/*
 * What a black-box test plays on: a broker of either kind, a console on a fresh profile, an observer that sees all traffic, and devices with
 * fresh ids. Everything is taken down in reverse order; a console that does not end cleanly fails the test file.
 */
import { ConsoleProcess, type ConsoleOptions } from './console-process';
import type { ConsoleClient } from './console-client';
import { matching, type JsonObject } from './message-log';
import { Mosquitto, type MosquittoOptions } from './mosquitto';
import { MqttObserver, type MqttLogin } from './mqtt-observer';
import { ScriptedDevice, type DeviceOptions } from './scripted-device';
import { must, until } from './wait';

export type BrokerKind = 'mosquitto' | 'embedded';

const firstDeviceNumber = 0xa0_00_01;
const answerDeadlineMs = 2_000;
const adoptionDeadlineMs = 15_000;

export class Stage implements AsyncDisposable {
  readonly kind: BrokerKind;
  readonly console: ConsoleProcess;
  readonly mosquitto: Mosquitto | undefined;
  readonly #devices: ScriptedDevice[] = [];
  readonly #logins = new Map<string, MqttLogin>();
  #observer: MqttObserver | undefined;
  #deviceNumber = firstDeviceNumber;

  private constructor(kind: BrokerKind, running: ConsoleProcess, mosquitto: Mosquitto | undefined) {
    this.kind = kind;
    this.console = running;
    this.mosquitto = mosquitto;
  }

  /**
   * `consoleOptions.port`: a fixed HTTP port, for a page that must find the console again after a restart; `broker`: another way to the same
   * broker, for example through a `FaultProxy`.
   */
  static async open(
    kind: BrokerKind,
    options: MosquittoOptions = {},
    consoleOptions: Pick<ConsoleOptions, 'port' | 'broker' | 'kaiserId' | 'nodeOptions' | 'serialPorts'> = {},
  ): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const mosquitto = kind === 'mosquitto' ? stack.use(await Mosquitto.start(options)) : undefined;
    const running = stack.use(
      await ConsoleProcess.start({ ...(mosquitto && { broker: mosquitto.url }), ...consoleOptions }),
    );
    const stage = new Stage(kind, running, mosquitto);
    await running.client.connected(10_000);
    await stage.observe();
    stack.move();
    return stage;
  }

  get client(): ConsoleClient {
    return this.console.client;
  }

  get observer(): MqttObserver {
    return must(this.#observer, 'an observer: call observe() after the broker came back');
  }

  get brokerUrl(): string {
    return this.mosquitto?.url ?? this.console.broker.url;
  }

  /** A device id that no other case of this stage has. */
  newDeviceId(): string {
    return `ESP_${(this.#deviceNumber++).toString(16).toUpperCase()}`;
  }

  /** Connects the observer, again after the broker was away. */
  async observe(): Promise<void> {
    await this.#observer?.[Symbol.asyncDispose]();
    this.#observer = await this.connectObserver();
  }

  /** A further client with full access; the caller disposes it. */
  async connectObserver(): Promise<MqttObserver> {
    return MqttObserver.connect(this.brokerUrl, await this.clientLogin());
  }

  clientLogin(): Promise<MqttLogin> {
    return this.#login('observer', { role: 'client', name: 'observer' });
  }

  /** A connected device that has said nothing yet. `url`: another way to the same broker. */
  async connectDevice(options: Partial<Pick<DeviceOptions, 'id' | 'url' | 'kaiserId'>> = {}): Promise<ScriptedDevice> {
    const id = options.id ?? this.newDeviceId();
    const login = await this.#login(id, { role: 'device', deviceId: id });
    const device = await ScriptedDevice.connect({ url: this.brokerUrl, ...options, id, ...login });
    this.#devices.push(device);
    return device;
  }

  /** A connected device that the console knows and that waits for approval. */
  async pendingDevice(): Promise<ScriptedDevice> {
    const device = await this.connectDevice();
    await device.announce();
    await this.beat(device, 'pending_approval');
    return device;
  }

  /** An approved device that is online. */
  async adoptDevice(): Promise<ScriptedDevice> {
    const device = await this.pendingDevice();
    await this.client.call('POST', `/devices/${device.id}/approve`, {});
    await this.bringOnline(device);
    return device;
  }

  /** An approved device comes again, after it or the console was away. */
  async returnDevice(id: string, epoch = 2): Promise<ScriptedDevice> {
    const device = await this.connectDevice({ id });
    await device.announce(epoch);
    await this.bringOnline(device);
    return device;
  }

  async bringOnline(device: ScriptedDevice): Promise<void> {
    await this.beat(device, 'online');
    await this.client.deviceWhen(device.id, ({ presence }) => presence === 'online');
  }

  /** Adopted, and with an actuator that the console knows from its status. */
  async adoptWithActuator(
    gpio: number,
    fields: { readonly state?: boolean; readonly pwm?: number; readonly type?: string } = {},
  ): Promise<ScriptedDevice> {
    const device = await this.adoptDevice();
    await device.actuator(gpio, fields);
    await this.actuatorWhenKnown(device, gpio);
    return device;
  }

  async actuatorWhenKnown(device: ScriptedDevice, gpio: number): Promise<void> {
    await until(
      () => this.client.actuator(device.id, gpio),
      answerDeadlineMs,
      `an actuator on pin ${gpio} of ${device.id}`,
    );
  }

  /**
   * Waits until the console has handled all that the device sent before: the device's own messages arrive in order, so a reading that
   * shows proves that what went before is done.
   */
  async settle(device: ScriptedDevice): Promise<void> {
    const raw = 1_000 + device.facts.seq;
    await device.sensor(39, 'light', raw);
    await this.client.reading(device.id, 39, 'light', (sensor) => sensor.raw === raw);
  }

  /** As `settle`, for what the observer published itself. */
  async settleObserver(device: ScriptedDevice): Promise<void> {
    const raw = 1_000 + device.facts.seq;
    const fields = {
      esp_id: device.id,
      gpio: 38,
      sensor_type: 'light',
      raw,
      ts: Math.floor(Date.now() / 1_000),
      raw_mode: true,
    };
    await this.observer.publish(`${device.prefix}/sensor/38/data`, fields);
    await this.client.reading(device.id, 38, 'light', (sensor) => sensor.raw === raw);
  }

  /** Sends heartbeats, as a device does while it waits, until one is answered with this status. */
  async beat(device: ScriptedDevice, status: string, changes: JsonObject = {}): Promise<void> {
    const from = device.received.mark();
    await until(
      async () => {
        await device.heartbeat(changes);
        return device.waitFor(matching(`${device.prefix}/system/heartbeat/ack`, { status }), answerDeadlineMs, from);
      },
      adoptionDeadlineMs,
      `a heartbeat of ${device.id} to be answered with ${status}`,
    );
  }

  /** Ends the console one way or the other and starts it again on the same profile; with its own broker, everybody has to connect again. */
  async restartConsole(ending: 'stop' | 'kill9'): Promise<void> {
    await this.console[ending]();
    await this.console.restart();
    await this.client.connected(10_000);
    if (this.kind === 'embedded') await this.observe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    if (this.mosquitto) stack.use(this.mosquitto);
    stack.use(this.console);
    if (this.#observer) stack.use(this.#observer);
    for (const device of this.#devices) stack.use(device);
  }

  async #login(key: string, account: JsonObject): Promise<MqttLogin> {
    if (this.kind === 'mosquitto') return {};
    const known = this.#logins.get(key);
    if (known) return known;
    const { username, password } = await this.client.call<Required<MqttLogin>>('POST', '/broker/accounts', account);
    this.#logins.set(key, { username, password });
    return { username, password };
  }
}
