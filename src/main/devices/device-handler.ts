import { configResponse } from '../../shared/wire/messages/config';
import { heartbeat } from '../../shared/wire/messages/heartbeat';
import { sessionAnnounce } from '../../shared/wire/messages/session-announce';
import { will } from '../../shared/wire/messages/will';
import type { HandlerRegistry } from '../link/handler-registry';
import type { DeviceConfiguration } from './configuration';
import type { DeviceService } from './device-service';

/** Inbound messages of discovery, presence and configuration. */
export function registerDeviceHandlers(
  registry: HandlerRegistry,
  devices: DeviceService,
  configuration: DeviceConfiguration,
): void {
  registry.register(
    heartbeat,
    ({ deviceId, payload }) => devices.heartbeat(deviceId, payload),
    ({ deviceId, reason }) => devices.malformedHeartbeat(deviceId, reason),
  );
  registry.register(sessionAnnounce, ({ deviceId, payload }) => devices.announce(deviceId, payload));
  registry.register(will, ({ deviceId, payload, isRetained, isRedelivered }) =>
    devices.will(deviceId, payload, isRetained, isRedelivered),
  );
  registry.register(configResponse, ({ deviceId, payload }) => configuration.answered(deviceId, payload));
}
