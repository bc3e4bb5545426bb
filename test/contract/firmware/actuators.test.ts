/*
 * E11 and E13, sections 1.17 to 1.19, 3.1 to 3.5: what commands do, and how each one is answered.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker } from '../../fakes/firmware-broker';
import { actuator, command, configure, drive, fence, outcomeOf, responseTo, sensor } from '../../fakes/firmware-config';
import { FirmwareScene, startOfTimeS } from '../../fakes/firmware-scene';
import type { JsonObject } from '../../fakes/message-log';

const integer = expect.toSatisfy((value: unknown) => Number.isInteger(value), 'an integer') as number;

const plant = {
  actuators: [
    actuator('pwm', 18),
    actuator('relay', 19),
    actuator('relay', 23, { inverted_logic: true }),
    actuator('valve', 25, { aux_gpio: 26 }),
  ],
  sensors: [sensor('moisture', 34)],
};

async function openPlant(broker: Parameters<typeof FirmwareScene.open>[0]): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker);
  try {
    await configure(scene, plant);
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

firmwareOverBothBrokers('E. actuator commands', (broker) => {
  test('E11 ON, OFF, TOGGLE, small letters and PWM on a pwm output do what they say', async () => {
    await using scene = await openPlant(broker());
    const steps: readonly [string, number, readonly number[]][] = [
      ['ON', 0, [255]],
      ['OFF', 0, [0]],
      ['TOGGLE', 0, [255]],
      ['TOGGLE', 0, [0]],
      ['on', 0, [255]],
      ['off', 0, [0]],
      ['PWM', 0.5, [127, 128]],
      ['PWM', 1.7, [255]],
      ['PWM', -0.3, [0]],
      ['PWM', 0.35, [89]],
    ];
    for (const [name, value, expected] of steps) {
      const status = await drive(scene, 18, name, { value });
      expect(expected, `status after ${name} ${value}`).toContain(status['pwm']);
      expect(status['state'], `${name} ${value}`).toBe(expected[0] !== 0);
      expect(expected, `pin after ${name} ${value}`).toContain(scene.node.duty(18));
    }
  });

  test('E11 a command that does not exist fails and names itself', async () => {
    await using scene = await openPlant(broker());
    for (const name of ['STOP', 'SET', 'DIM', 'x'.repeat(40)]) {
      const sent = await command(scene, 18, name);
      const response = await responseTo(scene, sent);
      expect(response).toMatchObject({ success: false });
      expect(String(response['message'])).toContain('Unknown command');
      expect(await outcomeOf(scene, sent.id, { outcome: 'failed' })).toMatchObject({ code: 'EXECUTE_FAIL' });
    }
    expect(scene.node.duty(18) ?? 0).toBe(0);
  });

  test('E13 a command on a pin without an actuator fails, and error 1052 is reported once', async () => {
    await using scene = await openPlant(broker());
    for (const round of [1, 2, 3]) {
      const sent = await command(scene, 27, 'ON');
      expect(await responseTo(scene, sent), `round ${round}`).toMatchObject({ success: false, gpio: 27 });
      await outcomeOf(scene, sent.id, { outcome: 'failed' });
    }
    await fence(scene);
    const errors = scene.said(/^system\/error$/).filter(({ json }) => json['error_code'] === 1052);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.json).toMatchObject({ severity: 2, category: 'HARDWARE', context: { esp_id: scene.id } });
  });

  test('a command is admitted, answered, shown in the status and ended, all with the id of its sender', async () => {
    await using scene = await openPlant(broker());
    const sent = await command(scene, 18, 'PWM', { value: 0.35, timestamp: 1_777_013_000 });
    expect(await responseTo(scene, sent)).toMatchObject({
      esp_id: scene.id,
      seq: integer,
      zone_id: '',
      ts: integer,
      gpio: 18,
      command: 'PWM',
      value: 0.35,
      duration: 0,
      success: true,
      message: expect.any(String) as string,
      issued_by: 'user:mira',
    });
    const meta = { flow: 'command', intent_id: sent.id, contract_version: 2, semantic_mode: 'target', epoch: integer };
    expect(await outcomeOf(scene, sent.id, { outcome: 'accepted' })).toMatchObject({
      ...meta,
      code: 'COMMAND_ACCEPTED',
      legacy_status: 'processing',
      target_status: 'accepted',
    });
    expect(await outcomeOf(scene, sent.id, { outcome: 'applied' })).toMatchObject({
      ...meta,
      code: 'NONE',
      legacy_status: 'processing',
      target_status: 'applied',
      retryable: false,
    });
    const status = await scene.hearsJson('actuator/18/status', { pwm: 89 }, { from: sent.from });
    expect(status).toMatchObject({
      esp_id: scene.id,
      seq: integer,
      ts: integer,
      gpio: 18,
      type: 'pwm',
      state: true,
      runtime_ms: integer,
      emergency: 'normal',
      command_source: 'user:mira',
    });
    expect(status).not.toHaveProperty('correlation_id');
  });

  test.for([63, 64])('ids of %d characters come back unchanged', async (length) => {
    await using scene = await openPlant(broker());
    const id = 'c'.repeat(length - 1) + 'Z';
    const sent = await command(scene, 18, 'ON', { correlation_id: id, intent_id: id });
    await responseTo(scene, sent);
    await outcomeOf(scene, id, { outcome: 'accepted', intent_id: id });
    await outcomeOf(scene, id, { outcome: 'applied', intent_id: id });
  });

  test('a command that comes twice is answered twice and ends in the same state', async () => {
    await using scene = await openPlant(broker());
    const id = randomUUID();
    const ids = { correlation_id: id, intent_id: id };
    await drive(scene, 18, 'ON', ids);
    expect(await responseTo(scene, await command(scene, 18, 'ON', ids))).toMatchObject({ success: true });
    expect(scene.node.levels(18).filter(({ duty }) => duty === 255)).toHaveLength(1);
    const toggle = randomUUID();
    const once = { correlation_id: toggle, intent_id: toggle };
    await drive(scene, 18, 'TOGGLE', once);
    expect(await responseTo(scene, await command(scene, 18, 'TOGGLE', once))).toMatchObject({ success: true });
    expect(scene.node.duty(18)).toBe(0);
  });
});

firmwareOverOneBroker('E. outputs and payloads', (broker) => {
  test('a relay drives full on, an inverted one low, and both end at their idle level', async () => {
    await using scene = await openPlant(broker());
    expect(scene.node.duty(23)).toBe(255);
    expect(scene.node.levels(23).map(({ duty }) => duty)).not.toContain(0);
    expect(await drive(scene, 19, 'ON')).toMatchObject({ type: 'relay', state: true, pwm: 255 });
    expect(await drive(scene, 23, 'ON')).toMatchObject({ type: 'relay', state: true, pwm: 255 });
    expect([scene.node.duty(19), scene.node.duty(23)]).toEqual([255, 0]);
    expect(await drive(scene, 23, 'OFF')).toMatchObject({ state: false, pwm: 0 });
    expect(scene.node.duty(23)).toBe(255);
  });

  test('PWM on a relay switches at one half, and a value outside 0 to 1 is refused with 4020', async () => {
    await using scene = await openPlant(broker());
    expect(await drive(scene, 19, 'PWM', { value: 0.5 })).toMatchObject({ state: true });
    const refused = await command(scene, 19, 'PWM', { value: 1.2 });
    expect(await responseTo(scene, refused)).toMatchObject({ success: false });
    await scene.hears('system/error', { error_code: 4020 });
    expect(scene.node.duty(19)).toBe(255);
    expect(await drive(scene, 19, 'PWM', { value: 0.49 })).toMatchObject({ state: false });
    expect(scene.node.duty(19)).toBe(0);
  });

  test('a valve has three positions and moves for its travel time only', async () => {
    await using scene = await openPlant(broker());
    await scene.advance(6_000, 500); // it may look for its end stop first
    const idle = scene.node.duty(26);
    const from = scene.node.events.length;
    expect(await drive(scene, 25, 'ON')).toMatchObject({ type: 'valve', state: true });
    await scene.hears('actuator/25/status', { pwm: 254 }, { withinMs: 35_000 });
    await scene.advance(6_000, 500);
    const moves = scene.node.levels(26, from);
    expect(moves.at(-1)?.duty).toBe(idle);
    const travelMs = (moves.at(-1)?.t_ms ?? 0) - (moves.find(({ duty }) => duty !== idle)?.t_ms ?? 0);
    expect(travelMs).toBeGreaterThanOrEqual(4_900);
    expect(travelMs).toBeLessThanOrEqual(5_200);
    for (const [value, pwm] of [
      [0.5, 127],
      [0.2, 0],
      [1.7, 254],
      [-1, 0],
    ] as const) {
      const sent = scene.mark();
      await drive(scene, 25, 'PWM', { value });
      await scene.hears('actuator/25/status', { pwm }, { withinMs: 35_000, from: sent });
      await scene.advance(6_000);
    }
  });

  test('repeating the present state succeeds without touching the pin', async () => {
    await using scene = await openPlant(broker());
    await drive(scene, 19, 'ON');
    const touched = scene.node.levels(19).length;
    const sent = await command(scene, 19, 'ON');
    expect(await responseTo(scene, sent)).toMatchObject({ success: true });
    await scene.quiet();
    expect(scene.node.levels(19)).toHaveLength(touched);
  });

  test('spaces, line breaks, unknown fields and nested ids do not disturb a command', async () => {
    await using scene = await openPlant(broker());
    const id = randomUUID();
    const from = scene.mark();
    const text = JSON.stringify(
      { future: { command: 'OFF' }, data: { correlation_id: id, intent_id: id }, command: 'ON' },
      null,
      2,
    );
    await scene.send('actuator/18/command', text.replaceAll('":', '" :'));
    await scene.hears('actuator/18/response', { success: true, correlation_id: id }, { from });
    expect(scene.node.duty(18)).toBe(255);
  });

  test('a command as long as a sender may make it is carried out', async () => {
    await using scene = await openPlant(broker());
    const longest = { issued_by: `logic:${'r'.repeat(200)}`, generation: 1_777_013_500_123, timestamp: startOfTimeS };
    expect(await drive(scene, 18, 'ON', longest)).toMatchObject({ pwm: 255 });
  });

  test('a command without ids is carried out under an id of the device', async () => {
    await using scene = await openPlant(broker());
    const from = scene.mark();
    await scene.send('actuator/18/command', { command: 'ON' });
    await scene.hears('actuator/18/response', { success: true, command: 'ON' }, { from });
    const applied = await scene.hearsJson('system/intent_outcome', { outcome: 'applied' }, { from });
    expect(String(applied['intent_id'])).toMatch(/^act_\d+_\d+$/);
  });

  test('a command whose time to live is over by the device clock expires and does nothing', async () => {
    await using scene = await openPlant(broker());
    await scene.advance(5_000);
    const expired = await command(scene, 18, 'ON', { created_at_ms: 1, ttl_ms: 1_000 });
    expect(await outcomeOf(scene, expired.id, { outcome: 'expired' })).toMatchObject({ code: 'TTL_EXPIRED' });
    expect(scene.node.duty(18) ?? 0).toBe(0);
    await drive(scene, 18, 'ON', { created_at_ms: 1_777_013_000_000, ttl_ms: 1_000 });
  });

  test('a command past its expires_at ends as expired, and one before it is carried out', async () => {
    await using scene = await openPlant(broker());
    const capabilities = (await scene.hearsJson('system/heartbeat'))['capabilities'];
    expect(capabilities).toContain('expiry');
    const late = await command(scene, 18, 'ON', { expires_at: startOfTimeS - 10 });
    expect(await outcomeOf(scene, late.id, { outcome: 'expired' })).toMatchObject({ flow: 'command' });
    expect(await responseTo(scene, late)).toMatchObject({ success: false });
    expect(scene.node.duty(18) ?? 0).toBe(0);
    await drive(scene, 18, 'ON', { expires_at: startOfTimeS + 3_600 });
  });

  test('missing and null values read as missing, never as the text "null"', async () => {
    await using scene = await openPlant(broker());
    const from = scene.mark();
    const fields: JsonObject = {
      command: 'ON',
      issued_by: null,
      correlation_id: null,
      intent_id: null,
      duration: null,
      value: null,
    };
    await scene.send('actuator/18/command', fields);
    const response = await scene.hearsJson('actuator/18/response', { success: true }, { from });
    expect(JSON.stringify(response)).not.toContain('"null"');
    const refused = scene.mark();
    await scene.send('actuator/18/command', { value: 1 });
    expect(await scene.hearsJson('actuator/18/response', {}, { from: refused })).toMatchObject({ success: false });
  });

  test.for(['-5', '"5"', '2.5', '1e300', '{}'])(
    'ON with the duration %s is refused and not taken for one without end',
    async (duration) => {
      await using scene = await openPlant(broker());
      const id = randomUUID();
      await scene.send(
        'actuator/18/command',
        `{"command":"ON","duration":${duration},"correlation_id":"${id}","intent_id":"${id}"}`,
      );
      expect(await scene.hearsJson('actuator/18/response', { correlation_id: id })).toMatchObject({ success: false });
      expect(scene.node.duty(18) ?? 0).toBe(0);
    },
  );

  test('a flood of commands neither loses an answer nor delays what comes after it', async () => {
    await using scene = await openPlant(broker());
    const sent = [];
    for (let round = 0; round < 60; round += 1) sent.push(await command(scene, 18, round % 2 === 0 ? 'ON' : 'OFF'));
    await scene.quiet(3_000);
    for (const { id, from } of sent) {
      const said = scene.said(/^system\/intent_outcome$/, from).filter(({ json }) => json['correlation_id'] === id);
      expect(said.map(({ json }) => json['outcome']).at(-1), id).toMatch(/^(applied|rejected)$/);
    }
    await drive(scene, 18, 'PWM', { value: 0.2 });
  });
});
