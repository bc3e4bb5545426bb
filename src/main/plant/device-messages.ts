import { PWM_FULL_SCALE } from '../../shared/domain/actuator-types';
import { runtimeOf, type Output } from './actuator-rules';
import type { DeviceState, Message, Now, Payload } from './device-state';

/** Capacity of a simulated heap, bytes: a steady value, as a board without leaks shows it. */
export const HEAP_FREE_BYTES = 151_000;
/** The least that was ever free. */
export const HEAP_MIN_BYTES = 121_000;
/** `config_status.state` of wire contract 9.5. */
const OPERATIONAL = 9;
const PENDING_APPROVAL = 10;

/** `config_status.state` and the answer to `status`. */
export const stateNumber = (state: DeviceState): number =>
  state.approval === 'approved' ? OPERATIONAL : PENDING_APPROVAL;

/** A text field of a payload; anything else counts as missing. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Status of one output (wire contract 1.19). */
export function statusMessage(state: DeviceState, output: Output, now: Now): Message {
  const { gpio, actuator_type: type, subzone_id: configured } = output.config;
  const subzone_id = state.subzones.find(({ gpios }) => gpios.includes(gpio))?.id ?? configured;
  const payload = {
    esp_id: state.plan.id,
    zone_id: state.zoneId,
    subzone_id,
    ts: now.nowS,
    gpio,
    type,
    state: output.level > 0,
    pwm: Math.round(output.level * PWM_FULL_SCALE),
    runtime_ms: Math.round(runtimeOf(output, now.ms)),
    emergency: !output.isStopped ? 'normal' : state.clearing ? 'clearing' : 'active',
    command_source: output.source,
  };
  return { path: `actuator/${gpio}/status`, qos: 1, payload };
}

/** Safety event of one output (wire contract 1.20); pin 255 is the device as a whole. */
export function alertMessage(
  state: DeviceState,
  gpio: number,
  alert: { type: string; message: string },
  now: Now,
): Message {
  const { plan, zoneId } = state;
  const payload = {
    esp_id: plan.id,
    zone_id: zoneId,
    ts: now.nowS,
    gpio,
    alert_type: alert.type,
    message: alert.message,
  };
  return { path: `actuator/${gpio}/alert`, qos: 1, payload };
}

/** Error event (wire contract 1.8). */
export function errorMessage(
  state: DeviceState,
  error: { code: number; category: string; message: string },
  now: Now,
): Message {
  const context = { esp_id: state.plan.id, uptime_ms: Math.round(now.ms - state.bootMs) };
  const { code, category, message } = error;
  return {
    path: 'system/error',
    qos: 1,
    payload: { error_code: code, severity: 2, category, message, context, ts: now.nowS },
  };
}

export type OutcomeText = {
  readonly outcome: string;
  readonly code: string;
  readonly reason?: string;
  readonly flow?: string;
};

/** Step of an intent's life (wire contract 1.10); `intent` is the payload that asked for it. */
export function outcomeMessage(
  intent: Payload,
  { outcome, code, reason = '', flow = 'command' }: OutcomeText,
  now: Now,
): Message {
  const id = text(intent['correlation_id']);
  const payload = {
    flow,
    intent_id: text(intent['intent_id']) || id,
    correlation_id: id,
    generation: typeof intent['generation'] === 'number' ? intent['generation'] : 0,
    outcome,
    contract_version: 2,
    semantic_mode: 'target',
    legacy_status:
      outcome === 'persisted' ? 'success' : outcome === 'accepted' || outcome === 'applied' ? 'processing' : outcome,
    target_status: outcome,
    code,
    reason,
    retryable: outcome === 'failed',
    critical: false,
    recovered: false,
    delivery_mode: 'direct',
    ts: now.nowS,
  };
  return { path: 'system/intent_outcome', qos: 1, payload };
}

