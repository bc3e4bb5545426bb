import { describe, expect, test } from 'vitest';
import { actuatorPinFault, sensorPinFault } from '../../../../src/main/plant/board-rules';
import { demoDevices } from '../../../../src/main/plant/demo-plan';
import {
  initialState,
  receive,
  type DeviceState,
  type Payload,
  type Step,
} from '../../../../src/main/plant/device-state';
import { crc8, romOf } from '../../../../src/main/plant/rom-rules';
import { systemResponse } from '../../../../src/shared/wire/messages/command-response';
import { onewireScan } from '../../../../src/shared/wire/messages/onewire-scan';

const plan = demoDevices.find(({ id }) => id === 'MOCK_TOMATO_BED') ?? expect.fail('The demo plan lost its beds.');
const now = { nowS: 1_800_000_000, ms: 61_000 };
const fresh = (): DeviceState => initialState(plan, 1_000);
const approved = (): DeviceState =>
  receive(fresh(), 'system/heartbeat/ack', { status: 'online', handover_epoch: 1 }, now).state;
const send = (command: string, params: Payload = {}, state = approved()): Step =>
  receive(state, 'system/command', { command, correlation_id: 'c1', intent_id: 'c1', ...params }, now);
const answer = ({ out }: Step): Payload => {
  const message = out.at(-1);
  expect([message?.path, systemResponse.schema.safeParse(message?.payload).success]).toEqual([
    'system/command/response',
    true,
  ]);
  return message?.payload ?? {};
};

describe('a maintenance command', () => {
  test.for<[string, Payload, Payload]>([
    ['status', {}, { state: 9, uptime: 60, sensor_count: 2, actuator_count: 1, zone_assigned: true }],
    ['diagnostics', {}, { chip_model: 'ESP32', heap_min: 121_000, boot_count: 1, hardware_type: 'esp32' }],
    ['get_config', {}, { sensors: [], actuators: [], sensor_count: 2 }],
    ['set_log_level', { level: 'WARNING' }, { level: 'WARNING', persisted: true }],
    ['set_log_level', { params: { level: 'DEBUG' } }, { level: 'DEBUG' }],
    ['identify', { seconds: 5 }, { seconds: 5 }],
    ['identify', {}, { seconds: 10 }],
    ['reboot', { delay_ms: 200 }, { delay_ms: 200 }],
    ['exit_safe_mode', {}, { message: 'Safe mode left' }],
    ['set_emergency_token', { token: 's3cret' }, { token_type: 'esp' }],
  ])('%s %j is answered with its id', ([command, params, fields]) => {
    expect(answer(send(command, params))).toMatchObject({
      command,
      success: true,
      esp_id: plan.id,
      ts: now.nowS,
      correlation_id: 'c1',
      ...fields,
    });
  });

  test.for<[string, Payload, string]>([
    ['factory_reset', { confirm: true }, 'A device of the demo plant cannot do that; try it on a real one.'],
    ['set_log_level', { level: 'LOUD' }, 'Invalid log level'],
    ['onewire/scan', { pin: 12 }, 'GPIO 12 not usable'],
    ['set_emergency_token', { token: '' }, 'Invalid token'],
    ['set_emergency_token', { token: 'x', token_type: 'other' }, 'Invalid token'],
    ['STATUS', {}, 'Unknown command'],
    ['constructor', {}, 'Unknown command'],
  ])('%s %j is refused: %s', ([command, params, error]) => {
    const state = approved();
    const step = send(command, params, state);
    expect(answer(step)).toMatchObject({ command, success: false, error, correlation_id: 'c1' });
    expect(step.state).toBe(state);
  });

  test('is refused while the device waits for approval, but for those that only look or make safe', () => {
    const refused = send('reboot', {}, fresh());
    expect(answer(refused)).toMatchObject({ success: false, reason_code: 'PENDING_APPROVAL' });
    expect([refused.state.rebootAtMs, refused.out[0]?.payload['code']]).toEqual([null, 'PENDING_APPROVAL_BLOCKED']);
    for (const command of ['status', 'diagnostics', 'get_config', 'safe_mode'])
      expect(answer(send(command, {}, fresh()))).toMatchObject({ success: true });
  });

  test('safe_mode stops all actuators, exit_safe_mode frees them, and nothing starts', () => {
    const running = receive(approved(), 'actuator/25/command', { command: 'ON', correlation_id: 'c' }, now).state;
    const safe = send('safe_mode', {}, running);
    expect(safe.state.outputs.map(({ level, isStopped }) => [level, isStopped])).toEqual([[0, true]]);
    expect(safe.out.map(({ path }) => path)).toEqual([
      'actuator/25/alert',
      'actuator/25/status',
      'system/command/response',
    ]);
    const left = send('exit_safe_mode', {}, safe.state);
    expect(left.state.outputs.map(({ level, isStopped }) => [level, isStopped])).toEqual([[0, false]]);
    expect(left.out[0]?.payload['emergency']).toBe('normal');
  });

  test('set_emergency_token locks stop and broadcast, each with its own', () => {
    const one = send('set_emergency_token', { token: 'a' }).state;
    expect(send('set_emergency_token', { token: 'b', token_type: 'broadcast' }, one).state.tokens).toEqual({
      esp: 'a',
      broadcast: 'b',
    });
  });
});

