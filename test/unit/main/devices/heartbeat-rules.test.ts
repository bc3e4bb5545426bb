import { describe, expect, it } from 'vitest';
import {
  ackEpoch,
  errorAnswer,
  healthOf,
  heartbeatAnswer,
  isUnknownSystemState,
} from '../../../../src/main/devices/heartbeat-rules';
import { encodePayload } from '../../../../src/shared/wire/encode';
import { heartbeat, heartbeatAck, systemStates } from '../../../../src/shared/wire/messages/heartbeat';

const nowMs = 1_777_012_400_900;
const beat = (fields: Record<string, unknown> = {}) =>
  heartbeat.schema.parse({ ts: 1_777_012_400, uptime: 12, heap_free: 1000, wifi_rssi: -58, ...fields });

describe('the epoch of an acknowledgement (conformance B8)', () => {
  it.each([
    ['the active one is echoed', 7, 4, 7],
    ['without an active one the announced one', 0, 4, 4],
    ['without either 1', undefined, 0, 1],
    ['never below 1', 0, -3, 1],
    ['a negative active one does not count', -1, 2, 2],
  ])('%s', (_name, active, announced, expected) => {
    expect(ackEpoch(active, announced)).toBe(expected);
  });
});

describe('heartbeatAnswer', () => {
  it.each([
    ['pending', 'pending_approval'],
    ['approved', 'online'],
    ['rejected', 'rejected'],
  ] as const)('tells a device that is %s: %s', (approval, status) => {
    expect(heartbeatAnswer(approval, 3, nowMs)).toEqual({ status, handover_epoch: 3, server_time: 1_777_012_400 });
  });
});

describe('errorAnswer', () => {
  it('names the mistake in at most 50 characters and fits the small pool', () => {
    const answer = errorAnswer(1, nowMs, `wifi_rssi: ${'x'.repeat(100)}`);
    expect(answer).toEqual({
      status: 'error',
      handover_epoch: 1,
      server_time: 1_777_012_400,
      error: `invalid_payload:wifi_rssi: ${'x'.repeat(39)}`,
    });
    expect(encodePayload(heartbeatAck, answer).ok).toBe(true);
  });
});

describe('healthOf', () => {
  it('takes over what a heartbeat tells and leaves out what it does not', () => {
    expect(healthOf(beat(), nowMs)).toEqual({ rssiDbm: -58, heapFreeBytes: 1000, uptimeS: 12, clockSkewS: -1 });
  });

  it('takes everything over', () => {
    const all = beat({
      wifi_ip: '10.0.4.17',
      firmware_version: '1.2.0',
      hardware_type: 'ESP32_C6',
      system_state: 'OPERATIONAL',
      reset_reason: 'POWERON',
      sensor_count: 3,
      actuator_count: 2,
      capabilities: ['reboot'],
      config_status: { state: 2 },
    });
    expect(healthOf(all, nowMs)).toEqual({
      rssiDbm: -58,
      heapFreeBytes: 1000,
      uptimeS: 12,
      ip: '10.0.4.17',
      firmwareVersion: '1.2.0',
      hardwareType: 'ESP32_C6',
      systemState: 'OPERATIONAL',
      resetReason: 'POWERON',
      sensorCount: 3,
      actuatorCount: 2,
      clockSkewS: -1,
      capabilities: ['reboot'],
    });
  });

  it.each([
    [9, 'OPERATIONAL'],
    [0, 'BOOT'],
    [systemStates.length, undefined],
    [-1, undefined],
  ])('reads the state number %i of stock firmware as %s', (state, name) => {
    expect(healthOf(beat({ config_status: { state } }), nowMs).systemState).toBe(name);
  });

  it.each([
    ['is not set', { ts: 0 }],
    ['is not trusted by the device', { time_valid: false }],
    ['shows uptime', { ts: 12_420 }],
  ])('knows no skew while the clock of the device %s', (_name, fields) => {
    expect(healthOf(beat(fields), nowMs)).not.toHaveProperty('clockSkewS');
  });
});

describe('isUnknownSystemState', () => {
  it.each([
    ['operational', false],
    ['SAFE_MODE', false],
    ['zzz', true],
    ['', true],
    [undefined, false],
  ])('%s → %s', (state, expected) => {
    expect(isUnknownSystemState(beat({ system_state: state }))).toBe(expected);
  });
});
