import { expect, test } from 'vitest';
import type { ErrorAnswer, StopAnswer, StopDevice } from '../fakes/console-answers';
import { jsonOf, matching, type Received } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import { poolBytes } from '../fakes/payload-budget';
import { must, until } from '../fakes/wait';

const testDeadlineMs = 60_000;
const publishDeadlineMs = 1_000;
const confirmDeadlineMs = 5_000;
const devicePoolBytes = 256;
const broadcastPoolBytes = 512;
const broadcastTopic = 'kaiser/broadcast/emergency';
const reasonOf100Characters =
  'Water on the floor of tent 1 beside the pump, and the level switch of tank 2 has been silent for 9 m';

/** The device's copy: every documented string key is there (a missing one reads as "null" on the device), and its pool can hold it. */
function expectDeviceStop(message: Received): void {
  const { command, reason, auth_token: authToken, correlation_id: correlationId } = jsonOf(message);
  const text = message.payload.toString('utf8');
  expect(command).toBe('emergency_stop');
  expect(typeof authToken, text).toBe('string');
  expect(typeof reason === 'string' && reason.length <= 100, text).toBe(true);
  expect(typeof correlationId === 'string' && correlationId.length > 0 && correlationId.length <= 63, text).toBe(true);
  expect(poolBytes(message.payload), text).toBeLessThanOrEqual(devicePoolBytes);
}

overBothBrokers('F. emergency stop', (stage) => {
  test(
    'F9 a global stop goes to the broadcast and to each known device, and tells who confirmed',
    { timeout: testDeadlineMs },
    async () => {
      const confirming = await stage().adoptWithActuator(18, { state: true, pwm: 255 });
      const silent = await stage().adoptWithActuator(18);
      silent.confirmsStop = false;
      const pending = await stage().pendingDevice();
      const reason = reasonOf100Characters;

      const { id } = await stage().client.call<StopAnswer>('POST', '/stop', { scope: { kind: 'all' }, reason });

      const broadcast = await confirming.waitFor(matching(broadcastTopic), publishDeadlineMs);
      expect(broadcast).toMatchObject({ qos: 2, retain: false });
      expect(jsonOf(broadcast)).toMatchObject({
        command: 'emergency_stop',
        reason,
        issued_by: expect.any(String) as string,
        timestamp: expect.any(String) as string,
      });
      expect(poolBytes(broadcast.payload)).toBeLessThanOrEqual(broadcastPoolBytes);
      for (const device of [confirming, silent, pending]) {
        const own = await device.waitFor(matching(`${device.prefix}/actuator/emergency`), publishDeadlineMs);
        expect(own).toMatchObject({ qos: 1, retain: false });
        expectDeviceStop(own);
      }

      const stateOf = (stop: StopAnswer, deviceId: string): StopDevice =>
        must(
          stop.devices.find((entry) => entry.deviceId === deviceId),
          `${deviceId} in the stop`,
        );
      await until(
        async () => stateOf(await stage().client.stop(id), confirming.id).state === 'confirmed',
        2_000,
        'the confirmation to be shown',
      );
      expect(stateOf(await stage().client.stop(id), confirming.id).latencyMs).toBeGreaterThanOrEqual(0);
      expect(stateOf(await stage().client.stop(id), silent.id).state).toBe('sent');
      await until(
        async () => stateOf(await stage().client.stop(id), silent.id).state === 'unconfirmed',
        confirmDeadlineMs + 2_000,
        'the silent device to be named',
      );
      expect(await stage().client.stop(id)).toMatchObject({ id, scope: { kind: 'all' } });
    },
  );

  test.for([
    ['of 100 umlauts', 'ü'.repeat(100)],
    ['full of characters that JSON escapes', '"\\\n'.repeat(30)],
    ['that is missing', undefined],
  ] as const)(
    'a stop with a reason %s still reaches the broadcast and the device within their pools',
    { timeout: testDeadlineMs },
    async ([, reason]) => {
      const device = await stage().adoptDevice();
      const from = device.received.mark();

      await stage().client.call('POST', '/stop', {
        scope: { kind: 'all' },
        ...(reason === undefined ? {} : { reason }),
      });

      const broadcast = await device.waitFor(
        matching(broadcastTopic, { command: 'emergency_stop' }),
        publishDeadlineMs,
        from,
      );
      expect(typeof jsonOf(broadcast)['reason']).toBe('string');
      expect(poolBytes(broadcast.payload)).toBeLessThanOrEqual(broadcastPoolBytes);
      expectDeviceStop(await device.waitFor(matching(`${device.prefix}/actuator/emergency`), publishDeadlineMs, from));
    },
  );
});

overBothBrokers('F. emergency stop over a restart', (stage) => {
  test(
    'F11 a console that is killed while a stop is active still blocks afterwards, but never OFF',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18, { state: true, pwm: 255 });
      const { id } = await stage().client.call<StopAnswer>('POST', '/stop', {
        scope: { kind: 'all' },
        reason: 'drill before restart',
      });
      await device.waitFor(matching(`${device.prefix}/actuator/emergency`), publishDeadlineMs);

      await stage().restartConsole('kill9');
      await device[Symbol.asyncDispose]();
      const returned = await stage().returnDevice(device.id);
      await returned.actuator(18, { state: true, pwm: 255 });
      await stage().actuatorWhenKnown(returned, 18);

      const stop = await stage().client.stop(id);
      expect(stop).toMatchObject({ id, scope: { kind: 'all' } });
      expect(stop.clearedAt ?? null).toBeNull();
      const refusal = await stage().console.api<ErrorAnswer>('POST', `/devices/${returned.id}/actuators/18/command`, {
        command: 'ON',
      });
      expect(refusal).toMatchObject({ status: 409, body: { error: { code: 'blocked' } } });
      const from = returned.received.mark();
      await stage().client.sendCommand(returned.id, 18, { command: 'OFF' });
      await returned.waitFor(matching(`${returned.prefix}/actuator/18/command`, { command: 'OFF' }), 2_000, from);
    },
  );
});
