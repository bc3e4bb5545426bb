// Conformance cases B for the console: a scripted device talks to it through a real broker, and its HTTP interface shows the effect.
import { expect, test } from 'vitest';
import { jsonOf, matching, type JsonObject, type Received } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import { poolBytes } from '../fakes/payload-budget';
import type { ErrorAnswer } from '../fakes/console-answers';
import type { ScriptedDevice } from '../fakes/scripted-device';

const testDeadlineMs = 30_000;
const ackDeadlineMs = 1_000;
const ackPoolBytes = 256;

/** Numbers that no valid heartbeat of these tests carries: where they show up, a refused heartbeat was stored. */
const poison = { ts: 1_234_567_891, uptime: 87_654_321, heap_free: 98_765, wifi_rssi: -99 } as const;
const requiredFields = ['ts', 'uptime', 'heap_free', 'wifi_rssi'] as const;

/** Sends one heartbeat and gives the acknowledgement that follows it. */
async function acknowledged(
  device: ScriptedDevice,
  changes: JsonObject = {},
  fields: JsonObject = {},
): Promise<Received> {
  const from = device.received.mark();
  await device.heartbeat(changes);
  return device.waitFor(matching(`${device.prefix}/system/heartbeat/ack`, fields), ackDeadlineMs, from);
}

overBothBrokers('B. discovery, approval and heartbeat', (stage) => {
  test(
    'B1 an unknown device is acknowledged as pending within 1 s, listed as pending, and takes no commands',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().connectDevice();
      await device.announce();

      const ack = await acknowledged(device);

      expect(ack).toMatchObject({ qos: 1, retain: false });
      expect(jsonOf(ack)).toMatchObject({ status: 'pending_approval', handover_epoch: expect.any(Number) as number });
      expect(Number.isInteger(jsonOf(ack)['handover_epoch'])).toBe(true);
      expect(jsonOf(ack)['handover_epoch']).toBeGreaterThanOrEqual(1);
      expect(poolBytes(ack.payload)).toBeLessThanOrEqual(ackPoolBytes);
      expect((await stage().client.devices()).find(({ id }) => id === device.id)).toMatchObject({
        id: device.id,
        approval: 'pending',
        kaiserId: 'god',
      });

      await device.actuator(18);
      const refusal = await stage().console.api<ErrorAnswer>('POST', `/devices/${device.id}/actuators/18/command`, {
        command: 'ON',
      });
      expect(refusal).toMatchObject({ status: 409, body: { error: { code: 'not_approved' } } });
      await acknowledged(device);
      expect(device.received.all((message) => message.topic.endsWith('/command'))).toEqual([]);
    },
  );

  test(
    'B3 a heartbeat without a required number, or with it as a string, is answered with an error and stores nothing',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const variants = requiredFields.flatMap((field) => [
        { ...poison, [field]: undefined },
        { ...poison, [field]: String(poison[field]) },
      ]);

      for (const variant of variants) {
        const ack = jsonOf(await acknowledged(device, variant));
        expect(ack, JSON.stringify(variant)).toMatchObject({ status: 'error' });
        expect(Number.isInteger(ack['handover_epoch']) && Number(ack['handover_epoch']) >= 1, JSON.stringify(ack)).toBe(
          true,
        );
      }

      const { health } = await stage().client.device(device.id);
      expect(JSON.stringify(health)).toContain('151232');
      expect(JSON.stringify(health)).not.toMatch(/98765|87654321|-99|1234567891/);
    },
  );

  test(
    'B4 after the operator approves, the next heartbeat is acknowledged as online and the device is online',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().pendingDevice();

      await stage().client.call('POST', `/devices/${device.id}/approve`, { name: 'Bench node' });
      const ack = await acknowledged(device, {}, { status: 'online' });

      expect(poolBytes(ack.payload)).toBeLessThanOrEqual(ackPoolBytes);
      const online = await stage().client.deviceWhen(device.id, ({ presence }) => presence === 'online');
      expect(online).toMatchObject({ approval: 'approved', presence: 'online', name: 'Bench node' });
    },
  );

  test(
    'B5 a pending device that keeps sending stays pending and gets an answer each time',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().pendingDevice();

      for (let beat = 0; beat < 3; beat += 1) {
        expect(jsonOf(await acknowledged(device))).toMatchObject({ status: 'pending_approval' });
      }

      expect(await stage().client.device(device.id)).toMatchObject({ approval: 'pending' });
    },
  );

  test(
    'B7 the older names free_heap, active_sensors and active_actuators are understood',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();

      const ack = await acknowledged(device, {
        heap_free: undefined,
        sensor_count: undefined,
        actuator_count: undefined,
        free_heap: 143_217,
        active_sensors: 3,
        active_actuators: 2,
      });

      expect(jsonOf(ack)).toMatchObject({ status: 'online' });
      await stage().client.deviceWhen(device.id, ({ health }) => JSON.stringify(health).includes('143217'));
    },
  );

  test('B8 an active handover epoch in the heartbeat is echoed', { timeout: testDeadlineMs }, async () => {
    const device = await stage().connectDevice();
    await device.announce(4);
    expect(jsonOf(await acknowledged(device, { active_handover_epoch: 7 }))).toMatchObject({ handover_epoch: 7 });
  });

  test('B8 without an active epoch the announced one is used', { timeout: testDeadlineMs }, async () => {
    const device = await stage().connectDevice();
    await device.announce(4);
    expect(jsonOf(await acknowledged(device, { active_handover_epoch: 0 }))).toMatchObject({ handover_epoch: 4 });
  });

  test(
    'B8 without an active and an announced epoch the answer still carries one of at least 1',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().connectDevice();
      const epoch = jsonOf(await acknowledged(device, { active_handover_epoch: undefined }))['handover_epoch'];
      expect(Number.isInteger(epoch) && Number(epoch) >= 1, String(epoch)).toBe(true);
    },
  );

  test(
    'B10 an unknown system state is accepted, shown as it came, and flagged',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();

      expect(jsonOf(await acknowledged(device, { system_state: 'zzz' }))).toMatchObject({ status: 'online' });

      const shown = await stage().client.deviceWhen(device.id, ({ warnings }) => warnings.length > 0);
      expect(JSON.stringify(shown)).toContain('zzz');
      expect(JSON.stringify(shown.warnings)).toMatch(/zzz|system_?state|contract/i);
      expect(shown.presence).toBe('online');
    },
  );
});
