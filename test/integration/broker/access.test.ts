import { expect, test } from 'vitest';
import { until } from '../../fakes/wait';
import { BrokerBench, deadlineMs, publish, settle, subscribe, textsOn, topicOf } from './broker-bench';

test('a device publishes on its own topics; elsewhere it is acknowledged, counted and not delivered', async () => {
  await using bench = await BrokerBench.start();
  const watcher = await bench.connectWatcher();
  const device = await bench.connectDevice('ESP_A1');
  const refused = [
    topicOf('ESP_B2', 'sensor/4/data'),
    topicOf('ESP_A1', 'actuator/4/command'),
    'kaiser/broadcast/emergency',
    'kaiser/god/server/status',
    'weather/outside',
    '$SYS/anything',
  ];

  for (const topic of refused) for (const qos of [0, 1, 2] as const) await publish(device, topic, 'no', { qos });
  await publish(device, topicOf('ESP_A1', 'sensor/4/data'), 'yes');
  await watcher.received.waitFor(({ payload }) => payload.toString() === 'yes', deadlineMs);

  expect(watcher.received.all(() => true).map(({ topic }) => topic)).toEqual([topicOf('ESP_A1', 'sensor/4/data')]);
  expect(device.mqtt.connected).toBe(true);
  expect(bench.broker.statistics()).toEqual({
    clients: 2,
    refusedLogins: 0,
    refusedPublishes: 3 * refused.length,
    refusedSubscriptions: 0,
  });
  expect(bench.lines.filter(({ msg }) => msg === 'broker refused a publication')).toHaveLength(1); // bounded
});

test('a subscription over other devices’ topics is refused with 128, and nothing is delivered for it', async () => {
  await using bench = await BrokerBench.start();
  const device = await bench.connectDevice('ESP_A1');
  const refused = ['#', 'kaiser/#', 'kaiser/god/esp/+/config', topicOf('ESP_B2', 'config'), topicOf('ESP_A1', '#')];
  const granted = [topicOf('ESP_A1', 'config'), topicOf('ESP_A1', 'actuator/+/command'), 'kaiser/broadcast/emergency'];

  const answers: number[] = [];
  for (const filter of [...refused, ...granted]) answers.push(await subscribe(device, filter));
  expect(answers).toEqual([...refused.map(() => 128), ...granted.map(() => 1)]);
  expect(bench.broker.statistics().refusedSubscriptions).toBe(refused.length);

  const console = await bench.connectConsole();
  await publish(console, topicOf('ESP_B2', 'config'), 'not for you');
  await publish(console, topicOf('ESP_A1', 'config'), 'for you');
  await device.received.waitFor(() => true, deadlineMs);
  expect(device.received.all(() => true).map(({ topic }) => topic)).toEqual([topicOf('ESP_A1', 'config')]);
});

test('a refused subscription of a persistent session is not kept for its next connection either', async () => {
  await using bench = await BrokerBench.start();
  const first = await bench.connectDevice('ESP_A1', { clean: false });
  expect([
    await subscribe(first, topicOf('ESP_B2', 'config')),
    await subscribe(first, topicOf('ESP_A1', 'config')),
  ]).toEqual([128, 1]);
  await first.mqtt.endAsync();
  const console = await bench.connectConsole();
  await publish(console, topicOf('ESP_B2', 'config'), 'not for you');
  await publish(console, topicOf('ESP_A1', 'config'), 'kept for you');
  const second = await bench.connectDevice('ESP_A1', { clean: false });
  await publish(console, topicOf('ESP_A1', 'config'), 'new for you');
  await until(() => textsOn(second, topicOf('ESP_A1', 'config')).includes('new for you'), deadlineMs, 'the new one');
  expect(textsOn(second, topicOf('ESP_B2', 'config'))).toEqual([]);
});

test('a client has at most 200 subscriptions, and gets room back with each UNSUBSCRIBE', async () => {
  await using bench = await BrokerBench.start();
  const client = await bench.connect(bench.clientLogin('script'));
  const granted = await client.mqtt.subscribeAsync(Array.from({ length: 200 }, (_, index) => `topic/${index}`));
  expect(granted.filter(({ qos }) => qos === 0)).toHaveLength(200);
  expect(await subscribe(client, 'topic/200')).toBe(128);
  await client.mqtt.unsubscribeAsync('topic/7');
  expect(await subscribe(client, 'topic/200')).toBe(1);
});

test('a device retains nothing but its will', async () => {
  await using bench = await BrokerBench.start();
  const device = await bench.connectDevice('ESP_A1');
  await publish(device, topicOf('ESP_A1', 'sensor/4/data'), '1', { retain: true });
  await publish(device, topicOf('ESP_A1', 'system/will'), 'gone', { retain: true });

  const late = await bench.connect(bench.clientLogin('late'));
  await subscribe(late, 'kaiser/#');
  await settle(late, late, 'kaiser/marker');

  expect(late.received.all(() => true).map(({ topic, retain }) => ({ topic, retain }))).toEqual([
    { topic: topicOf('ESP_A1', 'system/will'), retain: true },
    { topic: 'kaiser/marker', retain: false },
  ]);
});

test('a message that fits several subscriptions of one client arrives once', async () => {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  await subscribe(console, 'kaiser/#');
  await subscribe(console, topicOf('+', 'sensor/+/data'));
  const device = await bench.connectDevice('ESP_A1');
  for (const qos of [0, 1] as const) await publish(device, topicOf('ESP_A1', 'sensor/4/data'), `qos ${qos}`, { qos });
  await settle(console, console, 'kaiser/marker');
  expect(textsOn(console, topicOf('ESP_A1', 'sensor/4/data'))).toEqual(['qos 0', 'qos 1']);
});
