import type { DeviceHealth } from '../../shared/api/devices';
import { deviceTimeMs } from '../../shared/wire/timestamp';
import { heartbeat, systemStateOf, type Heartbeat, type HeartbeatAck } from '../../shared/wire/messages/heartbeat';

export type Approval = 'pending' | 'approved' | 'rejected';

/** A rejected device may ask again after this (wire contract 2.7). */
export const REJECTION_MS = 300_000;
/** A device clock that is off by more than this is worth a warning. */
export const MAX_CLOCK_SKEW_S = 30;

const ackStatus = { pending: 'pending_approval', approved: 'online', rejected: 'rejected' } as const;

/** Epoch of the acknowledgement (wire contract 2.4): the active one, else the announced one, never below 1. */
export function ackEpoch(activeEpoch: number | undefined, announcedEpoch: number): number {
  return activeEpoch !== undefined && activeEpoch > 0 ? activeEpoch : Math.max(1, announcedEpoch);
}

/** The short acknowledgement that fits the 256-byte pool of stock firmware (2.2). */
export function heartbeatAnswer(approval: Approval, epoch: number, nowMs: number): HeartbeatAck {
  return { status: ackStatus[approval], handover_epoch: epoch, server_time: Math.floor(nowMs / 1000) };
}

/** Answer to a heartbeat that breaks the contract; resets the device's server time-out (1.2). `detail` is cut to 50 characters. */
export function errorAnswer(epoch: number, nowMs: number, detail: string): HeartbeatAck {
  return {
    status: 'error',
    handover_epoch: epoch,
    server_time: Math.floor(nowMs / 1000),
    error: `invalid_payload:${detail.slice(0, 50)}`,
  };
}

/** Health as a heartbeat tells it. `clockSkewS` is device time minus receive time, absent while its clock is not set. */
export function healthOf(beat: Heartbeat, nowMs: number): DeviceHealth {
  const time = deviceTimeMs(beat.ts, beat.time_valid ?? true);
  const number = beat.config_status?.state;
  const state = beat.system_state ?? (number === undefined ? undefined : systemStateOf(number));
  const health: { [name in keyof DeviceHealth]: DeviceHealth[name] | undefined } = {
    rssiDbm: beat.wifi_rssi,
    heapFreeBytes: beat.heap_free,
    uptimeS: beat.uptime,
    ip: beat.wifi_ip,
    firmwareVersion: beat.firmware_version,
    hardwareType: beat.hardware_type,
    systemState: state,
    resetReason: beat.reset_reason,
    sensorCount: beat.sensor_count,
    actuatorCount: beat.actuator_count,
    zoneId: beat.zone_id,
    zoneAssigned: beat.zone_assigned,
    handoverCompletedEpoch: beat.handover_completed_epoch,
    persistenceDegraded: beat.persistence_degraded,
    persistenceReason: beat.persistence_degraded_reason,
    runtimeDegraded: beat.runtime_state_degraded,
    networkDegraded: beat.network_degraded,
    mqttBreakerOpen: beat.mqtt_circuit_breaker_open,
    wifiBreakerOpen: beat.wifi_circuit_breaker_open,
    clockSkewS: time === null ? undefined : Math.round((time - nowMs) / 1000),
    capabilities: beat.capabilities,
  };
  return Object.fromEntries(Object.entries(health).filter(([, value]) => value !== undefined));
}

/**
 * Health after a heartbeat. What it does not tell stays as it was, except for what is true only for the moment: the skew of a clock that is
 * not set any more, counters that are too old, and extensions: a device that was given stock firmware would take a drill for a stop.
 */
export function nextHealth(
  before: DeviceHealth,
  told: DeviceHealth,
  metrics: DeviceHealth['metrics'] | undefined,
): DeviceHealth {
  const { clockSkewS: _skew, metrics: _metrics, capabilities: _capabilities, ...lasting } = before;
  return { ...lasting, ...told, ...(metrics && { metrics }) };
}

/** A rejection ends after 300 s. A clock that was set back neither shortens nor prolongs it: the time then counts anew, from now. */
export function nextRejection(
  rejectedAtMs: number | null,
  nowMs: number,
): { readonly isOver: boolean; readonly rejectedAtMs: number } {
  if (rejectedAtMs === null || rejectedAtMs > nowMs) return { isOver: false, rejectedAtMs: nowMs };
  return { isOver: nowMs - rejectedAtMs >= REJECTION_MS, rejectedAtMs };
}

/** A condition that a heartbeat tells: on raises the warning, off settles it, undefined leaves it as it is. */
export type Condition = {
  readonly code: string;
  readonly isOn: boolean | undefined;
  readonly message: string;
  readonly raw?: string | undefined;
};

/** What a heartbeat tells about the device's condition. */
export function conditionsOf(beat: Heartbeat, { clockSkewS }: DeviceHealth): readonly Condition[] {
  const network = [
    ['network_degraded', beat.network_degraded],
    ['mqtt_circuit_breaker_open', beat.mqtt_circuit_breaker_open],
    ['wifi_circuit_breaker_open', beat.wifi_circuit_breaker_open],
  ] as const;
  const open = network.filter(([, isOn]) => isOn === true).map(([name]) => name);
  const isNetworkTold = network.some(([, isOn]) => isOn !== undefined);
  const unknown = heartbeat.review(beat, {}).map(({ code }) => code);
  return [
    {
      code: 'persistence_degraded',
      isOn: beat.persistence_degraded,
      message: 'The device cannot store its settings reliably; it may forget them with its next restart.',
      raw: beat.persistence_degraded_reason,
    },
    {
      code: 'runtime_degraded',
      isOn: beat.runtime_state_degraded,
      message: 'The device does not run normally, for example because it waits for its configuration. See its state.',
    },
    {
      code: 'network_degraded',
      isOn: isNetworkTold ? open.length > 0 : undefined,
      message: 'The device has trouble with its network. Check its radio, the access point and the broker.',
      raw: open.join(', '),
    },
    {
      code: 'clock_skew',
      isOn: clockSkewS !== undefined && Math.abs(clockSkewS) > MAX_CLOCK_SKEW_S,
      message: `The clock of the device is off by ${clockSkewS ?? 0} s. Check its time server, or this computer's clock.`,
      raw: String(clockSkewS),
    },
    // Raised by the review of the message itself; here they only end.
    ...['unknown_system_state', 'unknown_reset_reason'].map((code) => ({
      code,
      isOn: unknown.includes(code) ? undefined : false,
      message: '',
    })),
  ];
}
