import type { DeviceId } from '../../shared/domain/ids';
import { actuatorAlert, type ActuatorAlert } from '../../shared/wire/messages/actuator-alert';
import { emergencyAck, recoveryConfirm } from '../../shared/wire/messages/emergency';
import type { HandlerRegistry } from '../link/handler-registry';

export type StopReceivers = {
  readonly stopped: (deviceId: DeviceId, correlationId: string | undefined) => void;
  readonly recovered: (deviceId: DeviceId) => void;
  readonly alert: (deviceId: DeviceId, gpio: number, alert: ActuatorAlert) => void;
};

/** Answers of devices to stop and clear, and their safety alerts. */
export function registerStopHandlers(registry: HandlerRegistry, { stopped, recovered, alert }: StopReceivers): void {
  registry.register(emergencyAck, ({ deviceId, payload }) => stopped(deviceId, payload.correlationId));
  registry.register(recoveryConfirm, ({ deviceId }) => recovered(deviceId));
  registry.register(actuatorAlert, ({ deviceId, gpio, payload }) => alert(deviceId, gpio, payload));
}
