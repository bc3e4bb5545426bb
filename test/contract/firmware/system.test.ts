/*
 * J6, section 1.12 and the extensions: maintenance commands and their answers on system/command/response.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import { actuator, configure, drive, fence, romOf, sensor } from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';

const integer = expect.toSatisfy((value: unknown) => Number.isInteger(value), 'an integer') as number;
const text = expect.any(String) as string;

async function ask(scene: FirmwareScene, name: string, fields: JsonObject = {}, withinMs = 2_000): Promise<JsonObject> {
  const id = randomUUID();
  const from = scene.mark();
  await scene.send('system/command', {
    command: name,
    correlation_id: id,
    intent_id: id,
    timestamp: 1_777_012_900,
    ...fields,
  });
  const answer = await scene.hearsJson('system/command/response', { correlation_id: id }, { from, withinMs });
  expect(answer, name).toMatchObject({ esp_id: scene.id, ts: integer, seq: integer });
  expect(name.startsWith(String(answer['command'])), JSON.stringify(answer)).toBe(true);
  return answer;
}

async function openPlant(broker: FirmwareBroker): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker);
  try {
    await configure(scene, { actuators: [actuator('pwm', 18)], sensors: [sensor('moisture', 34)] });
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

const common = {
  success: true,
  state: 9,
  uptime: integer,
  heap_free: integer,
  wifi_rssi: integer,
  sensor_count: 1,
  actuator_count: 1,
  zone_id: '',
  zone_assigned: false,
};

firmwareOverBothBrokers('J. system commands', (broker) => {
  test('J6 status is answered with the state in numbers', async () => {
    await using scene = await openPlant(broker());
    const { heap_free: _heap, ...fields } = common;
    expect(await ask(scene, 'status')).toMatchObject({ ...fields, heap_free: integer });
  });

  test('J6 capitals are an unknown command, or understood', async () => {
    await using scene = await openPlant(broker());
    const from = scene.mark();
    await scene.send('system/command', { command: 'STATUS', correlation_id: randomUUID() });
    const answer = await scene.hearsJson('system/command/response', {}, { from });
    if (answer['success'] !== true)
      expect(answer).toMatchObject({ command: 'STATUS', success: false, error: 'Unknown command' });
  });

  test.for(['{"command":', 'not json', '[]', '"status"', '7', 'null'])(
    'J6 %s is answered as JSON_PARSE_ERROR',
    async (payload) => {
      await using scene = await openPlant(broker());
      const from = scene.mark();
      await scene.send('system/command', payload);
      const answer = await scene.hearsJson('system/command/response', { success: false }, { from });
      expect([answer['error'], answer['reason_code']]).toContain('JSON_PARSE_ERROR');
      expect(await scene.hearsJson('system/intent_outcome', { outcome: 'failed' }, { from })).toMatchObject({
        flow: 'command',
        code: 'JSON_PARSE_ERROR',
        retryable: true,
      });
    },
  );

  test.for(['resume_operation', 'reset_config', '', 'x'.repeat(60)])(
    'an unknown command "%s" is called so',
    async (name) => {
      await using scene = await openPlant(broker());
      expect(await ask(scene, name)).toMatchObject({ success: false, error: 'Unknown command' });
    },
  );

  test('a missing command is no command, and not "null"', async () => {
    await using scene = await openPlant(broker());
    const from = scene.mark();
    await scene.send('system/command', { correlation_id: 'only-an-id' });
    const answer = await scene.hearsJson('system/command/response', { success: false }, { from });
    expect(JSON.stringify(answer)).not.toContain('"null"');
  });

  test('diagnostics tell the chip, the network and the configuration', async () => {
    await using scene = await openPlant(broker());
    expect(await ask(scene, 'diagnostics')).toMatchObject({
      ...common,
      heap_min: integer,
      chip_model: text,
      flash_size: integer,
      sdk_version: text,
      wifi_ssid: text,
      wifi_ip: text,
      wifi_mac: text,
      master_zone_id: '',
      kaiser_id: 'god',
      boot_count: integer,
    });
  });

  test('get_config tells zone and counts', async () => {
    await using scene = await openPlant(broker());
    const answer = await ask(scene, 'get_config');
    expect(answer).toMatchObject({ success: true, zone_id: '' });
    expect([Array.isArray(answer['sensors']), Array.isArray(answer['actuators'])]).toEqual([true, true]);
  });

  test.for(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])(
    'the log level %s is set, at the top or under params',
    async (level) => {
      await using scene = await openPlant(broker());
      expect(await ask(scene, 'set_log_level', { level })).toMatchObject({ success: true, level, persisted: true });
      expect(await ask(scene, 'set_log_level', { params: { level } })).toMatchObject({
        success: true,
        level,
        persisted: true,
      });
    },
  );

  test('a log level that does not exist is refused and named', async () => {
    await using scene = await openPlant(broker());
    expect(await ask(scene, 'set_log_level', { level: 'LOUD' })).toMatchObject({
      success: false,
      error: text,
      requested_level: 'LOUD',
    });
    expect(await ask(scene, 'set_log_level')).toMatchObject({ success: false, error: text });
  });

  test.for<[string, JsonObject]>([
    ['empty', { token: '' }],
    ['of 65 characters', { token: 'T'.repeat(65) }],
    ['that is a number', { token: 5 }],
    ['that is missing', {}],
    ['of an unknown type', { token: 't', token_type: 'all' }],
  ])('an emergency token %s is refused', async ([, fields]) => {
    await using scene = await openPlant(broker());
    expect(await ask(scene, 'set_emergency_token', fields)).toMatchObject({ success: false, error: text });
  });

  test('identify is answered and disturbs no output', async () => {
    await using scene = await openPlant(broker());
    await drive(scene, 18, 'ON');
    expect(await ask(scene, 'identify', { seconds: 2 })).toMatchObject({ success: true });
    expect(await ask(scene, 'identify')).toMatchObject({ success: true });
    await scene.advance(3_000, 100);
    expect(scene.node.duty(18)).toBe(255);
  });

  test('reboot is answered before the device goes, and it comes back as after a software reset', async () => {
    await using scene = await openPlant(broker());
    await scene.advance(61_000);
    const from = scene.mark();
    expect(await ask(scene, 'reboot', { delay_ms: 2_000 })).toMatchObject({ success: true });
    await scene.advance(1_000, 250);
    expect(scene.node.boots).toHaveLength(1);
    const announced = await scene.hears('session/announce', {}, { from, withinMs: 15_000 });
    expect(jsonOf(announced)).toMatchObject({ handover_epoch: 1, reason: 'boot' });
    expect(scene.node.boots.at(-1)).toMatchObject({ reason: 'SW' });

    await scene.hears('system/heartbeat', { reset_reason: 'SW', sensor_count: 1 }, { from, withinMs: 15_000 });
  });
});

firmwareOverOneBroker('J. bus scan and reset', (broker) => {
  test('a bus scan lists what is there, under the id of the answering device', async () => {
    await using scene = await openPlant(broker());
    const roms = [romOf(1), romOf(2)];
    scene.node.world({ onewire: { 4: roms.map((rom) => ({ rom, celsius: 20 })) } });
    const from = scene.mark();
    expect(await ask(scene, 'onewire/scan', { pin: 4 }, 5_000)).toMatchObject({ success: true });
    const result = await scene.hearsJson('onewire/scan_result', {}, { from });
    expect(result).toMatchObject({ found_count: 2, seq: integer });
    const devices = result['devices'] as readonly JsonObject[];
    expect(devices.map((device) => String(device['rom_code'])).toSorted()).toEqual(roms.toSorted());
    expect(devices.map((device) => [device['device_type'], device['pin']])).toEqual([
      ['DS18B20', 4],
      ['DS18B20', 4],
    ]);
  });

  test('a scan of an empty bus finds nothing, and one of a bad pin fails', async () => {
    await using scene = await openPlant(broker());
    const from = scene.mark();
    await scene.send('system/command', { command: 'onewire/scan', params: { pin: 5 }, correlation_id: randomUUID() });
    await scene.hearsSuch(
      ({ topic, payload }) =>
        (topic.endsWith('/onewire/scan_result') && payload.includes('"found_count":0')) ||
        (topic.endsWith('/system/command/response') && payload.includes('"success":false')),
      'the end of a scan',
      { from, withinMs: 5_000 },
    );
    expect(await ask(scene, 'onewire/scan', { pin: 1 }, 5_000)).toMatchObject({ success: false });
    expect(await ask(scene, 'onewire/scan', { pin: 300 }, 5_000)).toMatchObject({ success: false });
  });

  test('a factory reset needs its confirmation at the top, forgets the zone, and restarts', async () => {
    await using scene = await openPlant(broker());
    await scene.send('zone/assign', {
      zone_id: 'tent_1',
      master_zone_id: '',
      zone_name: '',
      kaiser_id: 'god',
      correlation_id: 'z',
    });
    await scene.hears('zone/ack', { correlation_id: 'z' });
    for (const fields of [{}, { confirm: false }, { confirm: 'true' }, { params: { confirm: true } }])
      expect(await ask(scene, 'factory_reset', fields)).toMatchObject({ success: false, error: 'Unknown command' });
    await scene.advance(61_000);
    expect(scene.node.boots).toHaveLength(1);
    const from = scene.mark();
    await scene.send('system/command', { command: 'factory_reset', confirm: true, correlation_id: randomUUID() });
    await scene.hears('system/command/response', { status: 'factory_reset_initiated', esp_id: scene.id }, { from });
    await scene.advance(5_000, 250);
    expect(scene.node.boots).toHaveLength(2);
  });

  test('a command of more than 1 kB is understood when it is legal, and answered when it is not', async () => {
    await using scene = await openPlant(broker());
    expect(await ask(scene, 'status', { issued_by: 'u'.repeat(800) })).toMatchObject({ success: true });
    const from = scene.mark();
    await scene.send('system/command', { command: 'status', padding: 'p'.repeat(9_000) });
    await scene.hears('system/command/response', { success: false }, { from });
    expect(await fence(scene)).toMatchObject({ success: true });
  });
});
