import { z } from 'zod';
import {
  actuatorConfigSchema,
  sensorConfigSchema,
  type ActuatorConfig,
  type SensorConfig,
} from '../../shared/wire/messages/config';
import { newOutput, switchOff } from './actuator-rules';
import { actuatorPinFault, sensorPinFault } from './board-rules';
import { outcomeMessage, statusMessage, text } from './device-messages';
import type { DeviceState, Message, Now, Payload, Step } from './device-state';

/** A fault of one item, by the names and codes of wire contract 5.5. */
type Fault = { readonly error: string; readonly code: number; readonly detail: string };

/** 5.5: a pin that is reserved, not in the board's list, or taken by something else. */
const conflict = (detail: string): Fault => ({ error: 'GPIO_CONFLICT', code: 1002, detail });
/** 5.5: no driver could be set up, because nothing is connected there. */
const notFound = (detail: string): Fault => ({ error: 'CONFIG_FAILED', code: 1041, detail });
const flow = 'config';
/** What of a push the board looks at. */
const sections = z.object({
  sensors: z.array(sensorConfigSchema).optional(),
  actuators: z.array(actuatorConfigSchema).optional(),
});

/**
 * Takes a configuration over (wire contract 5.5, 5.6). Pins that the board does not allow are refused one by one. The simulated board has its
 * sensors soldered in, so others are not found; an actuator may be set up on every free pin. Items that are left out stay as they are.
 */
export function receiveConfig(state: DeviceState, payload: Payload, now: Now): Step {
  const correlationId = text(payload['correlation_id']);
  if (correlationId === '')
    return refuse(state, 'CONTRACT_MISSING_CORRELATION', { payload, code: 'CONTRACT_CORRELATION_MISSING' }, now);
  const parsed = sections.safeParse(payload);
  if (!parsed.success) return refuse(state, 'VALIDATION_FAILED', { payload, code: 'VALIDATION_FAILED' }, now);

  const { sensors = [], actuators = [] } = parsed.data;
  const sensing = withSensors(state, sensors);
  const next = withActuators(sensing, actuators, now);
  const answers = [
    ...(parsed.data.sensors ? [sensorAnswer(state, sensors)] : []),
    ...(parsed.data.actuators ? actuatorAnswers(sensing, actuators) : []),
  ];
  const changed = next.outputs.filter((output) => !state.outputs.includes(output));
  return {
    state: next,
    out: [
      outcomeMessage(payload, { outcome: 'accepted', code: 'COMMAND_ACCEPTED', flow }, now),
      ...answers.map((answer) => responseMessage({ ...answer, correlation_id: correlationId })),
      ...changed.map((output) => statusMessage(next, output, now)),
      outcomeMessage(payload, { outcome: 'persisted', code: 'NONE', flow }, now),
    ],
  };
}

const responseMessage = (payload: Payload): Message => ({ path: 'config_response', qos: 1, payload });

/** A push that is not looked at any further; nothing has changed. */
function refuse(
  state: DeviceState,
  error: string,
  { payload, code }: { payload: Payload; code: string },
  now: Now,
): Step {
  const id = text(payload['correlation_id']);
  const answer = {
    status: 'error',
    type: 'system',
    count: 0,
    message: error,
    error_code: error,
    ...(id !== '' && { correlation_id: id }),
  };
  return { state, out: [responseMessage(answer), outcomeMessage(payload, { outcome: 'failed', code, flow }, now)] };
}

const isSameSensor = (a: SensorConfig, b: SensorConfig) => a.gpio === b.gpio && a.sensor_type === b.sensor_type;
const isSameActuator = (a: ActuatorConfig, b: ActuatorConfig) =>
  a.gpio === b.gpio && a.actuator_type === b.actuator_type;

function withSensors(state: DeviceState, sensors: readonly SensorConfig[]): DeviceState {
  return { ...state, sensors: state.sensors.map((own) => sensors.find((item) => isSameSensor(own, item)) ?? own) };
}

