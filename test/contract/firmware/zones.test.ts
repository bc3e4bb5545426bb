/*
 * G8, sections 1.26 to 1.31 and 4.4: zones and subzones as a device keeps and answers them.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import { actuator, command, configure, drive, responseTo, sensor } from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject, type Received } from '../../fakes/message-log';

const integer = expect.toSatisfy((value: unknown) => Number.isInteger(value), 'an integer') as number;

/** Sends one message and waits for the answer with its id on the given topic. */
async function ask(scene: FirmwareScene, path: string, answerPath: string, fields: JsonObject): Promise<JsonObject> {
  const id = randomUUID();
  await scene.send(path, { timestamp: 1_777_013_300, correlation_id: id, ...fields });
  return scene.hearsJson(answerPath, { correlation_id: fields['correlation_id'] ?? id });
}

const assign = (scene: FirmwareScene, changes: JsonObject = {}): Promise<JsonObject> =>
  ask(scene, 'zone/assign', 'zone/ack', {
    zone_id: 'tent_1',
    master_zone_id: '',
    zone_name: 'Tent 1',
    kaiser_id: 'god',
    ...changes,
  });

const assignSubzone = (scene: FirmwareScene, changes: JsonObject = {}): Promise<JsonObject> =>
  ask(scene, 'subzone/assign', 'subzone/ack', {
    subzone_id: 'bed_a',
    subzone_name: 'Bed A',
    parent_zone_id: '',
    assigned_gpios: [18, 27],
    safe_mode_active: false,
    ...changes,
  });

const removeSubzone = (scene: FirmwareScene, subzoneId: string): Promise<JsonObject> =>
  ask(scene, 'subzone/remove', 'subzone/ack', { subzone_id: subzoneId, reason: '' });

/** The next heartbeat, at its usual time. */
async function nextBeat(scene: FirmwareScene): Promise<JsonObject> {
  const from = scene.mark();
  return jsonOf(await scene.heartbeat(from, 65_000));
}

const subzoneCount = (beat: JsonObject): unknown => (beat['config_status'] as JsonObject)['subzone_count'];

