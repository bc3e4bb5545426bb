import type { ConfigSections } from '../../../../src/shared/api/devices';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import {
  actuatorConfigSchema,
  configResponse,
  offlineRuleSchema,
  sensorConfigSchema,
  type ActuatorConfig,
  type OfflineRule,
  type SensorConfig,
} from '../../../../src/shared/wire/messages/config';
import { intentOutcome } from '../../../../src/shared/wire/messages/intent-outcome';
import { A, OPERATOR, found, type Core } from './core-bench';

/** Configuration as the tests of this room speak of it. */

export const sensor = (gpio: number, sensor_type = 'ds18b20', more: Partial<SensorConfig> = {}): SensorConfig =>
  sensorConfigSchema.parse({ gpio, sensor_type, sensor_name: `S${gpio}`, ...more });
export const actuator = (gpio: number, more: Partial<ActuatorConfig> = {}): ActuatorConfig =>
  actuatorConfigSchema.parse({ gpio, actuator_type: 'relay', actuator_name: `A${gpio}`, ...more });
export const rule = (actuator_gpio: number, sensor_gpio: number, more: Partial<OfflineRule> = {}): OfflineRule =>
  offlineRuleSchema.parse({ actuator_gpio, sensor_gpio, sensor_value_type: 'ds18b20', activate_below: 18, ...more });

/** Pushes and returns the id of the operation. */
export function push(core: Core, sections: ConfigSections, device: DeviceId = A): string {
  const result = core.configuration.push(device, sections, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.id;
}

/** What the refusal of a push says, or null. */
export function refusal(core: Core, sections: ConfigSections) {
  const result = core.configuration.push(A, sections, OPERATOR);
  return result.ok ? null : result.error;
}

export const answer = (core: Core, id: string, fields: Record<string, unknown>, from: DeviceId = A) =>
  core.configuration.answered(from, configResponse.schema.parse({ correlation_id: id, status: 'success', ...fields }));

export const outcome = (
  core: Core,
  id: string | undefined,
  word: string,
  { from = A, ...more }: { from?: DeviceId; [field: string]: unknown } = {},
) =>
  core.configuration.outcome(
    from,
    intentOutcome.schema.parse({ flow: 'config', outcome: word, correlation_id: id, ...more }),
  );

/** State and reason of an operation. */
export function operation(core: Core, id: string) {
  const result = core.operations.get(id);
  if (!result.ok) throw new Error(result.error.message);
  return [result.value.state, result.value.reason];
}

export const config = (core: Core) => found(core.registry.get(A)).config;
/** Every configuration that was sent, oldest first. */
export const pushed = (core: Core) => core.connection.to('/config').map(({ payload }) => payload);
/** The last configuration that was sent. */
export const last = (core: Core) => found(pushed(core).at(-1));
export const lastId = (core: Core) => String(last(core)['correlation_id']);

/** The device confirms all of the last message. */
export function confirmLast(core: Core): void {
  const payload = last(core);
  const id = lastId(core);
  if (payload['sensors']) answer(core, id, { type: 'sensor' });
  if (payload['actuators']) answer(core, id, { type: 'actuator' });
  outcome(core, id, 'persisted');
}

/** Lets the device go and come back. */
export function leave(core: Core): void {
  core.devices.will(A, { reason: 'crash', timestamp: 0 }, false);
}