describe('a 1-Wire scan', () => {
  test('finds the sensors of the bus, tells them first and answers then', () => {
    const step = send('onewire/scan');
    const rom = romOf(plan.id, 0);
    expect(step.out[0]).toMatchObject({
      path: 'onewire/scan_result',
      payload: { devices: [{ rom_code: rom, device_type: 'DS18B20', pin: 4 }], found_count: 1 },
    });
    expect(onewireScan.schema.parse(step.out[0]?.payload)).toMatchObject({ devices: [{ rom_code: rom }] });
    expect(answer(step)).toMatchObject({ success: true, pin: 4, found_count: 1 });
  });

  test('of a pin without a bus finds nothing', () => {
    expect(answer(send('onewire/scan', { params: { pin: 5 } }))).toMatchObject({ success: true, found_count: 0 });
  });

  test('of an ESP32-C3 looks at pin 6 when none is named', () => {
    const c3 = demoDevices.find(({ id }) => id === 'MOCK_PROP_HEAT') ?? expect.fail('no such device');
    const state = { ...approved(), plan: c3 };
    expect(answer(send('onewire/scan', {}, state))).toMatchObject({ pin: 6, found_count: 1 });
    expect(answer(send('diagnostics', {}, state))).toMatchObject({ chip_model: 'ESP32-C3' });
  });

  test('tells addresses with the family of a DS18B20 and a valid check sum, another for each sensor', () => {
    expect(crc8([0x02, 0x1c, 0xb8, 0x01, 0x00, 0x00, 0x00])).toBe(0xa2); // the example of Maxim's application note 27
    const roms = demoDevices.flatMap(({ id }) => [romOf(id, 0), romOf(id, 1)]);
    expect(new Set(roms).size).toBe(roms.length);
    for (const rom of roms) {
      expect(rom).toMatch(/^28[0-9A-F]{14}$/);
      expect(crc8(Array.from(Buffer.from(rom, 'hex')))).toBe(0);
    }
  });
});

test('every demo device keeps to the pins of its board, and both boards are there', () => {
  for (const { board, sensors, actuators } of demoDevices) {
    for (const { gpio } of sensors) expect(sensorPinFault(board, gpio)).toBeNull();
    for (const { gpio } of actuators) expect(actuatorPinFault(board, gpio)).toBeNull();
  }
  expect(new Set(demoDevices.map(({ board }) => board))).toEqual(new Set(['esp32', 'esp32c3']));
});
