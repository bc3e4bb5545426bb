/* What one client does, by mistake or on purpose, the others must not feel. Repeat a run with LEITSTAND_SEED. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { brokerLimits } from '../../../src/main/broker/broker-limits';
import { seededRandom, seedOfRun, type Random } from '../../fakes/random';
import { until } from '../../fakes/wait';
import { BrokerBench, closed, deadlineMs, exchange, publish, textsOn, topicOf } from './broker-bench';
import { connectPacket, publishPacket, subscribePacket } from './raw-packets';

const reading = topicOf('ESP_A1', 'sensor/4/data');

/** A device and the console that must stay served: a QoS 1 reading is stored and acknowledged. */
async function bystanders(bench: BrokerBench) {
  const console = await bench.connectConsole();
  const device = await bench.connectDevice('ESP_A1');
  let sent = 0;
  return {
    console,
    device,
    expectService: async (): Promise<void> => {
      const payload = `reading ${(sent += 1)}`;
      await publish(device, reading, payload);
      expect(textsOn(console, reading).at(-1)).toBe(payload);
    },
  };
}

const ended = (socket: Socket) => closed(socket.resume());

test('a packet that is too large ends its connection at the header, whether or not there was a login', async () => {
  await using bench = await BrokerBench.start();
  const { expectService } = await bystanders(bench);
  const login = bench.deviceLogin('ESP_B2');
  const headerOf256MiB = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);

  const stranger = await bench.openSocket();
  stranger.write(headerOf256MiB);
  await ended(stranger);
  const device = await bench.openSocket();
  await exchange(device, connectPacket(login, 'esp'));
  device.write(headerOf256MiB);
  await ended(device);

  await expectService();
  expect(bench.broker.statistics().clients).toBe(2);
});

test('the largest packet gets through whole, one byte more does not', async () => {
  await using bench = await BrokerBench.start();
  const { console, expectService } = await bystanders(bench);
  const topic = topicOf('ESP_B2', 'sensor/4/data');
  const headBytes = 1 + 3 + 2 + topic.length;
  const fitting = Buffer.alloc(brokerLimits.packetBytes - headBytes, 0x61);
  const socket = await bench.openSocket();
  await exchange(socket, connectPacket(bench.deviceLogin('ESP_B2'), 'esp'));

  socket.write(publishPacket(topic, fitting));
  const received = await console.received.waitFor((message) => message.topic === topic, deadlineMs);
  expect(received.payload.equals(fitting)).toBe(true);

  socket.write(publishPacket(topic, Buffer.concat([fitting, Buffer.from('a')])));
  await ended(socket);
  await expectService();
  expect(textsOn(console, topic)).toHaveLength(1);
});

/** Random bytes as they are, after a valid login, or as valid packets with some bytes replaced. */
function hostileBytes(random: Random, connect: Buffer, round: number): Buffer {
  const byte = () => Math.floor(random() * 256);
  const noise = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 300) }, byte));
  if (round % 3 === 0) return noise;
  if (round % 3 === 1) return Buffer.concat([connect, noise]);
  const bytes = Buffer.concat([connect, subscribePacket('kaiser/god/esp/ESP_B2/config'), publishPacket('a/b', 'x')]);
  for (let flip = 0; flip < 3; flip += 1) bytes[Math.floor(random() * bytes.length)] = byte();
  return bytes;
}

test('500 connections with random bytes crash nothing, and others are served meanwhile', async () => {
  const seed = seedOfRun();
  const random = seededRandom(seed);
  await using bench = await BrokerBench.start();
  const { expectService, console, device } = await bystanders(bench);
  const connect = connectPacket(bench.deviceLogin('ESP_B2'), 'esp');

  for (let round = 0; round < 500; round += 1) {
    const socket = await bench.openSocket();
    socket.resume();
    socket.write(hostileBytes(random, connect, round));
    const ending = random();
    if (ending < 0.5) socket.end();
    else if (ending < 0.75) socket.resetAndDestroy();
    if (round % 50 === 49) await expectService();
    if (round % 20 === 19) bench.closeSockets();
  }
  bench.closeSockets();

  await until(
    () => bench.broker.statistics().clients === 2,
    deadlineMs,
    `all hostile clients to be gone (seed ${seed})`,
  );
  await expectService();
  expect([console.mqtt.connected, device.mqtt.connected]).toEqual([true, true]);
  expect(bench.lines.filter(({ level }) => level >= 50)).toEqual([]);
});

test('a subscriber that does not read is disconnected, and holds up nobody', async () => {
  await using bench = await BrokerBench.start();
  const { expectService } = await bystanders(bench);
  const reader = await bench.connect(bench.clientLogin('reader'));
  const publisher = await bench.connect(bench.clientLogin('publisher'));
  await reader.mqtt.subscribeAsync('big');
  const deaf = await bench.openSocket();
  await exchange(deaf, connectPacket(bench.clientLogin('deaf'), 'deaf'));
  await exchange(deaf, subscribePacket('big'));
  deaf.pause();
  await until(() => bench.broker.statistics().clients === 5, deadlineMs, 'the deaf client');

  const payload = Buffer.alloc(250_000, 0x61);
  let sent = 0;
  while (bench.broker.statistics().clients === 5 && sent < 400) {
    await publish(publisher, 'big', payload);
    sent += 1;
  }

  expect(bench.broker.statistics().clients).toBe(4);
  await until(() => reader.received.mark() === sent, deadlineMs, 'the reader to have all');
  await expectService();
  expect(bench.lines.some(({ err }) => JSON.stringify(err ?? '').includes('does not read'))).toBe(true);
});

test('a device that floods is slowed down and loses nothing, and others are served meanwhile', async () => {
  await using bench = await BrokerBench.start();
  const { expectService, console } = await bystanders(bench);
  const flooding = await bench.openSocket();
  const topic = topicOf('ESP_B2', 'sensor/4/data');
  await exchange(flooding, connectPacket(bench.deviceLogin('ESP_B2'), 'esp'));
  const count = brokerLimits.deviceBurst + brokerLimits.deviceMessagesPerS;
  const startedMs = performance.now();
  flooding.write(Buffer.concat(Array.from({ length: count }, (_, index) => publishPacket(topic, String(index)))));

  await expectService();
  expect(textsOn(console, topic).length).toBeLessThan(count);
  await until(() => textsOn(console, topic).length === count, deadlineMs, 'the whole flood');
  expect(performance.now() - startedMs).toBeGreaterThan(900);
  expect(textsOn(console, topic)).toEqual(Array.from({ length: count }, (_, index) => String(index)));
});

test('connections beyond 256 are refused, and there is room again when others leave', async () => {
  await using bench = await BrokerBench.start();
  const { expectService } = await bystanders(bench);
  for (let index = 2; index < brokerLimits.clients; index += 1) await bench.openSocket();
  await ended(await bench.openSocket());
  await expectService();
  bench.closeSockets();
  await until(() => bench.connectDevice('ESP_B2'), deadlineMs, 'room for another device');
});
