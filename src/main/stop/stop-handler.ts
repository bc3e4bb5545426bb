import type { DeviceId } from '../../shared/domain/ids';
import { actuatorAlert, type ActuatorAlert } from '../../shared/wire/messages/actuator-alert';
import { emergencyAck, recoveryConfirm } from '../../shared/wire/messages/emergency';
import { emergencyError, emergencyResponse, type EmergencyError } from '../../shared/wire/messages/emergency-texts';
import type { HandlerRegistry } from '../link/handler-registry';

export type StopReceivers = {
  readonly stopped: (deviceId: DeviceId, correlationId: string | undefined) => void;
  readonly recovered: (deviceId: DeviceId) => void;
  readonly refused: (deviceId: DeviceId, error: EmergencyError) => void;
  readonly alert: (deviceId: DeviceId, gpio: number, alert: ActuatorAlert) => void;
};

/** Word of the legacy answer to a clear. */
const CLEARED = 'emergency_cleared';

/** Answers of devices to stop and clear, and their safety alerts. */
export function registerStopHandlers(
  registry: HandlerRegistry,
  { stopped, recovered, refused, alert }: StopReceivers,
): void {
  registry.register(emergencyAck, ({ deviceId, payload }) => stopped(deviceId, payload.correlationId));
  registry.register(recoveryConfirm, ({ deviceId }) => recovered(deviceId));
  registry.register(emergencyResponse, ({ deviceId, payload }) => {
    if (payload.status === CLEARED) recovered(deviceId);
  });
  registry.register(emergencyError, ({ deviceId, payload }) => refused(deviceId, payload));
  registry.register(actuatorAlert, ({ deviceId, gpio, payload }) => alert(deviceId, gpio, payload));
}
