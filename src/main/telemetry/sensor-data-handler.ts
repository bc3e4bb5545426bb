import { sensorData } from '../../shared/wire/messages/sensor-data';
import type { HandlerRegistry } from '../link/handler-registry';
import type { TelemetryService } from './telemetry-service';

export function registerSensorDataHandler(registry: HandlerRegistry, telemetry: TelemetryService): void {
  registry.register(sensorData, ({ deviceId, gpio, payload, isRedelivered }) =>
    telemetry.ingest(deviceId, gpio, payload, isRedelivered),
  );
}
