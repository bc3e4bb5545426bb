/*
 * A console whose only broker is hostile, and the numbered readings of one decent device through that broker.
 */
import { readFileSync } from 'node:fs';
import { ConsoleProcess } from './console-process';
import { announcePayload, heartbeatPayload, sensorPayload } from './device-payloads';
import { HostileBroker, type ProtocolVersion } from './hostile-broker';
import { until } from './wait';

export const markerId = 'ESP_AFFE01';
export const markerGpio = 34;

const recoveryDeadlineMs = 30_000;
const answerDeadlineMs = 2_000;
const logTailCharacters = 3_000;

export class HostileScene implements AsyncDisposable {
  readonly broker: HostileBroker;
  readonly running: ConsoleProcess;
  sent = 0;
  repeated = 0;
  readonly acknowledged = new Set<number>();

  private constructor(broker: HostileBroker, running: ConsoleProcess) {
    this.broker = broker;
    this.running = running;
  }

  /** Connected, with the decent device adopted. */
  static async open(version: ProtocolVersion): Promise<HostileScene> {
    await using stack = new AsyncDisposableStack();
    const broker = stack.use(await HostileBroker.start(version));
    const running = stack.use(await ConsoleProcess.start({ broker: broker.url }));
    const scene = new HostileScene(broker, running);
    await broker.serving();
    await running.client.connected(recoveryDeadlineMs);
    await scene.adopt(markerId);
    await scene.deliverMarker(answerDeadlineMs);
    stack.move();
    return scene;
  }

  get rssMb(): number {
    const status = readFileSync(`/proc/${this.running.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024);
  }

  async adopt(id: string): Promise<void> {
    const say = (path: string, payload: object): Promise<boolean> =>
      this.broker.deliver(`kaiser/god/esp/${id}/${path}`, Buffer.from(JSON.stringify(payload)), answerDeadlineMs);
    await say('session/announce', announcePayload(id, 1));
    await say('system/heartbeat', heartbeatPayload(id, ''));
    await until(
      async () => (await this.running.api('POST', `/devices/${id}/approve`, {})).status === 200,
      recoveryDeadlineMs,
      `${id} to be approved`,
    );
    await say('system/heartbeat', heartbeatPayload(id, ''));
  }

  /**
   * Delivers the next reading until it is acknowledged, as a broker does. A connection that does not acknowledge within `patienceMs` waits
   * for bytes that never come, so it is ended.
   */
  async deliverMarker(patienceMs: number): Promise<void> {
    const number = ++this.sent;
    const reading = sensorPayload({ id: markerId, zoneId: '', seq: number }, markerGpio, 'light', number);
    const topic = `kaiser/god/esp/${markerId}/sensor/${markerGpio}/data`;
    const payload = Buffer.from(JSON.stringify(reading));
    let isRepeated = false;
    const attempt = async (): Promise<boolean> => {
      if (!this.running.isRunning) return true; // told below
      await this.broker.serving();
      if (isRepeated) this.repeated += 1;
      const isTaken = await this.broker.deliver(topic, payload, patienceMs, isRepeated);
      isRepeated = true;
      if (!isTaken) this.broker.drop();
      return isTaken;
    };
    await until(attempt, recoveryDeadlineMs, `marker ${number} to be acknowledged`);
    if (!this.running.isRunning) throw new Error(`The console crashed:\n${this.running.log.slice(-logTailCharacters)}`);
    this.acknowledged.add(number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.broker);
    stack.use(this.running);
  }
}
