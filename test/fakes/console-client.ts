/*
 * The console's HTTP interface, version 1, as a script uses it: single requests, and waits for a state by asking again. Used by every black-box
 * test, through `ConsoleProcess` and `Stage`; it knows the API's description only, no code of the console.
 */
import type {
  ActuatorAnswer,
  CommandAccepted,
  CommandAnswer,
  Counters,
  DeviceAnswer,
  OperationAnswer,
  Page,
  Sample,
  SensorAnswer,
  StatusAnswer,
  StopAnswer,
} from './console-answers';
import { must, until } from './wait';

export type Answer<T> = { readonly status: number; readonly body: T };

const requestDeadlineMs = 10_000;
const pageSize = 1_000;

/** The console's HTTP interface as a script sees it. */
export class ConsoleClient {
  readonly #base: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#base = `${url.replace(/\/$/, '')}/api/v1`;
    this.#token = token;
  }

  /** One request, whatever the answer's status. */
  async api<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      signal: AbortSignal.timeout(requestDeadlineMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parseAnswer(text) as T };
  }

  /** One request that has to succeed: its body. */
  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.api<T>(method, path, body);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  status(): Promise<StatusAnswer> {
    return this.call('GET', '/status');
  }

  async counters(): Promise<Counters> {
    return (await this.status()).counters;
  }

  devices(): Promise<readonly DeviceAnswer[]> {
    return this.call('GET', '/devices');
  }

  device(id: string): Promise<DeviceAnswer> {
    return this.call('GET', `/devices/${id}`);
  }

  sensors(id: string): Promise<readonly SensorAnswer[]> {
    return this.call('GET', `/devices/${id}/sensors`);
  }

  async sensor(id: string, gpio: number, type: string): Promise<SensorAnswer | undefined> {
    return (await this.sensors(id)).find((sensor) => sensor.gpio === gpio && sensor.type === type);
  }

  async actuator(id: string, gpio: number): Promise<ActuatorAnswer | undefined> {
    const actuators = await this.call<readonly ActuatorAnswer[]>('GET', `/devices/${id}/actuators`);
    return actuators.find((actuator) => actuator.gpio === gpio);
  }

  sendCommand(id: string, gpio: number, body: unknown): Promise<CommandAccepted> {
    return this.call('POST', `/devices/${id}/actuators/${gpio}/command`, body);
  }

  command(commandId: string): Promise<CommandAnswer> {
    return this.call('GET', `/commands/${commandId}`);
  }

  operation(operationId: string): Promise<OperationAnswer> {
    return this.call('GET', `/operations/${operationId}`);
  }

  async stop(stopId: string): Promise<StopAnswer> {
    const stops = await this.call<readonly StopAnswer[]>('GET', '/stop');
    return must(
      stops.find(({ id }) => id === stopId),
      `stop ${stopId} in GET /stop`,
    );
  }

  /** Waits until a zone, subzone or configuration operation is in this state. */
  operationWhen(operationId: string, state: OperationAnswer['state'], deadlineMs = 3_000): Promise<OperationAnswer> {
    return until(
      async () => {
        const operation = await this.operation(operationId);
        if (operation.state !== state) throw new Error(JSON.stringify(operation));
        return operation;
      },
      deadlineMs,
      `operation ${operationId} to be ${state}`,
    );
  }

  /** Every stored sample of a series between two times, at full resolution, over all pages. */
  async samples(seriesId: string | number, fromMs: number, toMs: number): Promise<readonly Sample[]> {
    const samples: Sample[] = [];
    const range = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}&limit=${pageSize}`;
    let cursor: string | undefined;
    do {
      const next: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page<Sample> = await this.call<Page<Sample>>(
        'GET',
        `/series/${encodeURIComponent(seriesId)}/samples?${range}${next}`,
      );
      samples.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return samples;
  }

  /** Waits until the sensor's current reading fits. */
  reading(id: string, gpio: number, type: string, fits: (sensor: SensorAnswer) => boolean): Promise<SensorAnswer> {
    return until(
      async () => {
        const sensor = await this.sensor(id, gpio, type);
        if (!sensor) throw new Error(`no ${type} on pin ${gpio} of ${id}`);
        if (!fits(sensor)) throw new Error(JSON.stringify(sensor));
        return sensor;
      },
      3_000,
      `a fitting ${type} reading of ${id}`,
    );
  }

  /** Waits until the device's description fits. */
  deviceWhen(id: string, fits: (device: DeviceAnswer) => boolean, deadlineMs = 3_000): Promise<DeviceAnswer> {
    return until(
      async () => {
        const device = await this.device(id);
        if (!fits(device)) throw new Error(JSON.stringify(device));
        return device;
      },
      deadlineMs,
      `device ${id} to get there`,
    );
  }

  /** Waits until the command is in one of these states. */
  commandWhen(
    commandId: string,
    states: readonly CommandAnswer['state'][],
    deadlineMs = 3_000,
  ): Promise<CommandAnswer> {
    return until(
      async () => {
        const command = await this.command(commandId);
        if (!states.includes(command.state)) throw new Error(JSON.stringify(command));
        return command;
      },
      deadlineMs,
      `command ${commandId} to become ${states.join(' or ')}`,
    );
  }

  /** Waits until /status reports a connection to the broker. */
  connected(deadlineMs: number): Promise<StatusAnswer> {
    return until(
      async () => {
        const status = await this.status();
        if (status.broker.state !== 'online') throw new Error(JSON.stringify(status.broker));
        return status;
      },
      deadlineMs,
      'the console to be connected to the broker',
    );
  }
}

function parseAnswer(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