async function openPlant(broker: FirmwareBroker): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker);
  try {
    await configure(scene, {
      actuators: [actuator('relay', 18), actuator('pwm', 19)],
      sensors: [sensor('moisture', 34)],
    });
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

firmwareOverBothBrokers('G. zones', (broker) => {
  test('an assignment is acknowledged with its id, shown at once in a heartbeat, and kept over a power cycle', async () => {
    await using scene = await openPlant(broker());
    const from = scene.mark();
    const ack = await assign(scene, { master_zone_id: 'hall', zone_name: 'Zelt Süd' });
    expect(ack).toMatchObject({
      esp_id: scene.id,
      status: 'zone_assigned',
      zone_id: 'tent_1',
      master_zone_id: 'hall',
      ts: integer,
      seq: integer,
    });
    const fields = { zone_id: 'tent_1', master_zone_id: 'hall', zone_assigned: true };
    await scene.hears('system/heartbeat', fields, { from });
    expect(await drive(scene, 19, 'ON')).toMatchObject({ zone_id: 'tent_1' });
    await scene.advance(61_000);
    await scene.powerCycle();
    expect(await nextBeat(scene)).toMatchObject(fields);
  });

  test('G8 a removal is acknowledged, ends the subzones, and the approved device still takes commands', async () => {
    await using scene = await openPlant(broker());
    await assign(scene);
    await assignSubzone(scene);
    const from = scene.mark();
    expect(await assign(scene, { zone_id: '', zone_name: '' })).toMatchObject({ status: 'zone_removed' });
    const beat = await scene.hearsJson('system/heartbeat', { zone_assigned: false }, { from });
    expect(beat).toMatchObject({ zone_id: '', zone_assigned: false });
    expect(subzoneCount(beat)).toBe(0);
    expect(beat['capabilities']).toContain('zone_free_commands');
    await drive(scene, 19, 'ON');
    expect(await removeSubzone(scene, 'bed_a')).toMatchObject({ status: 'error', reason_code: 'SUBZONE_NOT_FOUND' });
  });

  test.for<[string, JsonObject]>([
    ['an id of 33 characters', { zone_id: 'z'.repeat(33) }],
    ['an id with a space', { zone_id: 'tent 1' }],
    ['an id with a slash', { zone_id: 'a/b' }],
    ['an id that is a number', { zone_id: 5 }],
    ['no id', { zone_id: undefined }],
    ['a master id of 33 characters', { master_zone_id: 'm'.repeat(33) }],
    ['a kaiser id of 64 characters', { kaiser_id: 'k'.repeat(64) }],
    ['a kaiser id with a wildcard', { kaiser_id: '+' }],
  ])('%s is refused and changes nothing', async ([, changes]) => {
    await using scene = await openPlant(broker());
    await assign(scene, { zone_id: 'before' });
    expect(await assign(scene, changes)).toMatchObject({
      esp_id: scene.id,
      status: 'error',
      message: expect.any(String) as string,
    });
    expect(await nextBeat(scene)).toMatchObject({ zone_id: 'before', zone_assigned: true });
  });

  test('missing keys mean none: the device does not move to kaiser "null" or into master zone "null"', async () => {
    await using scene = await openPlant(broker());
    const ack = await assign(scene, { master_zone_id: undefined, zone_name: undefined, kaiser_id: undefined });
    expect(ack).toMatchObject({ status: 'zone_assigned', zone_id: 'tent_1', master_zone_id: '' });
    expect(await nextBeat(scene)).toMatchObject({ zone_id: 'tent_1', master_zone_id: '' });
    expect(
      await assign(scene, { zone_id: 'tent_2', master_zone_id: null, zone_name: null, kaiser_id: '' }),
    ).toMatchObject({
      status: 'zone_assigned',
      zone_id: 'tent_2',
      master_zone_id: '',
    });
    await drive(scene, 19, 'ON');
  });

  test('the longest legal assignment fits', async () => {
    await using scene = await openPlant(broker());
    const longest = {
      zone_id: 'z'.repeat(32),
      master_zone_id: 'm'.repeat(32),
      zone_name: 'n'.repeat(64),
      correlation_id: 'c'.repeat(64),
    };
    expect(await assign(scene, longest)).toMatchObject({
      status: 'zone_assigned',
      zone_id: longest.zone_id,
      master_zone_id: longest.master_zone_id,
    });
  });

  test('a broken assignment is answered with JSON_PARSE_ERROR', async () => {
    await using scene = await openPlant(broker());
    await scene.send('zone/assign', '{"zone_id":');
    await scene.hears('zone/ack', { esp_id: scene.id, status: 'error', reason_code: 'JSON_PARSE_ERROR' });
  });
});

firmwareOverOneBroker('G. another controller', (broker) => {
  test('a device of another controller speaks below its kaiser id and nowhere else', async () => {
    await using scene = await FirmwareScene.open(broker(), { kaiserId: 'plant_7' });
    await configure(scene, { actuators: [actuator('pwm', 19)], sensors: [sensor('moisture', 34)] });
    await drive(scene, 19, 'ON');
    const from = scene.mark();
    await scene.send('system/command', { command: 'onewire/scan', correlation_id: 'scan' });
    await scene.hears('onewire/scan_result', {}, { from, withinMs: 5_000 });
    expect(scene.tap.published().filter(({ topic }) => !topic.startsWith(scene.prefix))).toEqual([]);
    const filters = scene.tap.subscribes().flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic));
    expect(filters).toContain('kaiser/plant_7/server/status');
  });

  test('a device that is given another kaiser id answers under the old one and lives on under the new', async () => {
    await using scene = await openPlant(broker());
    const packets = scene.tap.mark();
    expect(await assign(scene, { kaiser_id: 'second' })).toMatchObject({ status: 'zone_assigned' });
    const moved = `kaiser/second/esp/${scene.id}`;
    const isBeat = ({ topic }: Received): boolean => topic === `${moved}/system/heartbeat`;
    await scene.hearsSuch(isBeat, 'a heartbeat for the new controller', { withinMs: 30_000 });
    const filters = scene.tap
      .subscribes(packets)
      .flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic));
    expect(new Set(filters.filter((filter) => filter.startsWith(moved)))).toHaveProperty('size', 10);
    expect(filters).toContain('kaiser/second/server/status');
    const will = scene.tap.connects().at(-1)?.will?.topic;
    expect(will).toBe(`${moved}/system/will`);
    await scene.controller.publish(
      `${moved}/actuator/emergency`,
      { command: 'emergency_stop', auth_token: '', reason: '', correlation_id: 'm' },
      1,
    );
    const isAck = ({ topic, payload }: Received): boolean =>
      topic === `${moved}/actuator/emergency/ack` && payload.includes('"m"');
    await scene.hearsSuch(isAck, 'an acknowledgement for the new controller', { withinMs: 30_000 });
  });
});

