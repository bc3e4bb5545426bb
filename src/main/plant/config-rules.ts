import { z } from 'zod';
import {
  actuatorConfigSchema,
  sensorConfigSchema,
  type ActuatorConfig,
  type SensorConfig,
} from '../../shared/wire/messages/config';
import { switchOff } from './actuator-rules';
import { outcomeMessage, statusMessage, text } from './device-messages';
import type { DeviceState, Message, Now, Payload, Step } from './device-state';

/** 6.1: GPIO_CONFLICT. */
const GPIO_CONFLICT = 1002;
const flow = 'config';
/** What of a push the board looks at. */
const sections = z.object({
  sensors: z.array(sensorConfigSchema).optional(),
  actuators: z.array(actuatorConfigSchema).optional(),
});

/**
 * Takes a configuration over (wire contract 5.5, 5.6). The simulated board has its parts soldered in: what is configured for a pin that it
 * has is applied, other pins are refused one by one. Items that are left out stay as they are.
 */
export function receiveConfig(state: DeviceState, payload: Payload, now: Now): Step {
  const correlationId = text(payload['correlation_id']);
  if (correlationId === '')
    return refuse(state, 'CONTRACT_MISSING_CORRELATION', { payload, code: 'CONTRACT_CORRELATION_MISSING' }, now);
  const parsed = sections.safeParse(payload);
  if (!parsed.success) return refuse(state, 'VALIDATION_FAILED', { payload, code: 'VALIDATION_FAILED' }, now);

  const { sensors = [], actuators = [] } = parsed.data;
  const next = withActuators(withSensors(state, sensors), actuators, now);
  const answers = [
    ...(parsed.data.sensors ? [sensorAnswer(state, sensors)] : []),
    ...(parsed.data.actuators ? actuatorAnswers(state, actuators) : []),
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

/** An output whose configuration is switched inactive goes off first. */
function withActuators(state: DeviceState, actuators: readonly ActuatorConfig[], now: Now): DeviceState {
  const outputs = state.outputs.map((output) => {
    const config = actuators.find((item) => isSameActuator(output.config, item));
    if (!config) return output;
    return { ...(config.active ? output : switchOff(output, 'firmware:config', now.ms)), config };
  });
  return { ...state, outputs };
}

/** One answer for all sensors of a push, with at most ten failures (5.5). */
function sensorAnswer(state: DeviceState, sensors: readonly SensorConfig[]): Payload {
  const foreign = sensors.filter((item) => !state.sensors.some((own) => isSameSensor(own, item)));
  const failures = foreign.map(({ gpio }) => ({
    type: 'sensor',
    gpio,
    error_code: GPIO_CONFLICT,
    error: 'GPIO_CONFLICT',
    detail: noSuchPart('sensor', gpio),
  }));
  const count = sensors.length - failures.length;
  const status = failures.length === 0 ? 'success' : count === 0 ? 'error' : 'partial_success';
  const message = sensors.length === 0 ? 'No sensors configured' : `${count} configured, ${failures.length} failed`;
  const body = { status, type: 'sensor', count, message };
  return failures.length === 0 ? body : { ...body, failed_count: failures.length, failures: failures.slice(0, 10) };
}

/** One answer for each actuator that failed, or one for all that are fine (5.5). */
function actuatorAnswers(state: DeviceState, actuators: readonly ActuatorConfig[]): readonly Payload[] {
  const foreign = actuators.filter((item) => !state.outputs.some(({ config }) => isSameActuator(config, item)));
  if (foreign.length === 0) {
    const count = actuators.length;
    return [{ status: 'success', type: 'actuator', count, message: `${count} configured` }];
  }
  return foreign.map(({ gpio }) => ({
    status: 'error',
    type: 'actuator',
    count: 0,
    message: noSuchPart('actuator', gpio),
    error_code: 'GPIO_CONFLICT',
    failed_item: { gpio },
  }));
}

const noSuchPart = (type: string, gpio: number) => `The simulated board has no such ${type} on pin ${gpio}`;
