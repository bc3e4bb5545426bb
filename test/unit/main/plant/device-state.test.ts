import { describe, expect, test } from 'vitest';
import { demoDevices } from '../../../../src/main/plant/demo-plan';
import { diagnosticsMessage, heartbeatMessage, metricsMessage } from '../../../../src/main/plant/device-messages';
import { initialState, rebooted, receive, tick } from '../../../../src/main/plant/device-state';
import type { DeviceState, Step } from '../../../../src/main/plant/device-state';
import { diagnostics } from '../../../../src/shared/wire/messages/diagnostics';
import { heartbeatMetrics } from '../../../../src/shared/wire/messages/heartbeat-metrics';
import { heartbeat } from '../../../../src/shared/wire/messages/heartbeat';

const climate = demoDevices.find(({ id }) => id === 'MOCK_TOMATO_CLIMATE');
const at = (ms: number) => ({ nowS: 1_800_000_000 + Math.floor(ms / 1000), ms });
const ack = (status: string) => ({ status, handover_epoch: 1, server_time: 1_800_000_000 });

function approved(): DeviceState {
  if (!climate) throw new Error('The demo plan lost its climate device.');
  return receive(initialState(climate, 0), 'system/heartbeat/ack', ack('online'), at(0)).state;
}

function command(state: DeviceState, word: string, extra: Record<string, unknown> = {}, ms = 1000): Step {
  const payload = {
    command: word,
    value: 1,
    duration: 0,
    issued_by: 'user:test',
    correlation_id: 'c1',
    intent_id: 'c1',
    ...extra,
  };
  return receive(state, 'actuator/18/command', payload, at(ms));
}

const words = ({ out }: Step) =>
  out.map(({ path, payload }) => {
    const word = ['outcome', 'success', 'state', 'status']
      .map((key) => payload[key])
      .find((value) => value !== undefined);
    return typeof word === 'string' || typeof word === 'boolean' ? `${path} ${word}` : path;
  });
const level = (state: DeviceState, gpio = 18) => state.outputs.find(({ config }) => config.gpio === gpio)?.level;

