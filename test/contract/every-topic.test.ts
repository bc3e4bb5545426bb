// Conformance cases A2 and J2 for the console, and what it does with devices that were refused or that belong to somebody else.
import { describe, expect, test } from 'vitest';
import { announcePayload, heartbeatPayload, unixSeconds } from '../fakes/device-payloads';
import { jsonOf, matching } from '../fakes/message-log';
import { describeWithMosquitto, overBothBrokers } from '../fakes/over-both-brokers';
import { Stage, type BrokerKind } from '../fakes/stage';
import { until } from '../fakes/wait';

const testDeadlineMs = 60_000;
const answerDeadlineMs = 3_000;

/** Every topic that the contract lets a device publish on (wire contract 1.1 to 1.33). */
const suffixes = [
  'session/announce',
  'system/heartbeat',
  'system/heartbeat_metrics',
  'system/will',
  'system/diagnostics',
  'system/error',
  'system/queue_pressure',
  'system/intent_outcome',
  'system/intent_outcome/lifecycle',
  'system/command/response',
  'sensor/4/data',
  'sensor/4/response',
  'actuator/18/response',
  'actuator/18/status',
  'actuator/18/alert',
  'actuator/emergency/ack',
  'actuator/emergency/response',
  'actuator/emergency/error',
  'actuator/recovery_confirm',
  'config_response',
  'zone/ack',
  'subzone/ack',
  'onewire/scan_result',
] as const;

overBothBrokers('A. every topic', (stage) => {
  test(
    'A2 a lower-case and an empty device id are counted on every topic and change nothing',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const { broker } = await stage().client.status();
      const idsBefore = (await stage().client.devices()).map(({ id }) => id);
      const before = (await stage().client.counters()).unparsableTopic;

      for (const suffix of suffixes) {
        for (const id of [device.id.toLowerCase(), ''])
          await stage().observer.publish(`kaiser/god/esp/${id}/${suffix}`, heartbeatPayload(device.id, ''));
      }
      await stage().settleObserver(device);

      const expected = before + 2 * suffixes.length;
      await until(
        async () => (await stage().client.counters()).unparsableTopic >= expected,
        answerDeadlineMs,
        `${expected} topics to be counted`,
      );
      expect((await stage().client.counters()).unparsableTopic).toBe(expected);
      expect((await stage().client.status()).broker).toMatchObject({ state: 'online', since: broker.since });
      expect((await stage().client.devices()).map(({ id }) => id)).toEqual(idsBefore);
    },
  );

  test(
    'J2 diagnostics without heap_free, or of schema 2 without its segment, are ignored',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const valid = { ts: 12_420, esp_id: device.id, heap_free: 150_112, wifi_rssi: -60, mqtt_cb_state: 'CLOSED' };

      await device.publish('system/diagnostics', { ...valid, heap_free: undefined });
      await device.publish('system/diagnostics', { ...valid, metrics_schema_version: 2 });
      await stage().settle(device);
      expect((await stage().client.device(device.id)).diagnostics).toBeNull();

      await device.publish('system/diagnostics', valid);
      const shown = await stage().client.deviceWhen(device.id, ({ diagnostics }) => diagnostics !== null);
      expect(shown.diagnostics?.values).toMatchObject({ heap_free: 150_112 });
    },
  );

  test(
    'a rejected device is told so, is sent nothing else, and takes no commands',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().pendingDevice();
      await stage().client.call('POST', `/devices/${device.id}/reject`, { reason: 'not ours' });
      const from = device.received.mark();

      await device.heartbeat();

      const ack = await device.waitFor(
        matching(`${device.prefix}/system/heartbeat/ack`, { status: 'rejected' }),
        answerDeadlineMs,
        from,
      );
      expect(jsonOf(ack)['handover_epoch']).toBeGreaterThanOrEqual(1);
      const refusal = await stage().console.api('POST', `/devices/${device.id}/actuators/18/command`, {
        command: 'ON',
      });
      expect(refusal).toMatchObject({ status: 409, body: { error: { code: 'not_approved' } } });
      expect(await stage().client.device(device.id)).toMatchObject({ approval: 'rejected' });
      const others = device.received.all(
        ({ topic }) => topic.startsWith(device.prefix) && !topic.endsWith('/ack'),
        from,
      );
      expect(others).toEqual([]);
    },
  );

  test(
    'a device of another controller is listed as foreign and is never answered',
    { timeout: testDeadlineMs },
    async () => {
      const known = await stage().adoptDevice();
      const id = stage().newDeviceId();
      const prefix = `kaiser/other/esp/${id}`;
      const from = stage().observer.received.mark();

      await stage().observer.publish(`${prefix}/system/heartbeat`, heartbeatPayload(id, ''), 0);

      await until(
        async () => {
          const foreign = await stage().client.call<{ deviceId: string; kaiserId: string }[]>(
            'GET',
            '/foreign-devices',
          );
          return foreign.some((each) => each.deviceId === id && each.kaiserId === 'other');
        },
        answerDeadlineMs,
        'the foreign device to be listed',
      );
      await stage().settleObserver(known);
      const said = stage().observer.received.all(({ topic }) => topic.startsWith(prefix), from);
      expect(said.map(({ topic }) => topic)).toEqual([`${prefix}/system/heartbeat`]);
      expect((await stage().console.api('GET', `/devices/${id}`)).status).toBe(404);
    },
  );

  test('a heartbeat on the older topic without system/ is answered', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    const from = device.received.mark();

    await device.publish('heartbeat', { ...heartbeatPayload(device.id, ''), heap_free: 143_218, ts: unixSeconds() }, 0);

    await device.waitFor(
      matching(`${device.prefix}/system/heartbeat/ack`, { status: 'online' }),
      answerDeadlineMs,
      from,
    );
    await stage().client.deviceWhen(device.id, ({ health }) => JSON.stringify(health).includes('143218'));
  });
});

function ownId(kind: BrokerKind): void {
  test(
    'takes the announce that stock firmware sends under god for its own device, and lists a stranger as foreign',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open(kind, {}, { kaiserId: 'farm1' });
      const device = await stage.connectDevice({ kaiserId: 'farm1' });
      await device.announce();
      await stage.beat(device, 'pending_approval');
      await stage.client.call('POST', `/devices/${device.id}/approve`, {});
      await stage.bringOnline(device);
      const stranger = stage.newDeviceId();

      await stage.observer.publish(`kaiser/god/esp/${stranger}/session/announce`, announcePayload(stranger, 9));
      await device.publishUnderGod('session/announce', announcePayload(device.id, 9));

      await stage.beat(device, 'online', { active_handover_epoch: 0 });
      const acks = device.received.all(matching(`${device.prefix}/system/heartbeat/ack`));
      expect(acks.map((ack) => jsonOf(ack)['handover_epoch']).at(-1)).toBe(9);
      const foreign = await stage.client.call<{ deviceId: string }[]>('GET', '/foreign-devices');
      expect(foreign.map(({ deviceId }) => deviceId)).toEqual([stranger]);
      const underGod = stage.observer.received.all(({ topic }) => topic.startsWith('kaiser/god/esp/'));
      expect(underGod.filter(({ topic }) => topic.endsWith('/ack'))).toEqual([]);
    },
  );
}

describeWithMosquitto('A controller with an id of its own, over Mosquitto', () => ownId('mosquitto'));
describe('A controller with an id of its own, over the embedded broker', () => ownId('embedded'));