/** What stands in the way of a sensor; null when it is taken. */
function sensorFault({ plan, sensors, outputs }: DeviceState, item: SensorConfig): Fault | null {
  const pin = sensorPinFault(plan.board, item.gpio);
  if (pin !== null) return conflict(pin);
  if (sensors.some((own) => isSameSensor(own, item))) return null;
  const isTaken = outputs.some(({ config }) => config.active && config.gpio === item.gpio);
  if (isTaken) return conflict(`GPIO ${item.gpio} belongs to an actuator`);
  return notFound(`The simulated board has no ${item.sensor_type} on pin ${item.gpio}`);
}

/** What stands in the way of an actuator; null when it is taken. */
function actuatorFault({ plan, sensors, outputs }: DeviceState, item: ActuatorConfig): Fault | null {
  const pin = actuatorPinFault(plan.board, item.gpio);
  if (pin !== null) return conflict(pin);
  if (sensors.some(({ active, gpio }) => active && gpio === item.gpio))
    return conflict(`GPIO ${item.gpio} belongs to a sensor`);
  const other = outputs.find(({ config }) => config.gpio === item.gpio && config.actuator_type !== item.actuator_type);
  if (other) return conflict(`GPIO ${item.gpio} drives a ${other.config.actuator_type}`);
  return null;
}

/** An output whose configuration is switched inactive goes off first; one on a free pin begins switched off. */
function withActuators(state: DeviceState, actuators: readonly ActuatorConfig[], now: Now): DeviceState {
  const outputs = state.outputs.map((output) => {
    const config = actuators.find((item) => isSameActuator(output.config, item));
    if (!config) return output;
    return { ...(config.active ? output : switchOff(output, 'firmware:config', now.ms)), config };
  });
  const added = actuators
    .filter((item) => item.active && actuatorFault(state, item) === null)
    .filter((item) => !state.outputs.some(({ config }) => config.gpio === item.gpio))
    .filter((item, index, all) => all.findIndex(({ gpio }) => gpio === item.gpio) === index);
  // A stop of the device holds an output that comes to it later, too.
  const isStopped = state.stoppedAtMs !== null;
  return { ...state, outputs: [...outputs, ...added.map((item) => ({ ...newOutput(item), isStopped }))] };
}

/** One answer for all sensors of a push, with at most ten failures (5.5). */
function sensorAnswer(state: DeviceState, sensors: readonly SensorConfig[]): Payload {
  const failures = sensors.flatMap((item) => {
    const fault = sensorFault(state, item);
    if (!fault) return [];
    const { error, code, detail } = fault;
    return [{ type: 'sensor', gpio: item.gpio, error_code: code, error, detail }];
  });
  const count = sensors.length - failures.length;
  const status = failures.length === 0 ? 'success' : count === 0 ? 'error' : 'partial_success';
  const message = sensors.length === 0 ? 'No sensors configured' : `${count} configured, ${failures.length} failed`;
  const body = { status, type: 'sensor', count, message };
  return failures.length === 0 ? body : { ...body, failed_count: failures.length, failures: failures.slice(0, 10) };
}

/** One answer for each actuator that failed, or one for all that are fine (5.5). */
function actuatorAnswers(state: DeviceState, actuators: readonly ActuatorConfig[]): readonly Payload[] {
  const failures = actuators.flatMap((item) => {
    const fault = actuatorFault(state, item);
    return fault ? [{ gpio: item.gpio, fault }] : [];
  });
  if (failures.length === 0) {
    const count = actuators.length;
    const message = count === 0 ? 'No actuators configured' : `${count} configured`;
    return [{ status: 'success', type: 'actuator', count, message }];
  }
  return failures.map(({ gpio, fault }) => ({
    status: 'error',
    type: 'actuator',
    count: 0,
    message: fault.detail,
    error_code: fault.error,
    failed_item: { gpio },
  }));
}
