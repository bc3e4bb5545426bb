/*
 * F1 to F8, sections 1.21, 1.22 and 3.7.1: the stop and its clearing on one device.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import {
  actuator,
  command,
  configure,
  drive,
  fence,
  outcomeOf,
  responseTo,
  romOf,
  rule,
  sensor,
} from '../../fakes/firmware-config';
import { FirmwareScene, type SceneOptions } from '../../fakes/firmware-scene';
import type { JsonObject } from '../../fakes/message-log';

const integer = expect.toSatisfy((value: unknown) => Number.isInteger(value), 'an integer') as number;
const stopDeadlineMs = 100;
const stoppedMessage = 'Actuator in emergency stop state. Clear emergency first.';
const idleLevels = { 18: 0, 19: 255, 23: 0 } as const;
const plant = {
  actuators: [actuator('relay', 18), actuator('relay', 19, { inverted_logic: true }), actuator('pwm', 23)],
  sensors: [sensor('moisture', 34)],
};

/** A plant whose three outputs are on. */
async function openRunning(broker: FirmwareBroker, options: SceneOptions = {}): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker, options);
  try {
    await configure(scene, plant);
    for (const gpio of [18, 19, 23]) await drive(scene, gpio, 'ON');
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

const stopOf = (changes: JsonObject = {}): JsonObject & { readonly correlation_id: string } => {
  const id = randomUUID();
  return { command: 'emergency_stop', auth_token: '', reason: 'leak', correlation_id: id, intent_id: id, ...changes };
};

async function sendEmergency(scene: FirmwareScene, changes: JsonObject = {}): Promise<{ id: string; from: number }> {
  const message = stopOf(changes);
  const from = scene.mark();
  await scene.send('actuator/emergency', message);
  return { id: message.correlation_id, from };
}

const clear = (scene: FirmwareScene) => sendEmergency(scene, { command: 'clear_emergency' });

const isRunning = (scene: FirmwareScene): boolean => scene.node.duty(18) === 255;

async function setToken(scene: FirmwareScene, token: string, changes: JsonObject = {}): Promise<void> {
  const from = scene.mark();
  await scene.send('system/command', {
    command: 'set_emergency_token',
    token,
    correlation_id: randomUUID(),
    ...changes,
  });
  await scene.hears('system/command/response', { command: 'set_emergency_token', success: true }, { from });
}

async function expectStopped(scene: FirmwareScene): Promise<void> {
  for (const [gpio, level] of Object.entries(idleLevels)) await scene.pinBecomes(Number(gpio), level, stopDeadlineMs);
}

firmwareOverBothBrokers('F. emergency stop', (broker) => {
  test('F1 every output is at its off level, announced one by one, and the stop is acknowledged with its id', async () => {
    await using scene = await openRunning(broker());
    const { id, from } = await sendEmergency(scene);
    await expectStopped(scene);
    for (const gpio of [18, 19, 23]) {
      await scene.hears(`actuator/${gpio}/alert`, { alert_type: 'emergency_stop', gpio }, { from });
      await scene.hears(`actuator/${gpio}/status`, { emergency: 'active', state: false, pwm: 0 }, { from });
    }
    expect(await scene.hearsJson('actuator/emergency/ack', { correlation_id: id }, { from })).toEqual({
      ts: integer,
      esp_id: scene.id,
      correlation_id: id,
      command: 'emergency_stop',
      gpio_count: 3,
      outcome: 'executed',
      seq: integer,
    });
    expect(await outcomeOf(scene, id, { outcome: 'applied' })).toMatchObject({ code: 'EMERGENCY_STOP_TRIGGERED' });
  });

  test('F1 the outputs are off within 100 ms of real time', async () => {
    await using scene = await openRunning(broker(), { isRealTime: true });
    const from = scene.node.events.length;
    const sentAtMs = performance.now();
    await sendEmergency(scene);
    for (const [gpio, level] of Object.entries(idleLevels)) await scene.pinBecomes(Number(gpio), level, stopDeadlineMs);
    const offAtMs = [18, 19, 23].flatMap((gpio) =>
      scene.node.levels(gpio, from).map((event) => scene.node.seenAtMs(event)),
    );
    expect(Math.max(...offAtMs) - sentAtMs).toBeLessThanOrEqual(stopDeadlineMs);
  });

  test('F2 every later command fails until the stop is cleared, an OFF as well', async () => {
    await using scene = await openRunning(broker());
    await sendEmergency(scene);
    await expectStopped(scene);
    for (const name of ['ON', 'OFF', 'TOGGLE', 'PWM']) {
      const sent = await command(scene, 18, name, { value: 1 });
      expect(await responseTo(scene, sent), name).toMatchObject({ success: false, message: stoppedMessage });
      await scene.hears('actuator/18/alert', { alert_type: 'emergency_stop' }, { from: sent.from });
      await scene.hears('actuator/18/status', { emergency: 'active', pwm: 0 }, { from: sent.from });
    }
    await scene.quiet(10_000);
    expect([18, 19, 23].map((gpio) => scene.node.duty(gpio))).toEqual(Object.values(idleLevels));
  });

  test('F4 a clear before 5 s is refused, after 5 s it is confirmed and starts nothing, and a second one is harmless', async () => {
    await using scene = await openRunning(broker());
    await sendEmergency(scene);
    await expectStopped(scene);
    const early = await clear(scene);
    await scene.hears('actuator/255/alert', { alert_type: 'verification_failed', gpio: 255 }, { from: early.from });
    await scene.hears('actuator/emergency/error', { error: 'clear_failed' }, { from: early.from });
    expect(await outcomeOf(scene, early.id, { outcome: 'failed' })).toMatchObject({ code: 'EMERGENCY_CLEAR_REJECTED' });
    expect(await responseTo(scene, await command(scene, 18, 'ON'))).toMatchObject({ success: false });

    await scene.advance(5_100);
    const { id, from } = await clear(scene);
    expect(
      await scene.hearsJson('actuator/recovery_confirm', { correlation_id: id }, { from, withinMs: 3_000 }),
    ).toEqual({
      ts: integer,
      esp_id: scene.id,
      correlation_id: id,
      command: 'clear_emergency',
      state: 'cleared',
      seq: integer,
    });
    expect(await outcomeOf(scene, id, { outcome: 'applied' })).toMatchObject({ code: 'EMERGENCY_CLEAR_APPLIED' });
    await scene.hears('actuator/emergency/response', { status: 'emergency_cleared' }, { from });
    await scene.quiet(5_000);
    expect([18, 19, 23].map((gpio) => scene.node.duty(gpio))).toEqual(Object.values(idleLevels));

    const again = await clear(scene);
    await scene.hears('system/intent_outcome', { correlation_id: again.id }, { withinMs: 3_000 });
    await scene.quiet(3_000);
    expect([18, 19, 23].map((gpio) => scene.node.duty(gpio))).toEqual(Object.values(idleLevels));
    expect(await drive(scene, 23, 'ON')).toMatchObject({ state: true, emergency: 'normal' });
  });

  test('F7 with a stored token only the right one stops; the wrong, the empty and the missing one are refused', async () => {
    await using scene = await openRunning(broker());
    await setToken(scene, 'null'); // what stock firmware would read where no token is
    for (const token of ['wrong', '', undefined, null, 'nul', 'nullx', 5]) {
      const refused = await sendEmergency(scene, { auth_token: token });
      expect(await outcomeOf(scene, refused.id), String(token)).toMatchObject({
        outcome: 'rejected',
        code: 'UNAUTHORIZED',
      });
      await scene.hears('actuator/emergency/error', { error: 'unauthorized' }, { from: refused.from });
      expect(isRunning(scene), String(token)).toBe(true);
    }
    await scene.hears('system/error', { error_code: 3500 });
    const { id } = await sendEmergency(scene, { auth_token: 'null' });
    await expectStopped(scene);
    await scene.hears('actuator/emergency/ack', { correlation_id: id });
    const cleared = await sendEmergency(scene, { command: 'clear_emergency', auth_token: 'wrong' });
    expect(await outcomeOf(scene, cleared.id)).toMatchObject({ outcome: 'rejected', code: 'UNAUTHORIZED' });
  });

  test('F7 a token of 64 characters survives a power cycle', async () => {
    await using scene = await openRunning(broker());
    const token = 'T'.repeat(64);
    await setToken(scene, token);
    await scene.advance(61_000);
    await scene.powerCycle();
    await scene.quiet(500);
    await drive(scene, 18, 'ON');
    const wrong = await sendEmergency(scene, { auth_token: `${token.slice(1)}U` });
    expect(await outcomeOf(scene, wrong.id)).toMatchObject({ code: 'UNAUTHORIZED' });
    await sendEmergency(scene, { auth_token: token });
    await scene.pinBecomes(18, 0, stopDeadlineMs);
  });

  test('F7 in production a device without a token refuses to be stopped, says so, and stops with one', async () => {
    await using scene = await openRunning(broker(), { isProduction: true });
    const refused = await sendEmergency(scene);
    expect(await outcomeOf(scene, refused.id)).toMatchObject({ outcome: 'rejected', code: 'NO_TOKEN_CONFIGURED' });
    await scene.hears('system/error', { error_code: 3501 });
    expect(isRunning(scene)).toBe(true);
    await setToken(scene, 'secret');
    await sendEmergency(scene, { auth_token: 'secret' });
    await expectStopped(scene);
  });

  test('a command that is neither stop nor clear is refused and stops nothing', async () => {
    await using scene = await openRunning(broker());
    for (const name of ['clear', 'clear_all', 'EMERGENCY_STOP', 'stop_all', 'x', 7]) {
      const refused = await sendEmergency(scene, { command: name });
      expect(await outcomeOf(scene, refused.id), String(name)).toMatchObject({
        outcome: 'rejected',
        code: 'VALIDATION_FAIL',
      });
    }
    expect(isRunning(scene)).toBe(true);
  });

  test('a stop that cannot be read ends as a parse error', async () => {
    await using scene = await openRunning(broker());
    const from = scene.mark();
    await scene.send('actuator/emergency', '{"command":"emergency_stop"');
    await scene.hears('system/intent_outcome', { outcome: 'failed', code: 'EMERGENCY_PARSE_ERROR' }, { from });
  });

  test('a stop with all that the contract allows, 1 kB long, is understood', async () => {
    await using scene = await openRunning(broker());
    const { id } = await sendEmergency(scene, {
      reason: 'ü'.repeat(300),
      issued_by: 'user:mira',
      auth_token: 'T'.repeat(64),
    });
    await expectStopped(scene);
    await scene.hears('actuator/emergency/ack', { correlation_id: id });
  });
});

firmwareOverOneBroker('F. the stop in every state', (broker) => {
  test('F8 it works before registration', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, {
      ...plant,
      actuators: plant.actuators.map((item) => ({ ...item, default_state: true, default_pwm: 200 })),
    });
    scene.acknowledge = 'silent';
    const from = scene.mark();
    scene.tap.cut();
    await scene.heartbeat(from, 20_000);
    expect([18, 19].map((gpio) => scene.node.duty(gpio))).toEqual([255, 0]);
    await sendEmergency(scene);
    await expectStopped(scene);
    await scene.quiet(3_000);
    expect(scene.said(/^actuator\/emergency\/ack$/, from)).toEqual([]);
    scene.acknowledge = 'online';
    await scene.hears('system/intent_outcome', { code: 'EMERGENCY_STOP_TRIGGERED' }, { from, withinMs: 10_000 });
    await scene.hears('actuator/18/status', { emergency: 'active' }, { from, withinMs: 40_000 });
  });

  test('F8 it works in PENDING_APPROVAL', async () => {
    await using scene = await openRunning(broker());
    scene.acknowledge = 'pending_approval';
    await scene.advance(62_000);
    expect(isRunning(scene)).toBe(true);
    const { id } = await sendEmergency(scene);
    await expectStopped(scene);
    await scene.hears('actuator/emergency/ack', { correlation_id: id });
  });

  test('F8 it works with half a configuration after a power cycle', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, { actuators: [actuator('relay', 18)] });
    await scene.advance(61_000);
    await scene.powerCycle();
    await scene.quiet(500);
    const { id } = await sendEmergency(scene);
    expect(await outcomeOf(scene, id, { outcome: 'applied' })).toMatchObject({ code: 'EMERGENCY_STOP_TRIGGERED' });
    await scene.hears('actuator/emergency/ack', { correlation_id: id, gpio_count: 1 });
    expect(await responseTo(scene, await command(scene, 18, 'ON'))).toMatchObject({ success: false });
  });

  test('F8 it ends the offline rules: what they drove stays off', { timeout: 90_000 }, async () => {
    await using scene = await FirmwareScene.open(broker());
    const rom = romOf(1);
    scene.node.world({ onewire: { 4: [{ rom, celsius: 15 }] } });
    await configure(scene, {
      sensors: [sensor('ds18b20', 4, { onewire_address: rom, measurement_interval_seconds: 5 })],
      actuators: [actuator('relay', 18)],
      offline_rules: [rule(18, 4, 'ds18b20', { activate_below: 18, deactivate_above: 20 })],
    });
    await scene.hears('sensor/4/data', {}, { withinMs: 10_000 });
    scene.tap.isRefusing = true;
    scene.tap.cut();
    await scene.pinBecomes(18, 255, 60_000);
    scene.acknowledge = 'silent';
    const from = scene.mark();
    scene.tap.isRefusing = false;
    await scene.heartbeat(from, 30_000);
    expect(scene.node.duty(18)).toBe(255);
    await sendEmergency(scene);
    await scene.pinBecomes(18, 0, stopDeadlineMs);
    await scene.advance(60_000);
    expect(scene.node.duty(18)).toBe(0);
  });

  test('commands that wait when the stop comes are not carried out after it', async () => {
    await using scene = await openRunning(broker());
    const sent = await Promise.all([
      command(scene, 18, 'OFF'),
      command(scene, 18, 'ON'),
      sendEmergency(scene),
      command(scene, 19, 'ON'),
    ]);
    await fence(scene);
    await scene.quiet(2_000);
    expect([18, 19, 23].map((gpio) => scene.node.duty(gpio))).toEqual(Object.values(idleLevels));
    for (const { id } of sent) await outcomeOf(scene, id);
  });

  test('a valve stops where it is, and a flood of commands before the stop does not hold it up', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, {
      actuators: [actuator('valve', 25, { aux_gpio: 26 }), actuator('pwm', 23)],
      sensors: [sensor('moisture', 34)],
    });
    await scene.advance(6_000);
    await drive(scene, 25, 'ON');
    await scene.advance(2_000, 500);
    expect(scene.node.duty(26), 'it moves').toBe(255);
    for (let round = 0; round < 40; round += 1) await command(scene, 23, 'TOGGLE');
    await sendEmergency(scene);
    await scene.pinBecomes(26, 0, stopDeadlineMs);
    await scene.pinBecomes(23, 0, stopDeadlineMs);
    await scene.advance(10_000);
    expect([scene.node.duty(26), scene.node.duty(23)]).toEqual([0, 0]);
  });

  test('what runs for a given time is not switched on again by the end of that time or by the clear', async () => {
    await using scene = await openRunning(broker());
    await drive(scene, 23, 'OFF');
    await drive(scene, 23, 'ON', { duration: 20 });
    await sendEmergency(scene);
    await expectStopped(scene);
    await scene.advance(6_000);
    await clear(scene);
    await scene.advance(30_000);
    expect([18, 19, 23].map((gpio) => scene.node.duty(gpio))).toEqual(Object.values(idleLevels));
  });

  test('the safe_mode command stops the outputs and refuses commands with SAFETY_LOCKED until it is left', async () => {
    await using scene = await openRunning(broker());
    await scene.send('system/command', { command: 'safe_mode', correlation_id: randomUUID() });
    await scene.hears('system/command/response', { command: 'safe_mode', success: true });
    await expectStopped(scene);
    expect(await responseTo(scene, await command(scene, 18, 'ON'))).toMatchObject({ success: false });
    await scene.advance(6_000);
    await scene.send('system/command', { command: 'exit_safe_mode', correlation_id: randomUUID() });
    await scene.hears('system/command/response', { command: 'exit_safe_mode' });
    await scene.quiet(3_000);
    await drive(scene, 23, 'ON'); // a pwm output: relays may have to rest like pumps (8.4)
  });

  test('a stop is not undone by a power cycle: nothing starts by itself', async () => {
    await using scene = await openRunning(broker());
    await sendEmergency(scene);
    await expectStopped(scene);
    await scene.advance(61_000);
    await scene.powerCycle();
    await scene.quiet(3_000);
    expect(scene.node.levelsSinceBoot(18).map(({ duty }) => duty)).not.toContain(255);
    expect(scene.node.levelsSinceBoot(19).map(({ duty }) => duty)).not.toContain(0);
  });
});
