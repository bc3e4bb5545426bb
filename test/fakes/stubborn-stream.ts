import mqtt, { type MqttClient } from 'mqtt';
import { sensorPayload } from './device-payloads';
import { plainConnection, type MqttLogin } from './mqtt-observer';
import { until } from './wait';

export type StubbornStreamOptions = MqttLogin & {
  readonly url: string;
  readonly deviceId: string;
  readonly gpio: number;
  readonly ratePerSecond: number;
};

const reconnectMs = 250;
const tickMs = 20;
/** Readings without an acknowledgement; after a loss they are all sent again, as a device does it. */
const inFlightLimit = 50;

/**
 * Numbered QoS 1 readings of one device that connects again whenever its connection is lost and repeats what was not acknowledged. The raw
 * value of type `light` is the number. It knows which numbers the broker has acknowledged.
 */
export class StubbornStream implements AsyncDisposable {
  readonly acknowledged = new Set<number>();
  connections = 0;
  readonly #options: StubbornStreamOptions;
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;
  readonly #startedMs = performance.now();
  #sent = 0;
  #isHalted = false;

  constructor(options: StubbornStreamOptions) {
    this.#options = options;
    this.#client = mqtt.connect(options.url, {
      ...plainConnection(options),
      clientId: `stream-${options.deviceId}`,
      reconnectPeriod: reconnectMs,
    });
    this.#client.on('connect', () => {
      this.connections += 1;
    });
    this.#client.on('error', () => undefined); // A lost broker shows in the counts.
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get sent(): number {
    return this.#sent;
  }

  /** Stops sending and waits until everything is acknowledged. */
  async finish(deadlineMs: number): Promise<number> {
    this.#isHalted = true;
    await until(() => this.acknowledged.size === this.#sent, deadlineMs, 'the broker to acknowledge the whole stream');
    return this.#sent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true);
  }

  #tick(): void {
    const due = ((performance.now() - this.#startedMs) / 1_000) * this.#options.ratePerSecond;
    while (
      !this.#isHalted &&
      this.#client.connected &&
      this.#sent < due &&
      this.#sent - this.acknowledged.size < inFlightLimit
    )
      this.#publish();
  }

  #publish(): void {
    const { deviceId, gpio } = this.#options;
    const seq = ++this.#sent;
    const payload = sensorPayload({ id: deviceId, zoneId: '', seq }, gpio, 'light', seq);
    this.#client.publish(
      `kaiser/god/esp/${deviceId}/sensor/${gpio}/data`,
      JSON.stringify(payload),
      { qos: 1 },
      (error) => {
        if (!error) this.acknowledged.add(seq);
      },
    );
  }
}
