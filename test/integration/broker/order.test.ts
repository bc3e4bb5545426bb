import { expect, test } from 'vitest';
import { generate } from 'mqtt-packet';
import { BrokerBench, settle, textsOn, topicOf } from './broker-bench';

const topic = topicOf('ESP_A1', 'sensor/4/data');

/** Numbered messages in one write: the broker reads them in one go. */
function burst(packets: readonly { readonly qos: 0 | 1 | 2; readonly retain?: boolean }[]): Buffer {
  const bytes = packets.map(({ qos, retain = false }, index) =>
    generate({
      cmd: 'publish',
      topic,
      payload: String(index),
      qos,
      retain,
      dup: false,
      ...(qos > 0 && { messageId: index + 1 }),
    }),
  );
  return Buffer.concat(bytes);
}

test.for<[string, readonly { qos: 0 | 1; retain?: boolean }[]]>([
  ['QoS 1 before QoS 0', [{ qos: 1 }, { qos: 0 }]],
  [
    'QoS 1 and QoS 0 in turn',
    Array.from({ length: 40 }, (_, index) => ({ qos: index % 2 === 0 ? (1 as const) : (0 as const) })),
  ],
  [
    'a retained one before others',
    [{ qos: 0, retain: true }, { qos: 0 }, { qos: 1 }, { qos: 1, retain: true }, { qos: 0 }],
  ],
])('messages of one read all arrive, in order: %s', async ([, packets]) => {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  const watcher = await bench.connectWatcher();
  const device = await bench.connect(bench.clientLogin('script'));

  device.mqtt.stream.write(burst(packets));
  await settle(device, console, topicOf('ESP_B2', 'marker'));
  await settle(device, watcher, 'marker');

  const expected = packets.map((_, index) => String(index));
  expect([textsOn(console, topic), textsOn(watcher, topic)]).toEqual([expected, expected]);
});
