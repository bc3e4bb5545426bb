import { expect, test } from 'vitest';
import { until } from '../../fakes/wait';
import { BrokerBench, deadlineMs, settle, textsOn, topicOf } from './broker-bench';
import { disconnectPacket } from './raw-packets';

test('a goodbye that waits behind a message that is still being stored counts as a goodbye: no last will', async () => {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  const held: (() => void)[] = [];
  console.mqtt.handleMessage = (_packet, done) => void held.push(() => done());
  const will = { topic: topicOf('ESP_A1', 'system/will'), payload: Buffer.from('gone'), qos: 1, retain: true } as const;
  const { mqtt, closed } = await bench.connectDevice('ESP_A1', { will });
  mqtt.publish(topicOf('ESP_A1', 'sensor/4/data'), '1', { qos: 1 });
  await until(() => held.length === 1, deadlineMs, 'the reading to arrive');

  mqtt.stream.write(disconnectPacket);
  mqtt.stream.end();
  await closed;
  console.mqtt.handleMessage = (_packet, done) => done();
  for (const acknowledge of held) acknowledge();

  await until(() => bench.broker.statistics().clients === 1, deadlineMs, 'the device to be gone');
  await settle(console, console, topicOf('ESP_B2', 'marker'));
  expect(textsOn(console, topicOf('ESP_A1', 'system/will'))).toEqual([]);
});
