import type { Services } from './build-rooms';
import { registerControlHandlers } from './control/control-handler';
import { registerOutcomeHandler, type OutcomeReceivers } from './control/outcome-handler';
import { registerDeviceHandlers } from './devices/device-handler';
import { DeviceReports } from './devices/device-reports';
import { registerReportHandlers } from './devices/report-handler';
import type { DeviceId } from '../shared/domain/ids';
import type { Link } from './link/link';
import { registerStopHandlers, type StopReceivers } from './stop/stop-handler';
import { registerSensorDataHandler } from './telemetry/sensor-data-handler';
import { registerZoneHandlers } from './zones/zone-handler';

/** Alert types that mean that the device latched a stop (wire contract 1.20). */
const STOP_ALERT = 'emergency_stop';
/** Pin of a device-wide alert. */
const DEVICE_WIDE = 255;

/** Which inbound message goes to which room. The subscriptions of the link follow from this list. */
export function registerHandlers({ registry: messages }: Link, services: Services): void {
  const { devices, registry, configuration, telemetry, control, actuators, stop } = services;
  const recovered = (deviceId: DeviceId) => {
    actuators.emergency(deviceId, 'normal');
    stop.recovered(deviceId);
  };
  const seen = (deviceId: DeviceId) => {
    const device = registry.get(deviceId);
    if (device) devices.seen(device);
  };
  registerDeviceHandlers(messages, devices, configuration);
  registerReportHandlers(messages, new DeviceReports(registry, devices));
  registerSensorDataHandler(messages, telemetry);
  registerZoneHandlers(messages, services, seen);
  registerControlHandlers(messages, {
    responded: (deviceId, gpio, response) => control.responded(deviceId, gpio, response),
    measured: (deviceId, gpio, response) => {
      seen(deviceId);
      control.measured(deviceId, gpio, response);
    },
    systemAnswered: (deviceId, response) => {
      seen(deviceId);
      control.systemAnswered(deviceId, response);
    },
    scanned: (deviceId, scan) => {
      seen(deviceId);
      control.scanned(deviceId, scan);
    },
    observed: (deviceId, gpio, status) => {
      actuators.observe(deviceId, gpio, status);
      const { active, known } = actuators.emergencyPins(deviceId);
      if (known > 0 && active === known) stop.confirmed(deviceId, undefined);
      if (active === 0) stop.recovered(deviceId);
    },
  });
  registerStopHandlers(messages, stopReceivers(services, recovered));
  registerOutcomeHandler(messages, outcomeReceivers(services, recovered));
}

type Recovered = (deviceId: DeviceId) => void;

function stopReceivers({ stop, registry, devices, actuators }: Services, recovered: Recovered): StopReceivers {
  return {
    stopped: (deviceId, correlationId) => stop.confirmed(deviceId, correlationId),
    recovered,
    refused: (deviceId, { error, message }) => {
      const device = registry.get(deviceId);
      if (!device) return;
      const text = message ?? error ?? 'no reason given';
      devices.events.add({
        kind: 'stop.refused',
        deviceId,
        actor: `device:${deviceId}`,
        message: `${device.name} refused a stop or clear: ${text}`,
        details: { error },
      });
      registry.warn(device, {
        code: 'emergency_refused',
        message: `The device refused a stop or a clear (${text}).`,
        raw: error,
      });
    },
    alert: (deviceId, gpio, { alertType, message }) => {
      const device = registry.get(deviceId);
      if (!device) return;
      if (alertType === STOP_ALERT) actuators.emergency(deviceId, 'active', gpio === DEVICE_WIDE ? undefined : gpio);
      devices.events.add({
        kind: 'device.alert',
        deviceId,
        actor: `device:${deviceId}`,
        message: `${device.name}: ${message || alertType}`,
        details: { alertType, gpio },
      });
    },
  };
}

function outcomeReceivers(
  { control, configuration, stop, registry }: Services,
  recovered: Recovered,
): OutcomeReceivers {
  return {
    command: (deviceId, outcome) => control.outcome(deviceId, outcome),
    config: (deviceId, outcome) => configuration.outcome(deviceId, outcome),
    stopped: (deviceId, correlationId) => stop.confirmed(deviceId, correlationId),
    recovered,
    unknown: (deviceId, { rawOutcome }) => {
      const device = registry.get(deviceId);
      if (device)
        registry.warn(device, {
          code: 'unknown_outcome',
          message: 'The device reported an outcome that the contract does not know; it counts as failed.',
          raw: rawOutcome,
        });
    },
  };
}
