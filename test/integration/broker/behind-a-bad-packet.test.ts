/*
 * aedes hands over what stands behind the packet for which it ends a connection, as long as it is still closing: a device must not get past
 * its access rules that way. A session with subscriptions takes longest to close.
 */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { BrokerBench, closed, deadlineMs, exchange, settle, subscribe, topicOf } from './broker-bench';
import { connectPacket, disconnectPacket, publishPacket } from './raw-packets';

const foreign = [
  publishPacket('kaiser/broadcast/emergency', 'no'),
  publishPacket(topicOf('ESP_B2', 'actuator/4/command'), 'no'),
];

const openings = [
  ['a topic with a wildcard', publishPacket('a/#', 'x')],
  ['a topic with too many levels', publishPacket('a/'.repeat(200), 'x')],
  ['an empty topic', publishPacket('', 'x')],
  ['a DISCONNECT', disconnectPacket],
  ['a second CONNECT', connectPacket({ username: 'ESP_A1', password: 'x' }, 'esp')],
] as const;

test.each(openings)('behind %s nothing gets through on foreign topics', async (_name, opening) => {
  await using bench = await BrokerBench.start();
  const watcher = await bench.connectWatcher();
  const session = await bench.connectDevice('ESP_A1', { clientId: 'esp', clean: false });
  await subscribe(session, topicOf('ESP_A1', 'config'));
  await session.mqtt.endAsync();
  const connect = connectPacket(bench.deviceLogin('ESP_A1'), 'esp', false);

  const pipelined = await bench.openSocket();
  pipelined.write(Buffer.concat([connect, opening, ...foreign]));
  await closed(pipelined.resume());

  const patient = await bench.openSocket();
  await exchange(patient, connect);
  patient.write(Buffer.concat([opening, ...foreign]));
  await closed(patient.resume());

  await settle(watcher, watcher);
  expect(watcher.received.all(() => true).map(({ topic }) => topic)).toEqual(['marker']);
});

test('connections that are cut while their session is restored leave nothing behind', async () => {
  await using bench = await BrokerBench.start();
  const session = await bench.connectDevice('ESP_A1', { clientId: 'esp', clean: false });
  await subscribe(session, topicOf('ESP_A1', 'config'));
  await session.mqtt.endAsync();
  const connect = connectPacket(bench.deviceLogin('ESP_A1'), 'esp', false);

  for (let round = 0; round < 100; round += 1) {
    const [first, second] = [await bench.openSocket(), await bench.openSocket()];
    for (const socket of [first, second])
      socket.write(round % 2 === 0 ? connect : Buffer.concat([connect, publishPacket('', 'x')]));
    if (round % 3 === 0) await once(first, 'data');
    first.resetAndDestroy();
    second.resetAndDestroy();
  }
  const watcher = await bench.connectWatcher();
  await settle(watcher, watcher);
  await expect.poll(() => bench.broker.statistics().clients, { timeout: deadlineMs }).toBe(1);

  const device = await bench.connectDevice('ESP_A1', { clientId: 'esp', clean: false });
  expect([device.mqtt.connected, bench.broker.statistics().clients]).toEqual([true, 2]);
});
