import { connectAsync, type MqttClient } from 'mqtt';
import { unixSeconds } from './device-payloads';
import { plainConnection, type MqttLogin } from './mqtt-observer';
import { until } from './wait';

export type ReadingStreamOptions = MqttLogin & {
  readonly url: string;
  readonly deviceIds: readonly string[];
  readonly gpio: number;
  /** Readings per second over all devices. */
  readonly ratePerSecond: number;
};

/** Readings that a broker has not acknowledged yet, per connection. */
const inFlightLimit = 500;
const tickMs = 10;

type Lane = {
  readonly client: MqttClient;
  readonly deviceId: string;
  sent: number;
  acknowledged: number;
  readonly failures: string[];
};

/**
 * Numbered QoS 1 readings: each device counts 1, 2, 3 … in `seq`, and the raw value of type `light` is that number, so that a stored value
 * names the reading it came from. One connection for each device, steady rate, until `finish`.
 */
export class ReadingStream implements AsyncDisposable {
  readonly #options: ReadingStreamOptions;
  readonly #lanes: Lane[] = [];
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;

  private constructor(options: ReadingStreamOptions) {
    this.#options = options;
  }

  static async start(options: ReadingStreamOptions): Promise<ReadingStream> {
    const stream = new ReadingStream(options);
    for (const deviceId of options.deviceIds) {
      const client = await connectAsync(options.url, plainConnection(options), false);
      client.on('error', () => undefined); // A lost broker shows in the counts.
      stream.#lanes.push({ client, deviceId, sent: 0, acknowledged: 0, failures: [] });
    }
    stream.#startedMs = performance.now();
    stream.#timer = setInterval(() => stream.#tick(), tickMs);
    return stream;
  }

  get acknowledged(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.acknowledged, 0);
  }

  /** Stops sending and waits until the broker has acknowledged all: the highest number for each device. */
  async finish(deadlineMs: number): Promise<ReadonlyMap<string, number>> {
    this.#halt();
    await until(
      () => this.#lanes.every((lane) => lane.acknowledged === lane.sent),
      deadlineMs,
      'the broker to acknowledge the whole stream',
    );
    return new Map(this.#lanes.map(({ deviceId, sent }) => [deviceId, sent]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#halt();
    await Promise.all(this.#lanes.map(({ client }) => client.endAsync(true)));
  }

  #halt(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const due = ((performance.now() - this.#startedMs) / 1_000) * (this.#options.ratePerSecond / this.#lanes.length);
    for (const lane of this.#lanes) {
      while (lane.sent < due && lane.sent - lane.acknowledged < inFlightLimit && lane.client.connected)
        this.#publish(lane);
    }
  }

  #publish(lane: Lane): void {
    const { gpio } = this.#options;
    const seq = ++lane.sent;
    const reading = {
      esp_id: lane.deviceId,
      seq,
      zone_id: '',
      subzone_id: '',
      gpio,
      sensor_type: 'light',
      raw: seq,
      quality: 'good',
      ts: unixSeconds(),
      time_valid: true,
      raw_mode: true,
    };
    lane.client.publish(
      `kaiser/god/esp/${lane.deviceId}/sensor/${gpio}/data`,
      JSON.stringify(reading),
      { qos: 1 },
      (error) => {
        if (error) lane.failures.push(error.message);
        else lane.acknowledged += 1;
      },
    );
  }
}
