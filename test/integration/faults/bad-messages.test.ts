import { expect, test } from 'vitest';
import { matching } from '../../fakes/message-log';
import type { Counters } from '../../fakes/console-answers';
import { overBothBrokers } from '../../fakes/over-both-brokers';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import type { Stage } from '../../fakes/stage';
import { seededRandom, seedOfRun } from '../../fakes/random';
import { until } from '../../fakes/wait';

const testDeadlineMs = 40_000;

async function counterReaches(stage: Stage, name: keyof Counters, count: number): Promise<void> {
  await until(
    async () => (await stage.client.counters())[name] >= count,
    5_000,
    `the counter ${name} to reach ${count}`,
  );
}

/** The connection that carried the bad messages is still the one in use, and still works both ways. */
async function expectUnharmed(stage: Stage, device: ScriptedDevice, since: string | null | undefined): Promise<void> {
  await stage.settle(device);
  await stage.beat(device, 'online');
  expect((await stage.client.status()).broker).toMatchObject({ state: 'online', since });
}

overBothBrokers('Bad messages', (stage) => {
  test(
    'broken, wrongly typed and wrongly encoded messages are counted one by one and harm nothing',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const { broker, counters } = await stage().client.status();
      const payloads = [
        '{"esp_id":',
        '{"esp_id":"X","gpio":4,"sensor_type":"light","ts":1777012800}',
        '{"esp_id":"X","gpio":4,"sensor_type":"light","raw":"12","ts":1777012800}',
        '{"esp_id":"X","gpio":4,"sensor_type":"light","raw":12,"ts":1777012800,"raw_mode":"yes"}',
        '{"esp_id":"X","gpio":4,"sensor_type":"light","raw":12,"ts":1777012800,"i2c_address":128}',
        Buffer.from([0xff, 0xfe, 0x00, 0x80]),
        '['.repeat(20_000),
        'null',
      ];

      for (const payload of payloads) await device.publish('sensor/4/data', payload);

      await counterReaches(stage(), 'malformed', counters.malformed + payloads.length);
      await expectUnharmed(stage(), device, broker.since);
      expect((await stage().client.counters()).malformed).toBe(counters.malformed + payloads.length);
      expect(await stage().client.sensor(device.id, 4, 'light')).toBeUndefined();
    },
  );

  test(
    'random bytes on random topics of a device never break the connection',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const { broker, counters } = await stage().client.status();
      const random = seededRandom(seedOfRun());
      const suffixes = [
        'system/heartbeat',
        'system/will',
        'sensor/4/data',
        'actuator/18/status',
        'zone/ack',
        'system/intent_outcome',
      ];
      const messageCount = 300;

      for (let index = 0; index < messageCount; index += 1) {
        const bytes = Buffer.from(
          Array.from({ length: 1 + Math.floor(random() * 400) }, () => Math.floor(random() * 256)),
        );
        await device.publish(suffixes[Math.floor(random() * suffixes.length)] ?? 'zone/ack', bytes);
      }

      await counterReaches(stage(), 'malformed', counters.malformed + messageCount);
      await expectUnharmed(stage(), device, broker.since);
    },
  );

  test('the same reading twice is counted as a duplicate and stored once', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    const { broker, counters } = await stage().client.status();
    const seq = 500;
    const ts = Math.floor(Date.now() / 1_000);

    await device.sensor(4, 'light', 321, { seq, ts });
    await device.sensor(4, 'light', 321, { seq, ts });

    await counterReaches(stage(), 'duplicates', counters.duplicates + 1);
    await device.sensor(4, 'light', 322, { seq: seq + 1, ts });
    const { seriesId } = await stage().client.reading(device.id, 4, 'light', ({ raw }) => raw === 322);
    const values = await until(
      async () => {
        const samples = await stage().client.samples(seriesId, Date.now() - 600_000, Date.now() + 600_000);
        return samples.some(({ value }) => value === 322) ? samples.map(({ value }) => value) : undefined;
      },
      3_000,
      'the next reading to be stored',
    );
    expect(values).toEqual([321, 322]);
    expect((await stage().client.counters()).duplicates).toBe(counters.duplicates + 1);
    await expectUnharmed(stage(), device, broker.since);
  });

  test(
    'messages of unknown topics, unknown sensor types and unknown words are survived and what is readable is shown',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const { broker } = await stage().client.status();

      await device.publish('sensor/batch', { readings: [] });
      await device.publish('subzone/status', { subzone_id: 'x' });
      await device.publish('system/queue_pressure', { event: 'ENTER' });
      await device.publish('system/intent_outcome', { outcome: 'mystery', flow: 'mystery' });
      await device.sensor(5, 'gravimeter', 42);
      await device.sensor(6, 'light', 43, { quality: 'stale', surprise: { deep: [1, 2, 3] } });

      expect(await stage().client.reading(device.id, 5, 'gravimeter', ({ raw }) => raw === 42)).toMatchObject({
        raw: 42,
      });
      expect(await stage().client.reading(device.id, 6, 'light', ({ raw }) => raw === 43)).toMatchObject({ raw: 43 });
      await expectUnharmed(stage(), device, broker.since);
    },
  );

  test('one device that sends garbage leaves the other one served', { timeout: testDeadlineMs }, async () => {
    const noisy = await stage().adoptDevice();
    const calm = await stage().adoptDevice();
    const { broker } = await stage().client.status();

    const garbage = Array.from({ length: 2_000 }, () => noisy.publish('sensor/4/data', 'garbage'));
    const from = calm.received.mark();
    await calm.heartbeat();
    await calm.waitFor(matching(`${calm.prefix}/system/heartbeat/ack`, { status: 'online' }), 1_000, from);
    await Promise.all(garbage);

    await expectUnharmed(stage(), calm, broker.since);
  });
});
