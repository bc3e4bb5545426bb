import type { DeviceHealth } from '../../shared/api/devices';
import { deviceTimeMs } from '../../shared/wire/timestamp';
import { systemStates, type Heartbeat, type HeartbeatAck } from '../../shared/wire/messages/heartbeat';

export type Approval = 'pending' | 'approved' | 'rejected';

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
  const state =
    beat.system_state ?? (beat.config_status?.state === undefined ? undefined : systemStates[beat.config_status.state]);
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
    clockSkewS: time === null ? undefined : Math.round((time - nowMs) / 1000),
    capabilities: beat.capabilities,
  };
  return Object.fromEntries(Object.entries(health).filter(([, value]) => value !== undefined));
}

/** True when the device names a state that the contract does not know; it stays visible as it came (1.2). */
export function isUnknownSystemState(beat: Heartbeat): boolean {
  return beat.system_state !== undefined && !systemStates.some((state) => state === beat.system_state?.toUpperCase());
}
