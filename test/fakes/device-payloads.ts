/*
 * Payloads that a device sends, field by field as in the wire contract, sections 1.1 to 1.31. Used by `ScriptedDevice`, and by tests that publish
 * in a device's name.
 */
import type { JsonObject } from './message-log';

export const unixSeconds = (): number => Math.floor(Date.now() / 1_000);

export type DeviceFacts = { readonly id: string; readonly zoneId: string; readonly seq: number };

export const announcePayload = (id: string, epoch: number): JsonObject => ({
  esp_id: id,
  handover_epoch: epoch,
  session_epoch: epoch,
  reason: epoch === 1 ? 'boot' : 'reconnect',
  ts_ms: Date.now(),
  boot_ts: String(unixSeconds() - 60),
});

export const willPayload = (id: string): JsonObject => ({
  status: 'offline',
  esp_id: id,
  reason: 'unexpected_disconnect',
  timestamp: unixSeconds(),
});

export const heartbeatPayload = (id: string, zoneId: string): JsonObject => ({
  esp_id: id,
  zone_id: zoneId,
  master_zone_id: '',
  zone_assigned: zoneId !== '',
  ts: unixSeconds(),
  time_valid: true,
  boot_sequence_id: `${id}-b7-r1`,
  reset_reason: 'POWERON',
  segment_start_ts: unixSeconds() - 12_399,
  uptime: 12_399,
  heap_free: 151_232,
  wifi_rssi: -58,
  sensor_count: 1,
  actuator_count: 1,
  wifi_ip: '10.0.4.17',
  active_handover_epoch: 0,
  handover_completed_epoch: 0,
  persistence_degraded: false,
  persistence_degraded_reason: 'NONE',
  runtime_state_degraded: false,
  mqtt_circuit_breaker_open: false,
  wifi_circuit_breaker_open: false,
  network_degraded: false,
  config_status: {
    wifi_configured: true,
    zone_assigned: zoneId !== '',
    system_configured: true,
    subzone_count: 0,
    boot_count: 7,
    state: 9,
  },
});

export const sensorPayload = (
  { id, zoneId, seq }: DeviceFacts,
  gpio: number,
  type: string,
  raw: number,
): JsonObject => ({
  esp_id: id,
  seq,
  zone_id: zoneId,
  subzone_id: '',
  gpio,
  sensor_type: type,
  raw,
  quality: 'good',
  ts: unixSeconds(),
  time_valid: true,
  raw_mode: true,
});

export const actuatorStatusPayload = (
  { id, zoneId, seq }: DeviceFacts,
  gpio: number,
  fields: JsonObject,
): JsonObject => ({
  esp_id: id,
  seq,
  zone_id: zoneId,
  subzone_id: '',
  ts: unixSeconds(),
  gpio,
  type: 'relay',
  state: false,
  pwm: 0,
  runtime_ms: 0,
  emergency: 'normal',
  command_source: '',
  ...fields,
});

export const responsePayload = ({ id, zoneId, seq }: DeviceFacts, gpio: number, command: JsonObject): JsonObject => ({
  esp_id: id,
  seq,
  zone_id: zoneId,
  ts: unixSeconds(),
  gpio,
  command: command['command'],
  value: command['value'] ?? 0,
  duration: command['duration'] ?? 0,
  success: true,
  message: 'Command executed',
  correlation_id: command['correlation_id'],
  issued_by: command['issued_by'],
});

export type Outcome = {
  readonly flow: string;
  readonly outcome: string;
  readonly code: string;
  readonly reason: string;
};

const legacyStatus = (outcome: string): string => {
  if (outcome === 'persisted') return 'success';
  return outcome === 'accepted' || outcome === 'applied' ? 'processing' : outcome;
};

export const outcomePayload = (
  seq: number,
  intent: JsonObject,
  { flow, outcome, code, reason }: Outcome,
): JsonObject => ({
  seq,
  flow,
  intent_id: intent['intent_id'] ?? intent['correlation_id'],
  correlation_id: intent['correlation_id'],
  generation: 0,
  created_at_ms: 0,
  ttl_ms: 0,
  epoch: 1,
  outcome,
  contract_version: 2,
  semantic_mode: 'target',
  legacy_status: legacyStatus(outcome),
  target_status: outcome,
  code,
  reason,
  retryable: outcome === 'failed',
  critical: false,
  retry_limit: 5,
  retry_count: 0,
  recovered: false,
  delivery_mode: 'direct',
  ts: unixSeconds(),
});

export const zoneAckPayload = ({ id, zoneId, seq }: DeviceFacts, assign: JsonObject): JsonObject => ({
  esp_id: id,
  status: zoneId === '' ? 'zone_removed' : 'zone_assigned',
  zone_id: zoneId,
  master_zone_id: assign['master_zone_id'] ?? '',
  ts: unixSeconds(),
  seq,
  correlation_id: assign['correlation_id'],
});

export const alertPayload = (
  { id, zoneId, seq }: DeviceFacts,
  gpio: number,
  alertType: string,
  message: string,
): JsonObject => ({
  esp_id: id,
  seq,
  zone_id: zoneId,
  ts: unixSeconds(),
  gpio,
  alert_type: alertType,
  message,
});
