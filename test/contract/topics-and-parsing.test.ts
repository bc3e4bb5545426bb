// Conformance cases A for the console: a scripted device talks to it through a real broker, and its HTTP interface shows the effect.
import { expect, test } from 'vitest';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import type { Stage } from '../fakes/stage';
import { until } from '../fakes/wait';

const testDeadlineMs = 60_000;
const oversizePayload = 'a'.repeat(300_000);

/** The topics from device to controller that carry traffic: wire contract, section 1.0. */
const actedUpon = [
  'session/announce',
  'system/heartbeat',
  'system/will',
  'system/intent_outcome',
  'sensor/4/data',
  'actuator/18/response',
  'actuator/18/status',
  'actuator/18/alert',
  'actuator/emergency/ack',
  'actuator/recovery_confirm',
  'config_response',
  'zone/ack',
] as const;
const informative = [
  'system/heartbeat_metrics',
  'system/diagnostics',
  'system/error',
  'system/queue_pressure',
  'system/intent_outcome/lifecycle',
  'system/command/response',
  'sensor/4/response',
  'actuator/emergency/response',
  'actuator/emergency/error',
  'subzone/ack',
  'onewire/scan_result',
] as const;
const topicGroups = [
  ['that change state', actedUpon],
  ['that only inform', informative],
] as const;

async function publishEverywhere(
  stage: Stage,
  device: ScriptedDevice,
  suffixes: readonly string[],
  payload: string,
): Promise<void> {
  for (const suffix of suffixes) await stage.observer.publish(`${device.prefix}/${suffix}`, payload);
}

/** A broker may cut off a client that sends this much, so each message gets a client of its own. */
async function publishOversize(stage: Stage, topic: string): Promise<void> {
  await using sender = await stage.connectObserver();
  await Promise.race([sender.publish(topic, oversizePayload), sender.closed]);
}

const unparsableCount = async (stage: Stage): Promise<number> => (await stage.client.counters()).unparsableTopic;
const malformedCount = async (stage: Stage): Promise<number> => (await stage.client.counters()).malformed;

overBothBrokers('A. topics and parsing', (stage, kind) => {
  test('A1 a valid sensor message shows as a value on its pin', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();

    await device.sensor(4, 'ds18b20', 400);

    const reading = await stage().client.reading(device.id, 4, 'ds18b20', ({ raw }) => raw === 400);
    expect(reading).toMatchObject({ gpio: 4, type: 'ds18b20', raw: 400, value: 25, unit: '°C', stale: false });
  });

  test(
    'A2 topics with a wrong tail, a lower-case device or an empty device change nothing and are counted',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      await device.sensor(4, 'ds18b20', 400);
      await stage().client.reading(device.id, 4, 'ds18b20', ({ raw }) => raw === 400);
      const { broker } = await stage().client.status();
      const idsBefore = (await stage().client.devices()).map(({ id }) => id);

      const reading = {
        esp_id: device.id,
        seq: 900,
        gpio: 4,
        sensor_type: 'ds18b20',
        raw: 500,
        ts: Math.floor(Date.now() / 1_000),
        raw_mode: true,
      };
      // One after the other, so that one counted twice can't stand for one that was missed.
      for (const topic of [
        `${device.prefix}/sensor/4/data/extra`,
        `kaiser/god/esp/${device.id.toLowerCase()}/sensor/4/data`,
        'kaiser/god/esp//sensor/4/data',
      ]) {
        const expected = (await unparsableCount(stage())) + 1;
        await stage().observer.publish(topic, reading);
        await until(async () => (await unparsableCount(stage())) >= expected, 3_000, `${topic} to be counted`);
        await stage().settleObserver(device);
        expect(await unparsableCount(stage()), topic).toBe(expected);
      }

      expect((await stage().client.status()).broker).toMatchObject({ state: 'online', since: broker.since });
      expect((await stage().client.devices()).map(({ id }) => id)).toEqual(idsBefore);
      expect(await stage().client.sensor(device.id, 4, 'ds18b20')).toMatchObject({ raw: 400, value: 25 });
    },
  );

  test.for(topicGroups)(
    'A4 malformed payloads on the topics %s are counted, empty ones are not, and the connection stays up',
    { timeout: testDeadlineMs },
    async ([, suffixes]) => {
      const device = await stage().adoptDevice();
      const { broker } = await stage().client.status();
      const before = await malformedCount(stage());

      await publishEverywhere(stage(), device, suffixes, '');
      await stage().settleObserver(device);
      expect(await malformedCount(stage())).toBe(before);

      for (const payload of ['not json', '[]', '"x"']) await publishEverywhere(stage(), device, suffixes, payload);
      const expected = before + 3 * suffixes.length;
      await until(
        async () => (await malformedCount(stage())) >= expected,
        5_000,
        `${expected} malformed messages to be counted`,
      );
      await stage().settleObserver(device);
      expect(await malformedCount(stage())).toBe(expected);
      expect((await stage().client.status()).broker).toMatchObject({ state: 'online', since: broker.since });
    },
  );

  test.for(topicGroups)(
    'A4 payloads of 300 kB on the topics %s leave the connection up and the next valid message is processed',
    { timeout: testDeadlineMs },
    async ([, suffixes]) => {
      const device = await stage().adoptDevice();
      const { broker } = await stage().client.status();
      const before = await malformedCount(stage());

      for (const suffix of suffixes) await publishOversize(stage(), `${device.prefix}/${suffix}`);

      // The embedded broker may refuse such packets at the door; Mosquitto passes them on, and then each one counts.
      const expected = kind === 'mosquitto' ? before + suffixes.length : before;
      await until(
        async () => (await malformedCount(stage())) >= expected,
        10_000,
        `${expected} malformed messages to be counted`,
      );
      await stage().settle(device);
      expect((await stage().client.status()).broker).toMatchObject({ state: 'online', since: broker.since });
    },
  );
});
