import { wireLimits } from './limits';
import { outbound } from './message';
import { actuatorAlert } from './messages/actuator-alert';
import { actuatorCommand } from './messages/actuator-command';
import { actuatorResponse } from './messages/actuator-response';
import { actuatorStatus } from './messages/actuator-status';
import { sensorResponse, systemResponse } from './messages/command-response';
import { configPush, configResponse } from './messages/config';
import { deviceError } from './messages/device-error';
import { diagnostics } from './messages/diagnostics';
import { broadcastEmergency, deviceEmergency, emergencyAck, recoveryConfirm } from './messages/emergency';
import { emergencyError, emergencyResponse } from './messages/emergency-texts';
import { heartbeat, heartbeatAck } from './messages/heartbeat';
import { heartbeatMetrics } from './messages/heartbeat-metrics';
import { intentOutcome } from './messages/intent-outcome';
import { lifecycle } from './messages/lifecycle';
import { onewireScan } from './messages/onewire-scan';
import { queuePressure } from './messages/queue-pressure';
import { sensorCommand } from './messages/sensor-command';
import { sensorData } from './messages/sensor-data';
import { serverStatusSchema } from './messages/server-status';
import { sessionAnnounce } from './messages/session-announce';
import { subzoneAck, subzoneAssign, subzoneRemove, subzoneSafe } from './messages/subzone';
import { systemCommand } from './messages/system-command';
import { will } from './messages/will';
import { zoneAck, zoneAssign } from './messages/zone';
import type { DeviceTopic } from './topic';

/**
 * Every message of the device contract that the console speaks (wire contract 1.0). To add one: one file in messages/ with its schema,
 * QoS and budget, one line here, its row in topics/, one vector in test/vectors, then `npm run protocol`; the room that handles it
 * registers a handler for it.
 */
export const inboundMessages = {
  sessionAnnounce,
  heartbeat,
  heartbeatMetrics,
  will,
  diagnostics,
  deviceError,
  queuePressure,
  sensorData,
  actuatorResponse,
  actuatorStatus,
  actuatorAlert,
  emergencyAck,
  recoveryConfirm,
  emergencyResponse,
  emergencyError,
  intentOutcome,
  lifecycle,
  systemResponse,
  sensorResponse,
  zoneAck,
  subzoneAck,
  onewireScan,
  configResponse,
} as const;

export const outboundMessages = {
  heartbeatAck,
  sensorCommand,
  systemCommand,
  actuatorCommand,
  deviceEmergency,
  broadcastEmergency,
  zoneAssign,
  subzoneAssign,
  subzoneRemove,
  subzoneSafe,
  configPush,
} as const;

/** Stock firmware sends some messages under this kaiser id whatever its controller is called (wire contract 1.1, 1.33). */
const STOCK_KAISER = 'god';
const stockPaths: ReadonlySet<string> = new Set([sessionAnnounce.path, onewireScan.path]);

/** Whether only stock firmware sends there, under its own kaiser id. */
export function isStockAddress({ kaiserId, path }: Pick<DeviceTopic, 'kaiserId' | 'path'>): boolean {
  return kaiserId === STOCK_KAISER && stockPaths.has(path);
}

/** 1.6: retained, for all devices of the kaiser; also the console's last will. It has no device and goes past the publisher. */
export const controllerStatus = outbound({
  name: 'controller status',
  path: 'server/status',
  qos: 1,
  isVolatile: false,
  maxBytes: wireLimits.controllerStatusBytes,
  schema: serverStatusSchema,
});
