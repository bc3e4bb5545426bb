/*
 * Sections 1.23 and 3.7.2, row by row: what a device does with messages on the broadcast topic. Firmware MUST 3; the extensions `drill` and
 * `unparsable_stop`.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, type FirmwareBroker } from '../../fakes/firmware-broker';
import { actuator, configure, drive, fence, sensor } from '../../fakes/firmware-config';
import { FirmwareScene, type SceneOptions } from '../../fakes/firmware-scene';
import type { JsonObject } from '../../fakes/message-log';

type Row = {
  readonly name: string;
  readonly payload: JsonObject | string;
  readonly stops: boolean;
  readonly outcome: 'applied' | 'failed';
  readonly code: string;
  /** Error 3016 on system/error. */
  readonly isMismatch?: boolean;
};

const stop = { command: 'emergency_stop', reason: 'operator', issued_by: 'mira', timestamp: '2026-05-02T10:00:00Z' };
const mismatch = { outcome: 'failed', code: 'EMERGENCY_CONTRACT_MISMATCH', isMismatch: true } as const;
const triggered = { outcome: 'applied', code: 'BROADCAST_EMERGENCY_STOP_TRIGGERED', stops: true } as const;

const rows: readonly Row[] = [
  { name: 'emergency_stop', payload: stop, ...triggered },
  { name: 'stop_all', payload: { ...stop, command: 'stop_all' }, ...triggered },
  { name: 'the alias action', payload: { action: 'stop_all', reason: '' }, ...triggered },
  { name: 'command and action that agree', payload: { ...stop, action: 'emergency_stop' }, ...triggered },
  {
    name: 'the seven keys of the stock server with a long reason',
    payload: {
      ...stop,
      reason: 'r'.repeat(500),
      devices_stopped: 3,
      actuators_stopped: 9,
      incident_correlation_id: randomUUID(),
    },
    ...triggered,
  },
  { name: 'a token where none is stored', payload: { ...stop, auth_token: 'whatever' }, ...triggered },
  { name: 'a command that is a number', payload: { ...stop, command: 1 }, stops: true, ...mismatch },
  { name: 'a command that is a list', payload: { ...stop, command: ['emergency_stop'] }, stops: true, ...mismatch },
  { name: 'a token that is a number', payload: { ...stop, auth_token: 7 }, stops: true, ...mismatch },
  { name: 'command and action that differ', payload: { ...stop, action: 'stop_all' }, stops: true, ...mismatch },
  {
    name: 'a command of the wrong type beside a wrong timestamp',
    payload: { ...stop, command: 1, timestamp: 1 },
    stops: true,
    ...mismatch,
  },
  { name: 'an action that is a number', payload: { ...stop, action: 1 }, stops: false, ...mismatch },
  { name: 'a reason that is a number', payload: { ...stop, reason: 1 }, stops: false, ...mismatch },
  { name: 'an issuer that is an object', payload: { ...stop, issued_by: {} }, stops: false, ...mismatch },
  { name: 'a timestamp that is a number', payload: { ...stop, timestamp: 1_777_013_000 }, stops: false, ...mismatch },
  { name: 'neither command nor action', payload: { reason: 'x' }, stops: false, ...mismatch },
  { name: 'a token alone', payload: { auth_token: 'x' }, stops: false, ...mismatch },
  { name: 'an empty command', payload: { ...stop, command: '' }, stops: false, ...mismatch },
  { name: 'a clear', payload: { ...stop, command: 'clear_emergency' }, stops: false, ...mismatch },
  { name: 'a command in capitals', payload: { ...stop, command: 'STOP_ALL' }, stops: false, ...mismatch },
  { name: 'an unknown command', payload: { ...stop, command: 'pause' }, stops: false, ...mismatch },
];

