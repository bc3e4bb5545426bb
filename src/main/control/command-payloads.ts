import type { CommandView } from '../../shared/api/control';
import { wireLimits } from '../../shared/wire/limits';
import type { ActuatorCommand } from '../../shared/wire/messages/actuator-command';
import type { SensorCommand } from '../../shared/wire/messages/sensor-command';
import type { SystemCommand } from '../../shared/wire/messages/system-command';
import type { SystemParams } from './system-command-table';

/** A device with valid time refuses an output's command that reaches it later than this (shared/contract/extensions.md). */
const EXPIRY_S = wireLimits.commandTerminalMs / 1000;

/** Message of an output's command (wire contract 1.17). `expires_at` goes only to devices that announce the capability `expiry`. */
export function actuatorPayload(command: CommandView, nowS: number, canExpire: boolean): ActuatorCommand {
  const { id, value, durationS, issuedBy } = command;
  const name = command.command as ActuatorCommand['command'];
  return {
    command: name,
    value: value ?? (name === 'ON' ? 1 : 0),
    duration: durationS ?? 0,
    timestamp: nowS,
    issued_by: issuedBy,
    correlation_id: id,
    intent_id: id,
    ...(canExpire && { expires_at: nowS + EXPIRY_S }),
  };
}

/** Message of "measure now" (1.15). */
export function sensorPayload(id: string, nowS: number): SensorCommand {
  return {
    command: 'measure',
    request_id: id,
    timeout_ms: wireLimits.measureTimeoutMs,
    correlation_id: id,
    intent_id: id,
    timestamp: nowS,
  };
}

/** Message of a maintenance command (1.12). A token leaves no room for intent id and time in the pool of stock firmware. */
export function systemPayload({ id, command }: CommandView, params: SystemParams, nowS: number): SystemCommand {
  const common = { command, ...params, correlation_id: id };
  return params.token === undefined ? { ...common, intent_id: id, timestamp: nowS } : common;
}
