import type { DeviceId } from '../../shared/domain/ids';
import { actuatorResponse, type ActuatorResponse } from '../../shared/wire/messages/actuator-response';
import { actuatorStatus, type ActuatorStatus } from '../../shared/wire/messages/actuator-status';
import {
  sensorResponse,
  systemResponse,
  type SensorResponse,
  type SystemResponse,
} from '../../shared/wire/messages/command-response';
import { onewireScan, type OnewireScan } from '../../shared/wire/messages/onewire-scan';
import type { HandlerRegistry } from '../link/handler-registry';

export type ControlReceivers = {
  readonly responded: (deviceId: DeviceId, gpio: number, response: ActuatorResponse) => void;
  readonly observed: (deviceId: DeviceId, gpio: number, status: ActuatorStatus) => void;
  readonly measured: (deviceId: DeviceId, gpio: number, response: SensorResponse) => void;
  readonly systemAnswered: (deviceId: DeviceId, response: SystemResponse) => void;
  readonly scanned: (deviceId: DeviceId, scan: OnewireScan) => void;
};

/** Answers to commands of all kinds, and states of actuators. */
export function registerControlHandlers(registry: HandlerRegistry, receivers: ControlReceivers): void {
  const { responded, observed, measured, systemAnswered, scanned } = receivers;
  registry.register(actuatorResponse, ({ deviceId, gpio, payload }) => responded(deviceId, gpio, payload));
  registry.register(actuatorStatus, ({ deviceId, gpio, payload }) => observed(deviceId, gpio, payload));
  registry.register(sensorResponse, ({ deviceId, gpio, payload }) => measured(deviceId, gpio, payload));
  registry.register(systemResponse, ({ deviceId, payload }) => systemAnswered(deviceId, payload));
  registry.register(onewireScan, ({ deviceId, payload }) => scanned(deviceId, payload));
}
