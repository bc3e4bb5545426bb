/*
 * Configuration pushes and commands as a controller sends them (wire contract 1.17 and 5), with the waiting for their answers.
 */
import { randomUUID } from 'node:crypto';
import type { FirmwareScene } from './firmware-scene';
import { jsonOf, matching, type JsonObject, type Received } from './message-log';

/** A ROM whose last byte is the right CRC-8. */
export const romOf = (serial: number): string => {
  const bytes = [0x28, serial & 255, (serial >> 8) & 255, 0x8d, 0x3c, 0x0c, 0x79];
  let crc = 0;
  for (const byte of bytes) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const isSet = ((crc ^ rest) & 1) === 1;
      crc = (crc >> 1) ^ (isSet ? 0x8c : 0);
      rest >>= 1;
    }
  }
  return [...bytes, crc].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
};

export const actuator = (type: string, gpio: number, changes: JsonObject = {}): JsonObject => ({
  gpio,
  actuator_type: type,
  actuator_name: `${type} ${gpio}`,
  aux_gpio: 255,
  active: true,
  critical: false,
  inverted_logic: false,
  default_state: false,
  default_pwm: 0,
  max_runtime_ms: 3_600_000,
  subzone_id: '',
  ...changes,
});

export const sensor = (type: string, gpio: number, changes: JsonObject = {}): JsonObject => ({
  gpio,
  sensor_type: type,
  sensor_name: `${type} ${gpio}`,
  active: true,
  raw_mode: true,
  operating_mode: 'continuous',
  measurement_interval_seconds: 30,
  subzone_id: '',
  ...changes,
});

/** `limits`: the thresholds that are set. */
export const rule = (actuatorGpio: number, sensorGpio: number, type: string, limits: JsonObject): JsonObject => ({
  actuator_gpio: actuatorGpio,
  sensor_gpio: sensorGpio,
  sensor_value_type: type,
  activate_below: 0,
  deactivate_above: 0,
  activate_above: 0,
  deactivate_below: 0,
  current_state_active: false,
  ...limits,
});

let generation = 1_777_013_500_000;
/** Higher than each one before. */
export const nextGeneration = (): number => (generation += 1);

export type Push = { readonly sensors?: unknown; readonly actuators?: unknown; readonly offline_rules?: unknown };

export type PushMessage = JsonObject & { readonly correlation_id: string };

/** The whole message of 5.1; `changes` overrides fields, and a field that is set to undefined is left out. */
export function pushOf(sections: Push, changes: JsonObject = {}): PushMessage {
  const id = randomUUID();
  return {
    ...sections,
    correlation_id: id,
    intent_id: id,
    request_id: id,
    generation: nextGeneration(),
    reason_code: 'manual_config_sync',
    timestamp: 1_777_013_500,
    ...changes,
  };
}

export type PushAnswer = {
  readonly responses: readonly JsonObject[];
  readonly outcome: JsonObject;
};

/** Sends a push and waits for the end of its intent. */
export async function push(scene: FirmwareScene, sections: Push, changes: JsonObject = {}): Promise<PushAnswer> {
  const message = pushOf(sections, changes);
  const from = scene.mark();
  await scene.send('config', message);
  return pushAnswer(scene, message.correlation_id, from);
}

/** The answers to a push: its responses in the order in which they came, and the outcome that ends it. */
export async function pushAnswer(scene: FirmwareScene, correlationId: string, from = 0): Promise<PushAnswer> {
  const isEnd = (message: Received): boolean =>
    matching(`${scene.prefix}/system/intent_outcome`, { correlation_id: correlationId })(message) &&
    jsonOf(message)['outcome'] !== 'accepted';
  const outcome = await scene.hearsSuch(isEnd, `end of configuration ${correlationId}`, { from, withinMs: 2_000 });
  await scene.settle();
  const responses = scene
    .said(/^config_response$/, from)
    .map(({ json }) => json)
    .filter((json) => json['correlation_id'] === correlationId);
  return { responses, outcome: jsonOf(outcome) };
}

/** A push that must be stored completely. */
export async function configure(scene: FirmwareScene, sections: Push): Promise<void> {
  const answer = await push(scene, sections);
  const isRight =
    answer.outcome['outcome'] === 'persisted' && answer.responses.every(({ status }) => status === 'success');
  if (!isRight) throw new Error(`The configuration was not taken: ${JSON.stringify(answer)}`);
}

const namesByNumber: Readonly<Record<number, string>> = {
  1002: 'GPIO_CONFLICT',
  1041: 'CONFIG_FAILED',
  2003: 'NVS_WRITE_FAILED',
  2010: 'VALIDATION_FAILED',
  2011: 'MISSING_FIELD',
};

/** The error names of a config_response, wherever 5.5 lets them stand. */
export function errorsIn(response: JsonObject): readonly string[] {
  const failures = Array.isArray(response['failures']) ? (response['failures'] as readonly JsonObject[]) : [];
  return [response, ...failures].flatMap(({ error, error_code: code }) =>
    [error, typeof code === 'number' ? namesByNumber[code] : code].filter((name) => typeof name === 'string'),
  );
}

export type Command = { readonly id: string; readonly gpio: number; readonly from: number };

/** Sends an actuator command with fresh, equal ids. */
export async function command(
  scene: FirmwareScene,
  gpio: number,
  name: string,
  changes: JsonObject = {},
): Promise<Command> {
  const id = randomUUID();
  const from = scene.mark();
  const ids = { correlation_id: id, intent_id: id };
  await scene.send(`actuator/${gpio}/command`, {
    command: name,
    value: 0,
    duration: 0,
    issued_by: 'user:mira',
    ...ids,
    ...changes,
  });
  const given = changes['correlation_id'];
  return { id: typeof given === 'string' ? given : id, gpio, from };
}

export const responseTo = (scene: FirmwareScene, { id, gpio, from }: Command): Promise<JsonObject> =>
  scene.hearsJson(`actuator/${gpio}/response`, { correlation_id: id }, { from });

/** An outcome of an intent; without `fields` the first one. */
export const outcomeOf = (scene: FirmwareScene, id: string, fields: JsonObject = {}, from = 0): Promise<JsonObject> =>
  scene.hearsJson('system/intent_outcome', { correlation_id: id, ...fields }, { from });

/** A command that must be carried out: its response and the status that follows. */
export async function drive(
  scene: FirmwareScene,
  gpio: number,
  name: string,
  changes: JsonObject = {},
): Promise<JsonObject> {
  const sent = await command(scene, gpio, name, changes);
  const response = await responseTo(scene, sent);
  if (response['success'] !== true) throw new Error(`${name} on pin ${gpio} failed: ${JSON.stringify(response)}`);
  await outcomeOf(scene, sent.id, { outcome: 'applied' });
  return scene.hearsJson(`actuator/${gpio}/status`, {}, { from: sent.from });
}

/** Asks for something harmless and waits for the answer: whatever was sent before has been dealt with. */
export async function fence(scene: FirmwareScene): Promise<JsonObject> {
  const id = randomUUID();
  const from = scene.mark();
  await scene.send('system/command', { command: 'status', correlation_id: id, intent_id: id });
  return scene.hearsJson('system/command/response', { command: 'status' }, { from, withinMs: 2_000 });
}