/** Heartbeat (wire contract 1.2, and our extensions). */
export function heartbeatMessage(state: DeviceState, now: Now): Message {
  const { plan, zoneId, masterZoneId, outputs, sensors, bootNumber, resetReason, rssiDbm } = state;
  const payload = {
    esp_id: plan.id,
    zone_id: zoneId,
    master_zone_id: masterZoneId,
    zone_assigned: zoneId !== '',
    ts: now.nowS,
    time_valid: true,
    boot_sequence_id: `${plan.id}-b${bootNumber}-r${resetReason === 'POWERON' ? 1 : 3}`,
    reset_reason: resetReason,
    segment_start_ts: now.nowS - Math.floor((now.ms - state.bootMs) / 1000),
    uptime: Math.floor((now.ms - state.bootMs) / 1000),
    heap_free: HEAP_FREE_BYTES,
    wifi_rssi: rssiDbm,
    sensor_count: sensors.filter(({ active }) => active).length,
    actuator_count: outputs.filter(({ config }) => config.active).length,
    active_handover_epoch: 0,
    persistence_degraded: false,
    runtime_state_degraded: false,
    network_degraded: false,
    config_status: {
      wifi_configured: true,
      zone_assigned: zoneId !== '',
      system_configured: true,
      subzone_count: state.subzones.length,
      boot_count: bootNumber,
      state: stateNumber(state),
    },
    firmware_version: 'demo',
    hardware_type: plan.board,
    capabilities: plan.capabilities,
  };
  return { path: 'system/heartbeat', qos: 0, payload };
}

/** Counters beside the heartbeat (wire contract 1.3). A device of the demo loses nothing. */
export function metricsMessage({ plan }: DeviceState, now: Now): Message {
  const payload = {
    esp_id: plan.id,
    ts: now.nowS,
    metrics_schema_version: 1,
    offline_enter_count: 0,
    persistence_drift_count: 0,
    publish_outbox_drop_count: 0,
    publish_queue_fill: 0,
    publish_queue_hwm: 3,
    publish_queue_drop_count: 0,
    sensor_command_queue_overflow_count: 0,
    safe_publish_retry_count: 0,
    emergency_rejected_no_token_total: 0,
  };
  return { path: 'system/heartbeat_metrics', qos: 0, payload };
}

/** Health report (wire contract 1.7). `ts` is Unix time as in our firmware (register of discrepancies, 27). */
export function diagnosticsMessage(state: DeviceState, now: Now): Message {
  const { plan, sensors, outputs, rssiDbm, resetReason } = state;
  const payload = {
    ts: now.nowS,
    esp_id: plan.id,
    heap_free: HEAP_FREE_BYTES,
    heap_min_free: HEAP_MIN_BYTES,
    heap_fragmentation: 14,
    uptime_seconds: Math.floor((now.ms - state.bootMs) / 1000),
    error_count: 0,
    wifi_connected: true,
    wifi_rssi: rssiDbm,
    mqtt_connected: true,
    sensor_count: sensors.filter(({ active }) => active).length,
    actuator_count: outputs.filter(({ config }) => config.active).length,
    system_state: state.approval === 'approved' ? 'OPERATIONAL' : 'PENDING_APPROVAL',
    boot_reason: resetReason,
    mqtt_cb_state: 'CLOSED',
    wdt_mode: 'PRODUCTION',
    metrics_schema_version: 1,
  };
  return { path: 'system/diagnostics', qos: 0, payload };
}

/** One reading (wire contract 1.13). */
export function readingMessage(
  state: DeviceState,
  { gpio, type, raw }: { gpio: number; type: string; raw: number },
  now: Now,
): Message {
  const payload = {
    esp_id: state.plan.id,
    zone_id: state.zoneId,
    subzone_id: state.subzones.find(({ gpios }) => gpios.includes(gpio))?.id ?? '',
    gpio,
    sensor_type: type,
    raw,
    quality: 'good',
    ts: now.nowS,
    time_valid: true,
    raw_mode: true,
  };
  return { path: `sensor/${gpio}/data`, qos: 1, payload };
}
