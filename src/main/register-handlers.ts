import type { Services } from './build-rooms';
import { registerControlHandlers } from './control/control-handler';
import { registerOutcomeHandler, type OutcomeReceivers } from './control/outcome-handler';
import { registerDeviceHandlers } from './devices/device-handler';
import { DeviceReports } from './devices/device-reports';
import { registerReportHandlers } from './devices/report-handler';
import type { DeviceId } from '../shared/domain/ids';
import type { Link } from './link/link';
import { StopAnswers } from './stop/stop-answers';
import { registerStopHandlers } from './stop/stop-handler';
import { deviceError } from '../shared/wire/messages/device-error';
import { registerSensorDataHandler } from './telemetry/sensor-data-handler';
import { registerZoneHandlers } from './zones/zone-handler';

/** Which inbound message goes to which room. The subscriptions of the link follow from this list. */
export function registerHandlers({ registry: messages }: Link, services: Services): void {
  const { devices, registry, configuration, telemetry, control, actuators, stop, drills } = services;
  const showEmergency = actuators.emergency.bind(actuators);
  const answers = new StopAnswers({ stop, drills, registry, journal: devices.events, showEmergency });
  const seen = (deviceId: DeviceId) => {
    const device = registry.get(deviceId);
    if (device) devices.seen(device);
  };
  registerDeviceHandlers(messages, devices, configuration);
  const reports = new DeviceReports(registry, devices);
  registerReportHandlers(messages, reports);
  // Takes the place of the plain one: two error codes answer a stop.
  messages.register(deviceError, ({ deviceId, payload }) => {
    reports.error(deviceId, payload);
    answers.errorCode(deviceId, payload.code);
  });
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
      answers.status(deviceId, gpio, status);
    },
  });
  registerStopHandlers(messages, {
    acknowledged: (deviceId, ack) => answers.acknowledged(deviceId, ack),
    recovered: (deviceId, correlationId) => answers.recovered(deviceId, correlationId),
    recoveredWithoutId: (deviceId) => answers.recoveredWithoutId(deviceId),
    refused: (deviceId, error) => answers.refused(deviceId, error),
    alert: (deviceId, gpio, alert) => answers.alert(deviceId, gpio, alert),
  });
  registerOutcomeHandler(messages, outcomeReceivers(services, answers));
}

function outcomeReceivers({ control, configuration, registry }: Services, answers: StopAnswers): OutcomeReceivers {
  return {
    command: (deviceId, outcome) => {
      if (!answers.outcome(deviceId, outcome)) control.outcome(deviceId, outcome);
    },
    config: (deviceId, outcome) => configuration.outcome(deviceId, outcome),
    stopped: (deviceId, correlationId) => answers.stopped(deviceId, correlationId),
    recovered: (deviceId, correlationId) => answers.recovered(deviceId, correlationId),
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
