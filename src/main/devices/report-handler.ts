import { deviceError } from '../../shared/wire/messages/device-error';
import { diagnostics } from '../../shared/wire/messages/diagnostics';
import { heartbeatMetrics } from '../../shared/wire/messages/heartbeat-metrics';
import { CHAIN_STAGE, lifecycle } from '../../shared/wire/messages/lifecycle';
import { queuePressure } from '../../shared/wire/messages/queue-pressure';
import type { HandlerRegistry } from '../link/handler-registry';
import type { DeviceReports } from './device-reports';

/** Reports of devices about themselves. */
export function registerReportHandlers(registry: HandlerRegistry, reports: DeviceReports): void {
  registry.register(diagnostics, ({ deviceId, payload }) => reports.diagnostics(deviceId, payload));
  registry.register(heartbeatMetrics, ({ deviceId, payload }) => reports.metrics(deviceId, payload));
  registry.register(deviceError, ({ deviceId, payload }) => reports.error(deviceId, payload));
  registry.register(queuePressure, ({ deviceId, payload }) => reports.queuePressure(deviceId, payload));
  registry.register(lifecycle, ({ deviceId, payload }) => {
    // A single intent has up to nine steps; its outcome is recorded, the steps would only fill the journal.
    if (payload.event === CHAIN_STAGE) reports.heard(deviceId);
    else reports.event(deviceId, 'device.lifecycle', payload.event, payload);
  });
}