/** Two outputs that run. */
async function openRunning(broker: FirmwareBroker, options: SceneOptions = {}): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker, options);
  try {
    await configure(scene, {
      actuators: [actuator('relay', 18), actuator('relay', 19, { inverted_logic: true })],
      sensors: [sensor('moisture', 34)],
    });
    await drive(scene, 18, 'ON');
    await drive(scene, 19, 'ON');
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

const levels = (scene: FirmwareScene): readonly unknown[] => [scene.node.duty(18), scene.node.duty(19)];
const running = [255, 0];
const stopped = [0, 255];

async function expectAfterwards(scene: FirmwareScene, stops: boolean): Promise<void> {
  await fence(scene);
  expect(levels(scene)).toEqual(stops ? stopped : running);
}

async function setToken(scene: FirmwareScene, token: string): Promise<void> {
  await scene.send('system/command', {
    command: 'set_emergency_token',
    token,
    token_type: 'broadcast',
    correlation_id: randomUUID(),
  });
  await scene.hears('system/command/response', {
    command: 'set_emergency_token',
    success: true,
    token_type: 'broadcast',
  });
}

firmwareOverBothBrokers('F. broadcast stop', (broker) => {
  test.for(rows)('$name', async ({ payload, stops, outcome, code, isMismatch }) => {
    await using scene = await openRunning(broker());
    const id = randomUUID();
    const from = scene.mark();
    await scene.broadcast({ ...(payload as JsonObject), correlation_id: id, intent_id: id });
    expect(await scene.hearsJson('system/intent_outcome', { correlation_id: id }, { from })).toMatchObject({
      flow: 'command',
      outcome,
      code,
    });
    if (isMismatch === true) await scene.hears('system/error', { error_code: 3016 }, { from });
    if (stops) {
      await scene.hears('actuator/18/alert', { alert_type: 'emergency_stop' }, { from });
      await scene.hears('actuator/18/status', { emergency: 'active', pwm: 0 }, { from });
    }
    await expectAfterwards(scene, stops);
    expect(scene.said(/^actuator\/emergency\/ack$/, from), 'the broadcast is not acknowledged').toEqual([]);
  });

  test.for([
    ['broken JSON', '{"command":"emergency_stop"'],
    ['a list', '["emergency_stop"]'],
    ['a text', '"stop_all"'],
    ['20 kB', JSON.stringify({ ...stop, padding: 'p'.repeat(20_000) })],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ] as const)('%s ends as a parse error, and stops when the device says that it can', async ([, payload]) => {
    await using scene = await openRunning(broker());
    const stopsOnRubbish = ((await scene.hearsJson('system/heartbeat'))['capabilities'] as readonly string[]).includes(
      'unparsable_stop',
    );
    const from = scene.mark();
    await scene.broadcast(payload);
    await scene.hears('system/intent_outcome', { outcome: 'failed', code: 'EMERGENCY_PARSE_ERROR' }, { from });
    await expectAfterwards(scene, stopsOnRubbish);
  });

  test('an empty payload is a cleared retained message and stops nothing', async () => {
    await using scene = await openRunning(broker());
    await scene.controller.publish('kaiser/broadcast/emergency', '', 1, true);
    await expectAfterwards(scene, false);
  });

  test('with a stored broadcast token only the right one stops; the token of the device is another one', async () => {
    await using scene = await openRunning(broker());
    await setToken(scene, 'null');
    for (const token of ['wrong', '', undefined]) {
      const id = randomUUID();
      const from = scene.mark();
      await scene.broadcast({ ...stop, auth_token: token, correlation_id: id });
      await scene.hears(
        'system/intent_outcome',
        { correlation_id: id, outcome: 'rejected', code: 'UNAUTHORIZED' },
        { from },
      );
      await expectAfterwards(scene, false);
    }
    await scene.hears('system/error', { error_code: 3500 });
    await scene.broadcast({ ...stop, auth_token: 'null' });
    await scene.hears('system/intent_outcome', { code: 'BROADCAST_EMERGENCY_STOP_TRIGGERED' });
    await expectAfterwards(scene, true);
  });

  test('a token of the device alone leaves the broadcast open', async () => {
    await using scene = await openRunning(broker());
    await scene.send('system/command', { command: 'set_emergency_token', token: 'own', correlation_id: randomUUID() });
    await scene.hears('system/command/response', { command: 'set_emergency_token', success: true, token_type: 'esp' });
    await scene.broadcast(stop);
    await scene.hears('system/intent_outcome', { code: 'BROADCAST_EMERGENCY_STOP_TRIGGERED' });
    await expectAfterwards(scene, true);
  });

  test('in production a device without a broadcast token refuses with error 3501', async () => {
    await using scene = await openRunning(broker(), { isProduction: true });
    const id = randomUUID();
    await scene.broadcast({ ...stop, correlation_id: id });
    await scene.hears('system/intent_outcome', {
      correlation_id: id,
      outcome: 'rejected',
      code: 'NO_TOKEN_CONFIGURED',
    });
    await scene.hears('system/error', { error_code: 3501 });
    await expectAfterwards(scene, false);
  });
});

firmwareOverBothBrokers('F. drill', (broker) => {
  test.for(['actuator/emergency', 'kaiser/broadcast/emergency'])(
    'a drill on %s is acknowledged as a drill and changes no output',
    async (topic) => {
      await using scene = await openRunning(broker());
      const id = randomUUID();
      const from = scene.mark();
      const touched = scene.node.events.filter(({ event }) => event === 'pin').length;
      const drill = {
        command: 'drill',
        reason: 'practice',
        issued_by: 'mira',
        timestamp: '2026-05-02T10:00:00Z',
        correlation_id: id,
        intent_id: id,
      };
      if (topic.startsWith('kaiser')) await scene.broadcast(drill);
      else await scene.send(topic, { ...drill, auth_token: '' });
      expect(await scene.hearsJson('actuator/emergency/ack', { correlation_id: id }, { from })).toMatchObject({
        esp_id: scene.id,
        command: 'drill',
        drill: true,
        gpio_count: 2,
        outcome: 'executed',
      });
      await scene.quiet(3_000);
      expect(scene.node.events.filter(({ event }) => event === 'pin')).toHaveLength(touched);
      expect(levels(scene)).toEqual(running);
      expect(scene.said(/^actuator\/\d+\/alert$/, from)).toEqual([]);
      await drive(scene, 18, 'OFF');
    },
  );

  test('a drill does not end a real stop', async () => {
    await using scene = await openRunning(broker());
    await scene.broadcast(stop);
    await scene.pinBecomes(18, 0, 100);
    const id = randomUUID();
    await scene.send('actuator/emergency', {
      command: 'drill',
      correlation_id: id,
      intent_id: id,
      auth_token: '',
      reason: '',
    });
    await scene.hears('actuator/emergency/ack', { correlation_id: id, drill: true });
    await expectAfterwards(scene, true);
  });

  test('a drill needs the token that a stop needs', async () => {
    await using scene = await openRunning(broker());
    await setToken(scene, 'secret');
    const id = randomUUID();
    const from = scene.mark();
    await scene.broadcast({ command: 'drill', correlation_id: id, auth_token: 'wrong' });
    await scene.hears(
      'system/intent_outcome',
      { correlation_id: id, outcome: 'rejected', code: 'UNAUTHORIZED' },
      { from },
    );
    await fence(scene);
    expect(scene.said(/^actuator\/emergency\/ack$/, from)).toEqual([]);
  });
});