firmwareOverBothBrokers('G. subzones', (broker) => {
  test('are assigned, counted, assigned again without harm, kept over a power cycle, and removed', async () => {
    await using scene = await openPlant(broker());
    await assign(scene);
    for (const parent of ['', 'tent_1', '']) {
      expect(await assignSubzone(scene, { parent_zone_id: parent })).toMatchObject({
        esp_id: scene.id,
        status: 'subzone_assigned',
        subzone_id: 'bed_a',
        timestamp: integer,
        seq: integer,
      });
    }
    expect(subzoneCount(await nextBeat(scene))).toBe(1);
    await scene.powerCycle();
    expect(subzoneCount(await nextBeat(scene))).toBe(1);
    expect(await removeSubzone(scene, 'bed_a')).toMatchObject({ status: 'subzone_removed', subzone_id: 'bed_a' });
    expect(subzoneCount(await nextBeat(scene))).toBe(0);
  });

  test.for<[string, JsonObject]>([
    ['no id', { subzone_id: undefined }],
    ['an empty id', { subzone_id: '' }],
    ['an id of 33 characters', { subzone_id: 's'.repeat(33) }],
    ['another parent zone', { parent_zone_id: 'tent_9' }],
    ['the parent zone "null"', { parent_zone_id: 'null' }],
    ['a reserved pin', { assigned_gpios: [18, 1] }],
    ['a pin that the board lacks', { assigned_gpios: [18, 24] }],
    ['pins that are no list', { assigned_gpios: 18 }],
    ['a pin that is a text', { assigned_gpios: ['18'] }],
    ['no pins key', { assigned_gpios: undefined }],
  ])('%s is refused with 2506', async ([, changes]) => {
    await using scene = await openPlant(broker());
    await assign(scene);
    expect(await assignSubzone(scene, changes)).toMatchObject({
      status: 'error',
      error_code: 2506,
      message: expect.any(String) as string,
    });
    expect(subzoneCount(await nextBeat(scene))).toBe(0);
    // What was assigned before the bad pin is free again.
    expect(await assignSubzone(scene, { subzone_id: 'bed_b', assigned_gpios: [18] })).toMatchObject({
      status: 'subzone_assigned',
    });
  });

  test('a missing parent zone means the present one', async () => {
    await using scene = await openPlant(broker());
    await assign(scene);
    expect(await assignSubzone(scene, { parent_zone_id: undefined, subzone_name: undefined })).toMatchObject({
      status: 'subzone_assigned',
    });
  });

  test('a pin of another subzone is refused', async () => {
    await using scene = await openPlant(broker());
    await assign(scene);
    await assignSubzone(scene);
    expect(await assignSubzone(scene, { subzone_id: 'bed_b', assigned_gpios: [18] })).toMatchObject({
      status: 'error',
      error_code: 2506,
    });
  });

  test('without a zone there are no subzones', async () => {
    await using scene = await openPlant(broker());
    expect(await assignSubzone(scene)).toMatchObject({ status: 'error', error_code: 2506 });
  });

  test('eight subzones with all pins of the board fit', async () => {
    await using scene = await openPlant(broker());
    await assign(scene);
    const pins = [
      [4, 5, 14],
      [15, 16, 17],
      [18, 19, 21],
      [22, 23, 25],
      [26, 27],
      [32, 33],
      [34, 35],
      [36, 39],
    ];
    for (const [index, gpios] of pins.entries())
      expect(
        await assignSubzone(scene, { subzone_id: `bed_${index}`, subzone_name: 'n'.repeat(64), assigned_gpios: gpios }),
      ).toMatchObject({ status: 'subzone_assigned' });
    expect(subzoneCount(await nextBeat(scene))).toBe(8);
  });

  test('safe mode leaves the outputs of actuators alone, is not acknowledged, and answers an unknown subzone', async () => {
    await using scene = await openPlant(broker());
    await assign(scene);
    await assignSubzone(scene);
    await drive(scene, 18, 'ON');
    const from = scene.mark();
    await scene.send('subzone/safe', {
      subzone_id: 'bed_a',
      action: 'enable',
      reason: '',
      correlation_id: randomUUID(),
    });
    await scene.quiet(1_000);
    expect(scene.said(/^subzone\/ack$/, from)).toEqual([]);
    expect(scene.node.duty(18)).toBe(255);
    expect(
      await ask(scene, 'subzone/safe', 'subzone/ack', { subzone_id: 'bed_z', action: 'enable', reason: '' }),
    ).toMatchObject({
      status: 'error',
      reason_code: 'SUBZONE_NOT_FOUND',
    });
    expect(
      await ask(scene, 'subzone/safe', 'subzone/ack', { subzone_id: 'bed_a', action: 'explode', reason: '' }),
    ).toMatchObject({ status: 'error' });
    expect(await responseTo(scene, await command(scene, 18, 'OFF'))).toMatchObject({ success: true });
  });

  test.for(['subzone/assign', 'subzone/remove', 'subzone/safe'])(
    'a broken %s is answered with JSON_PARSE_ERROR for subzone "unknown"',
    async (path) => {
      await using scene = await openPlant(broker());
      await scene.send(path, '{');
      await scene.hears('subzone/ack', { status: 'error', subzone_id: 'unknown', reason_code: 'JSON_PARSE_ERROR' });
    },
  );
});