describe('simulated device', () => {
  test('opens its gate only by a valid acknowledgement', () => {
    const closed = initialState(demoDevices[0] ?? expect.fail('no device'), 0);
    expect(receive(closed, 'system/heartbeat/ack', { status: 'online' }, at(0)).state.isGateOpen).toBe(false);
    expect(
      receive(closed, 'system/heartbeat/ack', { status: 'online', handover_epoch: '1' }, at(0)).state.isGateOpen,
    ).toBe(false);
    expect(receive(closed, 'system/heartbeat/ack', ack('pending_approval'), at(0)).state).toMatchObject({
      isGateOpen: true,
      approval: 'pending',
    });
  });

  test('answers ON with accepted, response, status and applied', () => {
    const step = command(approved(), 'ON');
    expect(words(step)).toEqual([
      'system/intent_outcome accepted',
      'actuator/18/response true',
      'actuator/18/status true',
      'system/intent_outcome applied',
    ]);
    expect(level(step.state)).toBe(1);
  });

  test('rejects commands while it waits for approval', () => {
    const pending = receive(
      initialState(climate ?? expect.fail('no device'), 0),
      'system/heartbeat/ack',
      ack('pending_approval'),
      at(0),
    ).state;
    const step = command(pending, 'ON');
    expect(words(step)).toEqual(['system/intent_outcome rejected', 'actuator/18/response false']);
    expect(level(step.state)).toBe(0);
  });

  test('knows TOGGLE, OFF and lower case, and refuses STOP', () => {
    const on = command(approved(), 'toggle').state;
    expect(level(on)).toBe(1);
    expect(level(command(on, 'off').state)).toBe(0);
    const refused = command(on, 'STOP');
    expect(words(refused)[1]).toBe('actuator/18/response false');
    expect(refused.out[1]?.payload['message']).toBe('Unknown command: STOP');
  });

  test('drives a dimmer between 0 and 1 and clamps', () => {
    const set = (value: number) =>
      receive(approved(), 'actuator/19/command', { command: 'PWM', value, correlation_id: 'c' }, at(0)).state;
    expect([level(set(0.35), 19), level(set(1.7), 19), level(set(-1), 19)]).toEqual([0.35, 1, 0]);
  });

  test('fails a command for a pin that it does not have', () => {
    const step = receive(approved(), 'actuator/5/command', { command: 'ON', correlation_id: 'c' }, at(0));
    expect(words(step)).toEqual([
      'system/intent_outcome accepted',
      'actuator/5/response false',
      'system/error',
      'system/intent_outcome failed',
    ]);
    expect(step.out[2]?.payload).toMatchObject({ error_code: 1052, severity: 2 });
  });

  test('switches off by itself after a duration, and after the longest run time', () => {
    const timed = command(approved(), 'ON', { duration: 5 }).state;
    expect(tick(timed, at(5_900)).out).toEqual([]);
    const over = tick(timed, at(6_000));
    expect(over.out[0]?.payload).toMatchObject({ state: false, command_source: 'firmware:auto_duration' });
    const endless = command(approved(), 'ON').state;
    expect(level(tick(endless, at(3_600_999)).state)).toBe(1);
    const ended = tick(endless, at(3_601_000));
    expect(level(ended.state)).toBe(0);
    expect(ended.out.map(({ path, payload }) => [path, payload['alert_type'] ?? payload['command_source']])).toEqual([
      ['actuator/18/alert', 'runtime_protection'],
      ['actuator/18/status', 'firmware:runtime_protection'],
    ]);
  });

  test('a new ON arms the run time again', () => {
    const again = command(command(approved(), 'ON').state, 'ON', {}, 3_000_000).state;
    expect(level(tick(again, at(3_601_000)).state)).toBe(1);
    expect(level(tick(again, at(6_600_000)).state)).toBe(0);
  });

  test('fans, vents, lamps and the pumps that must never stand run on for days', () => {
    const step = receive(approved(), 'actuator/19/command', { command: 'PWM', value: 0.5, correlation_id: 'c' }, at(0));
    expect(level(tick(step.state, at(24 * 3_600_000)).state, 19)).toBe(0.5);
  });

  test('joins and leaves a zone and says so with the same id', () => {
    const joined = receive(
      approved(),
      'zone/assign',
      { zone_id: 'z9', master_zone_id: '', correlation_id: 'z' },
      at(0),
    );
    expect(joined.state.zoneId).toBe('z9');
    expect(joined.out[0]?.payload).toMatchObject({ status: 'zone_assigned', zone_id: 'z9', correlation_id: 'z' });
    expect(receive(joined.state, 'zone/assign', { zone_id: '' }, at(0)).out[0]?.payload).toMatchObject({
      status: 'zone_removed',
    });
  });

  test('each start is another boot, as its heartbeat says', () => {
    const state = initialState(climate ?? expect.fail('no device'), 5_000, 77);
    const { path, qos, payload } = heartbeatMessage(state, at(65_900));
    expect([path, qos]).toEqual(['system/heartbeat', 0]);
    expect(payload).toMatchObject({
      boot_sequence_id: 'MOCK_TOMATO_CLIMATE-b77-r1',
      uptime: 60,
      sensor_count: 0,
      actuator_count: 3,
      firmware_version: 'demo',
      hardware_type: 'esp32',
      reset_reason: 'POWERON',
      capabilities: ['drill', 'reboot', 'identify', 'zone_free_commands'],
      config_status: { subzone_count: 0 },
    });
    expect(heartbeat.schema.safeParse(payload).success).toBe(true);
  });

  test('tells counters and health as the contract has them', () => {
    const state = approved();
    const metrics = metricsMessage(state, at(1_000));
    const health = diagnosticsMessage(state, at(60_000));
    expect([metrics.path, heartbeatMetrics.schema.safeParse(metrics.payload).success]).toEqual([
      'system/heartbeat_metrics',
      true,
    ]);
    expect(diagnostics.schema.safeParse(health.payload).success).toBe(true);
    expect(health.payload).toMatchObject({ uptime_seconds: 60, system_state: 'OPERATIONAL', actuator_count: 3 });
  });

  test('comes back from a reboot with what it stores, everything off and its gate closed', () => {
    const running = command(approved(), 'ON').state;
    const placed = receive(running, 'zone/assign', { zone_id: 'z9', master_zone_id: '' }, at(1_000)).state;
    const asked = receive(placed, 'system/command', { command: 'reboot', delay_ms: 500 }, at(1_000)).state;
    expect([rebooted(placed, 9_000), rebooted(asked, 1_499)]).toEqual([null, null]);
    const fresh = rebooted(asked, 1_500) ?? expect.fail('no reboot');
    expect(fresh).toMatchObject({
      isGateOpen: false,
      approval: 'unknown',
      zoneId: 'z9',
      bootMs: 1_500,
      bootNumber: 2,
      epoch: 2,
      resetReason: 'SW',
      rebootAtMs: null,
    });
    expect(fresh.outputs.map((output) => output.level)).toEqual([0, 0, 0]);
    expect(heartbeatMessage(fresh, at(2_000)).payload['boot_sequence_id']).toBe('MOCK_TOMATO_CLIMATE-b2-r3');
  });
});
