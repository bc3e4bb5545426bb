import type { DeviceId } from '../../shared/domain/ids';
import { actuatorAlert, type ActuatorAlert } from '../../shared/wire/messages/actuator-alert';
import { emergencyAck, recoveryConfirm, type EmergencyAck } from '../../shared/wire/messages/emergency';
import { emergencyError, emergencyResponse, type EmergencyError } from '../../shared/wire/messages/emergency-texts';
import type { HandlerRegistry } from '../link/handler-registry';

export type StopReceivers = {
  readonly acknowledged: (deviceId: DeviceId, ack: EmergencyAck) => void;
  readonly recovered: (deviceId: DeviceId, correlationId: string | undefined) => void;
  readonly recoveredWithoutId: (deviceId: DeviceId) => void;
  readonly refused: (deviceId: DeviceId, error: EmergencyError) => void;
  readonly alert: (deviceId: DeviceId, gpio: number, alert: ActuatorAlert) => void;
};

/** Word of the legacy answer to a clear. */
const CLEARED = 'emergency_cleared';

/** Answers of devices to stop, clear and drill, and their safety alerts. */
export function registerStopHandlers(registry: HandlerRegistry, receivers: StopReceivers): void {
  registry.register(emergencyAck, ({ deviceId, payload }) => receivers.acknowledged(deviceId, payload));
  registry.register(recoveryConfirm, ({ deviceId, payload }) => receivers.recovered(deviceId, payload.correlationId));
  registry.register(emergencyResponse, ({ deviceId, payload }) => {
    if (payload.status === CLEARED) receivers.recoveredWithoutId(deviceId);
  });
  registry.register(emergencyError, ({ deviceId, payload }) => receivers.refused(deviceId, payload));
  registry.register(actuatorAlert, ({ deviceId, gpio, payload }) => receivers.alert(deviceId, gpio, payload));
}
