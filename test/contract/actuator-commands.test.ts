// Conformance cases E for the console: a scripted device talks to it through a real broker, and its HTTP interface shows the effect.
import { expect, test } from 'vitest';
import type { ErrorAnswer, StopAnswer } from '../fakes/console-answers';
import { jsonOf, matching, type Matches, type Received } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import { keysWithSpaceBeforeColon } from '../fakes/payload-budget';
import type { ScriptedDevice } from '../fakes/scripted-device';

const testDeadlineMs = 80_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const unconfirmedAfterMs = 30_000;

const onCommandTopic = (device: ScriptedDevice): Matches => matching(`${device.prefix}/actuator/18/command`);
const commandAt = (device: ScriptedDevice): Promise<Received> => device.waitFor(onCommandTopic(device), 2_000);

// Every case has a device of its own, so they run side by side; E8 alone takes 30 s.
overBothBrokers('E. actuator commands', (stage) => {
  test.concurrent(
    'E1 ON goes out once, with QoS 2, and within all limits of the device',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);

      const { commandId } = await stage().client.sendCommand(device.id, 18, { command: 'ON', durationS: 90 });
      const message = await commandAt(device);

      const payload = jsonOf(message);
      expect(message).toMatchObject({ qos: 2, retain: false });
      expect(payload).toMatchObject({
        command: 'ON',
        duration: 90,
        issued_by: expect.stringMatching(/^user:.+/) as string,
        correlation_id: expect.stringMatching(uuid) as string,
        intent_id: payload['correlation_id'],
      });
      expect(typeof payload['value']).toBe('number');
      expect(payload['value']).toBeGreaterThanOrEqual(0);
      expect(payload['value']).toBeLessThanOrEqual(1);
      const documented = [
        'command',
        'value',
        'duration',
        'timestamp',
        'correlation_id',
        'intent_id',
        'issued_by',
        'generation',
      ];
      expect(documented).toEqual(expect.arrayContaining(Object.keys(payload)));
      expect(message.payload.length).toBeLessThan(511);
      expect(keysWithSpaceBeforeColon(message.payload)).toEqual([]);

      const applied = await stage().client.commandWhen(commandId, ['applied']);
      expect(applied).toMatchObject({
        id: commandId,
        deviceId: device.id,
        gpio: 18,
        command: 'ON',
        state: 'applied',
        issuedBy: payload['issued_by'],
      });
      expect(device.received.all(onCommandTopic(device))).toHaveLength(1);
    },
  );

  test.concurrent('E1 PWM carries its value between 0 and 1', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptWithActuator(18, { type: 'pwm' });

    await stage().client.sendCommand(device.id, 18, { command: 'PWM', value: 0.35 });

    expect(jsonOf(await commandAt(device))).toMatchObject({ command: 'PWM', value: 0.35 });
    const tooMuch = await stage().console.api<ErrorAnswer>('POST', `/devices/${device.id}/actuators/18/command`, {
      command: 'PWM',
      value: 1.7,
    });
    expect(tooMuch.status).toBeGreaterThanOrEqual(400);
    expect(tooMuch.status).toBeLessThan(500);
  });

  test.concurrent(
    'E2 a command to an offline device is refused before publishing, while the stop still goes out',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);
      await device.vanish();
      await stage().client.deviceWhen(device.id, ({ presence }) => presence === 'offline');

      const refusal = await stage().console.api<ErrorAnswer>('POST', `/devices/${device.id}/actuators/18/command`, {
        command: 'ON',
      });
      expect(refusal).toMatchObject({
        status: 409,
        body: { error: { code: 'offline', message: expect.stringMatching(/offline/i) as string } },
      });

      const stop = await stage().client.call<StopAnswer>('POST', '/stop', {
        scope: { kind: 'device', deviceId: device.id },
        reason: 'leak',
      });
      await stage().observer.waitFor(
        matching(`${device.prefix}/actuator/emergency`, { command: 'emergency_stop' }),
        2_000,
      );
      expect(stop.devices.map(({ deviceId }) => deviceId)).toEqual([device.id]);
      expect(stage().observer.received.all(onCommandTopic(device))).toEqual([]);
    },
  );

  test.concurrent(
    'E4 answers in the order response, applied, accepted end in applied and do not flip back',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);
      device.actuatorReplies = [];
      const { commandId } = await stage().client.sendCommand(device.id, 18, { command: 'ON' });
      const message = await commandAt(device);

      await device.respond(message);
      await stage().client.commandWhen(commandId, ['applied']);
      await device.outcome(message, 'applied');
      await device.outcome(message, 'accepted', 'COMMAND_ACCEPTED');
      await stage().settle(device);

      expect(await stage().client.command(commandId)).toMatchObject({ state: 'applied' });
    },
  );

  test.concurrent(
    'E6 a response without a correlation id completes no command',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);
      device.actuatorReplies = [];
      const { commandId } = await stage().client.sendCommand(device.id, 18, { command: 'ON' });
      const message = await commandAt(device);

      await device.respond(message, { correlation_id: undefined });
      await stage().settle(device);
      expect(await stage().client.command(commandId)).toMatchObject({ state: 'sent' });

      await device.respond(message);
      await stage().client.commandWhen(commandId, ['applied']);
    },
  );

  test.concurrent(
    'E8 without an answer in 30 s a command is unconfirmed, and a late answer still enters its history',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);
      device.actuatorReplies = [];
      const { commandId } = await stage().client.sendCommand(device.id, 18, { command: 'ON' });
      const message = await commandAt(device);

      const unconfirmed = await stage().client.commandWhen(commandId, ['unconfirmed'], unconfirmedAfterMs + 10_000);
      const waitedMs = performance.now() - message.atMs;
      expect(waitedMs).toBeGreaterThan(unconfirmedAfterMs - 1_000);
      await device.respond(message);
      await stage().settle(device);

      const late = await stage().client.command(commandId);
      expect(late.history.length).toBeGreaterThan(unconfirmed.history.length);
    },
  );
});
