import { z } from 'zod';
import { must } from '../../domain/assert';
import { wireLimits } from '../limits';
import { inbound, outbound, type Violation } from '../message';
import {
  epoch,
  hasSegment,
  optionalFlag,
  optionalInt,
  optionalText,
  resetReasons,
  segmentFields,
  segmentMissing,
  unknownWord,
  wrongTypes,
} from './fields';
import { pickCounters, splitCounterFields } from './heartbeat-metrics';

/** Names behind `config_status.state` (9.5); the index is the wire value. */
export const systemStates = [
  'BOOT', 'WIFI_SETUP', 'WIFI_CONNECTED', 'MQTT_CONNECTING', 'MQTT_CONNECTED', 'AWAITING_USER_CONFIG', 'ZONE_CONFIGURED',
  'SENSORS_CONFIGURED', 'CONFIG_PENDING_AFTER_RESET', 'OPERATIONAL', 'PENDING_APPROVAL', 'LIBRARY_DOWNLOADING', 'SAFE_MODE',
  'SAFE_MODE_PROVISIONING', 'ERROR',
] as const; // prettier-ignore

const configStatus = z.object({ subzone_count: optionalInt, boot_count: optionalInt, state: optionalInt });

/** Name behind a state number of stock firmware; a number that has none stays visible as it came. */
export function systemStateOf(state: number): string {
  return systemStates[state] ?? String(state);
}

function unknownStateNumber(state: number | undefined): readonly Violation[] {
  if (state === undefined || systemStates[state] !== undefined) return [];
  return [{ code: 'unknown_system_state', field: 'config_status.state', raw: String(state) }];
}

/** Optional fields; one of a wrong type is left out and flagged, because the contract refuses a heartbeat for its required ones only (1.2). */
const optionalNames = [
  'zone_id', 'zone_assigned', 'time_valid', 'boot_sequence_id', 'reset_reason', 'sensor_count', 'actuator_count', 'wifi_ip',
  'active_handover_epoch', 'handover_completed_epoch', 'persistence_degraded', 'persistence_degraded_reason', 'runtime_state_degraded',
  'mqtt_circuit_breaker_open', 'wifi_circuit_breaker_open', 'network_degraded', 'config_status', 'system_state', 'firmware_version',
  'hardware_type', 'capabilities',
] as const; // prettier-ignore

/** 1.2: liveness and registration request. `ts`, `uptime`, `heap_free` and `wifi_rssi` are required integers. Counters may come along (1.3). */
export const heartbeat = inbound({
  name: 'heartbeat',
  path: 'system/heartbeat',
  qos: 0,
  watchesStrays: false, // system/heartbeat/ack is ours
  aliases: ['heartbeat'],
  isHeardFromAll: true,
  schema: z
    .object({
      ts: z.int(),
      uptime: z.int(),
      heap_free: z.int().optional(),
      free_heap: optionalInt.catch(undefined),
      wifi_rssi: z.int(),
      zone_id: optionalText.catch(undefined),
      zone_assigned: optionalFlag.catch(undefined),
      time_valid: optionalFlag.catch(undefined),
      metrics_schema_version: segmentFields.metrics_schema_version.catch(undefined),
      boot_sequence_id: segmentFields.boot_sequence_id.catch(undefined),
      reset_reason: segmentFields.reset_reason.catch(undefined),
      segment_start_ts: segmentFields.segment_start_ts.catch(undefined),
      sensor_count: optionalInt.catch(undefined),
      active_sensors: optionalInt.catch(undefined),
      actuator_count: optionalInt.catch(undefined),
      active_actuators: optionalInt.catch(undefined),
      wifi_ip: optionalText.catch(undefined),
      active_handover_epoch: epoch
        .nullish()
        .transform((value) => value ?? undefined)
        .catch(undefined),
      handover_completed_epoch: optionalInt.catch(undefined),
      persistence_degraded: optionalFlag.catch(undefined),
      persistence_degraded_reason: optionalText.catch(undefined),
      runtime_state_degraded: optionalFlag.catch(undefined),
      mqtt_circuit_breaker_open: optionalFlag.catch(undefined),
      wifi_circuit_breaker_open: optionalFlag.catch(undefined),
      network_degraded: optionalFlag.catch(undefined),
      config_status: configStatus
        .nullish()
        .transform((value) => value ?? undefined)
        .catch(undefined),
      system_state: optionalText.catch(undefined),
      firmware_version: optionalText.catch(undefined),
      hardware_type: optionalText.catch(undefined),
      capabilities: z
        .array(z.string().max(32))
        .max(12)
        .nullish()
        .transform((value) => value ?? undefined)
        .catch(undefined),
      ...splitCounterFields,
    })
    .refine((payload) => (payload.heap_free ?? payload.free_heap) !== undefined, 'heap_free is missing')
    .refine(hasSegment, segmentMissing)
    .transform((beat) => ({
      ts: beat.ts,
      uptime: beat.uptime,
      heap_free: must(beat.heap_free ?? beat.free_heap, 'the refinement asks for one'),
      wifi_rssi: beat.wifi_rssi,
      zone_id: beat.zone_id,
      zone_assigned: beat.zone_assigned,
      time_valid: beat.time_valid,
      boot_sequence_id: beat.boot_sequence_id,
      reset_reason: beat.reset_reason,
      sensor_count: beat.sensor_count ?? beat.active_sensors,
      actuator_count: beat.actuator_count ?? beat.active_actuators,
      wifi_ip: beat.wifi_ip,
      active_handover_epoch: beat.active_handover_epoch,
      handover_completed_epoch: beat.handover_completed_epoch,
      persistence_degraded: beat.persistence_degraded,
      persistence_degraded_reason: beat.persistence_degraded_reason,
      runtime_state_degraded: beat.runtime_state_degraded,
      mqtt_circuit_breaker_open: beat.mqtt_circuit_breaker_open,
      wifi_circuit_breaker_open: beat.wifi_circuit_breaker_open,
      network_degraded: beat.network_degraded,
      config_status: beat.config_status,
      system_state: beat.system_state,
      firmware_version: beat.firmware_version,
      hardware_type: beat.hardware_type,
      capabilities: beat.capabilities,
      ...pickCounters(beat),
    })),
  review: (beat, raw) => [
    ...wrongTypes(beat, raw, optionalNames),
    ...(beat.system_state === undefined
      ? unknownStateNumber(beat.config_status?.state)
      : unknownWord('unknown_system_state', 'system_state', beat.system_state, systemStates)),
    ...unknownWord('unknown_reset_reason', 'reset_reason', beat.reset_reason, resetReasons),
  ],
});
export type Heartbeat = z.infer<typeof heartbeat.schema>;

/**
 * 1.4: answer to a heartbeat; opens the device's publish gate. Only the short form is sent: stock firmware drops a longer one
 * (2.2, "known flaw").
 */
export const heartbeatAck = outbound({
  name: 'heartbeat acknowledgement',
  path: 'system/heartbeat/ack',
  qos: 1,
  isVolatile: true,
  maxBytes: wireLimits.heartbeatAckBytes,
  poolBytes: wireLimits.heartbeatAckPoolBytes,
  schema: z.strictObject({
    status: z.enum(['online', 'approved', 'pending_approval', 'rejected', 'error']),
    handover_epoch: epoch.min(1),
    server_time: z.int(),
    error: z.string().max(66).optional(),
  }),
});
export type HeartbeatAck = z.infer<typeof heartbeatAck.schema>;
