/* What a device has acknowledged is safe with the console: in its store, or in the queue that the broker keeps for its session. */
import { expect, test } from 'vitest';
import { until, withDeadline } from '../../fakes/wait';
import { BrokerBench, deadlineMs, publish, textsOn, topicOf, type BenchClient } from './broker-bench';

const topic = topicOf('ESP_A1', 'sensor/4/data');

/** Lets a test decide when the console has stored what it received. */
function storeByHand({ mqtt }: BenchClient): { readonly arrived: string[]; readonly store: () => void } {
  const arrived: string[] = [];
  const stored: (() => void)[] = [];
  mqtt.handleMessage = (packet, done) => {
    arrived.push(packet.payload.toString());
    stored.push(() => done());
  };
  return { arrived, store: () => stored.shift()?.() };
}

/** Sends a reading; `isAcknowledged` tells whether the PUBACK has come. */
function send(device: BenchClient, payload: string): { isAcknowledged: boolean; readonly done: Promise<unknown> } {
  const sent = { isAcknowledged: false, done: Promise.resolve<unknown>(undefined) };
  sent.done = publish(device, topic, payload).then(() => (sent.isAcknowledged = true));
  return sent;
}

test('a reading is acknowledged only after the console’s session has acknowledged it', async () => {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  const { arrived, store } = storeByHand(console);
  const device = await bench.connectDevice('ESP_A1');

  const sent = send(device, '1');
  await until(() => arrived.length === 1, deadlineMs, 'the reading at the console');
  await publish(device, topicOf('ESP_A1', 'system/heartbeat'), 'x', { qos: 0 }); // a way to the broker and back
  await bench.connectDevice('ESP_B2');
  expect(sent.isAcknowledged).toBe(false);

  store();
  await sent.done;
  expect([arrived, textsOn(console, topic)]).toEqual([['1'], ['1']]);
});

test('other subscribers get a reading at once, whether or not the console has stored it', async () => {
  await using bench = await BrokerBench.start();
  const { store, arrived } = storeByHand(await bench.connectConsole());
  const watcher = await bench.connectWatcher();
  const device = await bench.connectDevice('ESP_A1');
  const sent = send(device, '1');
  await watcher.received.waitFor((message) => message.topic === topic, deadlineMs);
  expect(sent.isAcknowledged).toBe(false);
  await until(() => arrived.length === 1, deadlineMs, 'the reading at the console');
  store();
  await sent.done;
  expect(textsOn(watcher, topic)).toEqual(['1']);
});

test('many readings at once are all acknowledged, stored once and in order', async () => {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  const device = await bench.connectDevice('ESP_A1');
  const payloads = Array.from({ length: 500 }, (_, index) => String(index));
  await Promise.all(payloads.map((payload) => publish(device, topic, payload)));
  expect(textsOn(console, topic)).toEqual(payloads);
});

test('while the console’s session is away, readings are acknowledged and kept for it', async () => {
  await using bench = await BrokerBench.start();
  const before = await bench.connectConsole();
  const device = await bench.connectDevice('ESP_A1');
  await before.mqtt.endAsync(true);
  await until(() => bench.broker.statistics().clients === 1, deadlineMs, 'the console to be gone');

  for (const payload of ['1', '2', '3']) await publish(device, topic, payload);

  const after = await bench.connectConsole();
  await until(() => textsOn(after, topic).length === 3, deadlineMs, 'what was kept');
  expect(textsOn(after, topic)).toEqual(['1', '2', '3']);
});

test('a reading that the console had not acknowledged when its connection broke comes again, and only then the device is told', async () => {
  await using bench = await BrokerBench.start();
  const before = await bench.connectConsole();
  const { arrived } = storeByHand(before);
  const device = await bench.connectDevice('ESP_A1');
  const sent = send(device, '1');
  await until(() => arrived.length === 1, deadlineMs, 'the reading at the console');

  before.mqtt.stream.destroy();
  await withDeadline(before.closed, deadlineMs, 'the connection to break');
  await until(() => bench.broker.statistics().clients === 1, deadlineMs, 'the broker to notice');
  expect(sent.isAcknowledged).toBe(false);

  const after = await bench.connectConsole();
  await sent.done;
  expect(textsOn(after, topic)).toEqual(['1']);
});

test('a reading that nobody subscribed to is acknowledged without a console', async () => {
  await using bench = await BrokerBench.start();
  const device = await bench.connectDevice('ESP_A1');
  for (const qos of [0, 1, 2] as const) await publish(device, topic, 'x', { qos });
  expect(device.mqtt.connected).toBe(true);
});

test('an empty reading and one of QoS 2 are acknowledged while the console stores nothing', async () => {
  await using bench = await BrokerBench.start();
  storeByHand(await bench.connectConsole());
  const device = await bench.connectDevice('ESP_A1');
  await publish(device, topic, '');
  await publish(device, topic, 'x', { qos: 2 });
  expect(device.mqtt.connected).toBe(true);
});

test('a console that stores nothing in ten seconds holds up no device for longer, and gets the reading all the same', async () => {
  await using bench = await BrokerBench.start();
  const before = await bench.connectConsole();
  const { arrived } = storeByHand(before);
  const device = await bench.connectDevice('ESP_A1');
  const sent = device.mqtt.publishAsync(topic, '1', { qos: 1 });
  await until(() => arrived.length === 1, deadlineMs, 'the reading at the console');

  const startedMs = performance.now();
  await withDeadline(sent, 12_000, 'the PUBACK at last');
  expect(performance.now() - startedMs).toBeGreaterThan(9_000);
  expect(bench.lines.map(({ msg }) => msg)).toEqual([
    'the console has not stored a message in time; its queue holds it',
  ]);

  before.mqtt.stream.destroy();
  const after = await bench.connectConsole();
  await until(() => textsOn(after, topic).length === 1, deadlineMs, 'the reading again');
});
