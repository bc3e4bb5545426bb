import type { DeviceId } from '../../shared/domain/ids';
import { actuatorResponse, type ActuatorResponse } from '../../shared/wire/messages/actuator-response';
import { actuatorStatus, type ActuatorStatus } from '../../shared/wire/messages/actuator-status';
import type { HandlerRegistry } from '../link/handler-registry';

export type ControlReceivers = {
  readonly responded: (deviceId: DeviceId, gpio: number, response: ActuatorResponse) => void;
  readonly observed: (deviceId: DeviceId, gpio: number, status: ActuatorStatus) => void;
};

/** Answers and states of actuators. */
export function registerControlHandlers(registry: HandlerRegistry, { responded, observed }: ControlReceivers): void {
  registry.register(actuatorResponse, ({ deviceId, gpio, payload }) => responded(deviceId, gpio, payload));
  registry.register(actuatorStatus, ({ deviceId, gpio, payload }) => observed(deviceId, gpio, payload));
}
