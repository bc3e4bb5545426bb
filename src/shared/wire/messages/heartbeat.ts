import { z } from 'zod';
import { wireLimits } from '../limits';
import { inbound, outbound } from '../message';
import { epoch, optionalFlag, optionalInt, optionalText } from './fields';

/** Names behind `config_status.state` (9.5); the index is the wire value. */
export const systemStates = [
  'BOOT', 'WIFI_SETUP', 'WIFI_CONNECTED', 'MQTT_CONNECTING', 'MQTT_CONNECTED', 'AWAITING_USER_CONFIG', 'ZONE_CONFIGURED',
  'SENSORS_CONFIGURED', 'CONFIG_PENDING_AFTER_RESET', 'OPERATIONAL', 'PENDING_APPROVAL', 'LIBRARY_DOWNLOADING', 'SAFE_MODE',
  'SAFE_MODE_PROVISIONING', 'ERROR',
] as const; // prettier-ignore

const configStatus = z.object({ subzone_count: optionalInt, boot_count: optionalInt, state: optionalInt });

/** 1.2: liveness and registration request. `ts`, `uptime`, `heap_free` and `wifi_rssi` are required integers. */
export const heartbeat = inbound({
  name: 'heartbeat',
  path: 'system/heartbeat',
  qos: 0,
  watchesStrays: false, // system/heartbeat/ack is ours
  schema: z
    .object({
      ts: z.int(),
      uptime: z.int(),
      heap_free: z.int().optional(),
      free_heap: z.int().optional(),
      wifi_rssi: z.int(),
      zone_id: optionalText,
      zone_assigned: optionalFlag,
      time_valid: optionalFlag,
      boot_sequence_id: optionalText,
      reset_reason: optionalText,
      sensor_count: optionalInt,
      active_sensors: optionalInt,
      actuator_count: optionalInt,
      active_actuators: optionalInt,
      wifi_ip: optionalText,
      active_handover_epoch: epoch.nullish().transform((value) => value ?? undefined),
      persistence_degraded: optionalFlag,
      runtime_state_degraded: optionalFlag,
      network_degraded: optionalFlag,
      config_status: configStatus.optional().catch(undefined),
      system_state: optionalText,
      firmware_version: optionalText,
      hardware_type: optionalText,
      capabilities: z.array(z.string().max(32)).max(12).optional().catch(undefined),
    })
    .refine((payload) => (payload.heap_free ?? payload.free_heap) !== undefined, 'heap_free is missing')
    .transform(
      ({ heap_free, free_heap, sensor_count, active_sensors, actuator_count, active_actuators, ...payload }) => ({
        ...payload,
        heap_free: heap_free ?? free_heap ?? 0,
        sensor_count: sensor_count ?? active_sensors,
        actuator_count: actuator_count ?? active_actuators,
      }),
    ),
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
