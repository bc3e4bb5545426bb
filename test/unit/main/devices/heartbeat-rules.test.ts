import { describe, expect, it } from 'vitest';
import {
  ackEpoch,
  conditionsOf,
  errorAnswer,
  healthOf,
  heartbeatAnswer,
  nextHealth,
  nextRejection,
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
      zone_id: 'tent_1',
      zone_assigned: true,
      handover_completed_epoch: 4,
      persistence_degraded: true,
      persistence_degraded_reason: 'NVS_OPEN_FAILED',
      runtime_state_degraded: false,
      network_degraded: false,
      mqtt_circuit_breaker_open: false,
      wifi_circuit_breaker_open: true,
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
      zoneId: 'tent_1',
      zoneAssigned: true,
      handoverCompletedEpoch: 4,
      persistenceDegraded: true,
      persistenceReason: 'NVS_OPEN_FAILED',
      runtimeDegraded: false,
      networkDegraded: false,
      mqttBreakerOpen: false,
      wifiBreakerOpen: true,
    });
  });

  it.each([
    [9, 'OPERATIONAL'],
    [0, 'BOOT'],
    [systemStates.length, String(systemStates.length)],
    [-1, '-1'],
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

describe('nextHealth', () => {
  it('keeps what a heartbeat does not tell, but neither an old skew nor old counters', () => {
    const before = { ip: '10.0.0.7', uptimeS: 1, clockSkewS: 90, metrics: { publish_queue_fill: 2 } };
    expect(nextHealth(before, { uptimeS: 2 }, undefined)).toEqual({ ip: '10.0.0.7', uptimeS: 2 });
  });

  it('takes new counters over', () => {
    expect(nextHealth({}, { clockSkewS: 1 }, { publish_queue_fill: 3 })).toEqual({
      clockSkewS: 1,
      metrics: { publish_queue_fill: 3 },
    });
  });
});

describe('nextRejection', () => {
  it.each([
    ['a rejection holds for 300 s', nowMs - 299_999, false, nowMs - 299_999],
    ['and is over then', nowMs - 300_000, true, nowMs - 300_000],
    ['a clock that was set back begins anew', nowMs + 1, false, nowMs],
    ['so does a rejection without a time', null, false, nowMs],
  ])('%s', (_name, before, isOver, rejectedAtMs) => {
    expect(nextRejection(before, nowMs)).toEqual({ isOver, rejectedAtMs });
  });
});

describe('conditionsOf', () => {
  const states = (fields: Record<string, unknown>, clockSkewS?: number) =>
    Object.fromEntries(
      conditionsOf(beat(fields), clockSkewS === undefined ? {} : { clockSkewS }).map(({ code, isOn }) => [code, isOn]),
    );

  it('leaves alone what a heartbeat does not speak of', () => {
    expect(states({})).toEqual({
      persistence_degraded: undefined,
      runtime_degraded: undefined,
      network_degraded: undefined,
      clock_skew: false,
      unknown_system_state: false,
      unknown_reset_reason: false,
    });
  });

  it.each([
    ['persistence_degraded', 'persistence_degraded'],
    ['runtime_state_degraded', 'runtime_degraded'],
    ['network_degraded', 'network_degraded'],
    ['mqtt_circuit_breaker_open', 'network_degraded'],
    ['wifi_circuit_breaker_open', 'network_degraded'],
  ])('%s raises and settles %s', (field, code) => {
    expect([states({ [field]: true })[code], states({ [field]: false })[code]]).toEqual([true, false]);
  });

  it('names what is open and why storing fails', () => {
    const all = conditionsOf(
      beat({
        network_degraded: true,
        wifi_circuit_breaker_open: true,
        persistence_degraded: true,
        persistence_degraded_reason: 'NVS_OPEN_FAILED',
      }),
      {},
    );
    expect(all.filter(({ isOn }) => isOn).map(({ raw }) => raw)).toEqual([
      'NVS_OPEN_FAILED',
      'network_degraded, wifi_circuit_breaker_open',
    ]);
  });

  it.each([
    [30, false],
    [-30, false],
    [31, true],
    [-31, true],
    [undefined, false],
  ])('a clock that is off by %s s is worth a warning: %s', (skew, expected) => {
    expect(states({}, skew)['clock_skew']).toBe(expected);
  });

  it('does not settle a word that is still unknown', () => {
    expect(states({ system_state: 'zzz', reset_reason: 'FATE' })).toMatchObject({
      unknown_system_state: undefined,
      unknown_reset_reason: undefined,
    });
  });
});
