import { PWM_FULL_SCALE } from '../../shared/domain/actuator-types';
import { runtimeOf, type Output } from './actuator-rules';
import type { DeviceState, Message, Now, Payload } from './device-state';

/** Capacity of a simulated heap, bytes: a steady value, as a board without leaks shows it. */
const HEAP_FREE_BYTES = 151_000;
/** `config_status.state` of wire contract 9.5. */
const OPERATIONAL = 9;
const PENDING_APPROVAL = 10;

/** A text field of a payload; anything else counts as missing. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Status of one output (wire contract 1.19). */
export function statusMessage(state: DeviceState, output: Output, now: Now): Message {
  const { gpio, actuator_type: type, subzone_id } = output.config;
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
export function heartbeatMessage(state: DeviceState, now: Now, rssiDbm: number): Message {
  const { plan, zoneId, masterZoneId, outputs, sensors, bootNumber } = state;
  const payload = {
    esp_id: plan.id,
    zone_id: zoneId,
    master_zone_id: masterZoneId,
    zone_assigned: zoneId !== '',
    ts: now.nowS,
    time_valid: true,
    boot_sequence_id: `${plan.id}-b${bootNumber}-r1`,
    reset_reason: 'POWERON',
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
      subzone_count: 0,
      boot_count: bootNumber,
      state: state.approval === 'approved' ? OPERATIONAL : PENDING_APPROVAL,
    },
    firmware_version: 'demo',
    hardware_type: 'simulated',
    capabilities: ['zone_free_commands'],
  };
  return { path: 'system/heartbeat', qos: 0, payload };
}
