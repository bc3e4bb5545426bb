// Conformance for what surrounds a stop: drills that switch nothing, tokens that are sent and never shown, and a clear that comes too early.
import { expect, test } from 'vitest';
import type { DrillAnswer, ErrorAnswer, StopAnswer } from '../fakes/console-answers';
import { unixSeconds } from '../fakes/device-payloads';
import { jsonOf, matching } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import type { Stage } from '../fakes/stage';
import { must, until } from '../fakes/wait';

const testDeadlineMs = 40_000;
const answerDeadlineMs = 3_000;
const clearAfterMs = 5_000;
const broadcastTopic = 'kaiser/broadcast/emergency';
const emergencyTopic = (device: ScriptedDevice): string => `${device.prefix}/actuator/emergency`;

async function deviceThatDrills(stage: Stage): Promise<ScriptedDevice> {
  const device = await stage.adoptDevice();
  await stage.beat(device, 'online', { capabilities: ['drill'] });
  return device;
}

async function drillWhen(stage: Stage, id: string, fits: (drill: DrillAnswer) => boolean): Promise<DrillAnswer> {
  return until(
    async () => {
      const drills = await stage.client.call<DrillAnswer[]>('GET', '/stop/drills');
      const drill = must(
        drills.find((each) => each.id === id),
        `drill ${id}`,
      );
      if (!fits(drill)) throw new Error(JSON.stringify(drill));
      return drill;
    },
    answerDeadlineMs,
    'the drill to get there',
  );
}

const stopDevice = (stage: Stage, deviceId: string): Promise<StopAnswer> =>
  stage.client.call('POST', '/stop', { scope: { kind: 'device', deviceId }, reason: 'leak' });

overBothBrokers('Drills', (stage) => {
  test(
    'a drill goes only to devices that announce it, switches nothing, and measures the answer',
    { timeout: testDeadlineMs },
    async () => {
      const device = await deviceThatDrills(stage());
      const other = await stage().adoptDevice();
      const [fromDevice, fromOther] = [device.received.mark(), other.received.mark()];

      const { id } = await stage().client.call<DrillAnswer>('POST', '/stop/drills', { scope: { kind: 'all' } });

      const message = await device.waitFor(
        matching(emergencyTopic(device), { command: 'drill' }),
        answerDeadlineMs,
        fromDevice,
      );
      expect(message).toMatchObject({ retain: false });
      const { correlation_id } = jsonOf(message);
      const ack = { ts: unixSeconds(), esp_id: device.id, correlation_id, command: 'drill', drill: true };
      await device.publish('actuator/emergency/ack', { ...ack, gpio_count: 0, outcome: 'executed', seq: 9 });

      const of = (drill: DrillAnswer, deviceId: string): DrillAnswer['devices'][number] | undefined =>
        drill.devices.find((each) => each.deviceId === deviceId);
      const drill = await drillWhen(stage(), id, (each) => of(each, device.id)?.state === 'confirmed');
      expect(of(drill, device.id)?.latencyMs).toBeGreaterThanOrEqual(0);
      expect(of(drill, other.id)).toMatchObject({ state: 'skipped', reason: 'no_capability' });
      await stage().settle(other);
      expect(other.received.all(({ topic }) => topic.includes('emergency'), fromOther)).toEqual([]);
      expect(device.received.all(matching(broadcastTopic), fromDevice)).toEqual([]);
      expect(await stage().client.call<StopAnswer[]>('GET', '/stop')).toEqual([]);
      const latencies = await stage().client.call<{ deviceId: string; count: number }[]>('GET', '/stop/latencies');
      expect(latencies.find(({ deviceId }) => deviceId === device.id)).toMatchObject({ count: 1, missed: 0 });
    },
  );
});

overBothBrokers('Stop tokens and the clear', (stage) => {
  test(
    'a clear within 5 s of the stop is refused with the time to wait, and nothing is sent',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const { id } = await stopDevice(stage(), device.id);

      const early = await stage().console.api<ErrorAnswer>('POST', `/stop/${id}/clear`);

      expect(early).toMatchObject({ status: 409, body: { error: { code: 'too_early', retryable: true } } });
      expect(device.received.all(matching(emergencyTopic(device), { command: 'clear_emergency' }))).toEqual([]);
      await until(
        async () => (await stage().console.api('POST', `/stop/${id}/clear`)).status === 200,
        clearAfterMs + answerDeadlineMs,
        'the clear to be taken',
      );
      await device.waitFor(matching(emergencyTopic(device), { command: 'clear_emergency' }), answerDeadlineMs);
      expect((await stage().client.stop(id)).clearedAt).toEqual(expect.any(String));
    },
  );

  // Last: the stop of the whole plant stays engaged.
  test('a stored token goes with the stop and is never shown', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    const from = device.received.mark();
    const tokens = { device: 'tok-of-the-device', broadcast: 'tok-of-the-broadcast' };
    const path = `/stop/tokens/devices/${device.id}`;
    expect(await stage().client.call('PUT', path, { token: tokens.device })).toEqual({ stored: true });
    expect(await stage().client.call('PUT', '/stop/tokens/broadcast', { token: tokens.broadcast })).toEqual({
      stored: true,
    });

    const { id } = await stage().client.call<StopAnswer>('POST', '/stop', { scope: { kind: 'all' }, reason: 'leak' });

    const own = await device.waitFor(matching(emergencyTopic(device)), answerDeadlineMs, from);
    expect(jsonOf(own)['auth_token']).toBe(tokens.device);
    const broadcast = await device.waitFor(matching(broadcastTopic), answerDeadlineMs, from);
    expect(jsonOf(broadcast)['auth_token']).toBe(tokens.broadcast);
    const shown = [
      await stage().client.call('GET', '/stop/tokens'),
      await stage().client.device(device.id),
      await stage().client.stop(id),
      await stage().client.call('GET', '/events?limit=200'),
    ];
    expect(shown[0]).toEqual({ broadcast: true, devices: [device.id] });
    expect(shown[1]).toMatchObject({ hasStopToken: true });
    expect(JSON.stringify(shown)).not.toMatch(/tok-of-the/);

    expect(await stage().client.call('PUT', path, { token: null })).toEqual({ stored: false });
    expect(await stage().client.call('GET', '/stop/tokens')).toEqual({ broadcast: true, devices: [] });
  });
});
