import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/main/clock';
import { BrokerConnection } from '../../../src/main/link/connection';
import type { Subscription } from '../../../src/main/link/handler-registry';
import { until } from '../../fakes/wait';
import { memoryLog } from '../../unit/main/store/open-store';

const deadlineMs = 5_000;

/** A broker that grants or refuses each filter as the test says, and keeps what it was asked. */
async function startBroker(version: 4 | 5, isRefused: (topic: string) => boolean, sessionPresent: boolean) {
  const subscribed: string[][] = [];
  const unsubscribed: string[][] = [];
  const statuses: string[] = [];
  const refusal = version === 5 ? 0x87 : 0x80;
  const answer = (packet: Packet): Packet | null => {
    switch (packet.cmd) {
      case 'connect':
        return version === 5
          ? { cmd: 'connack', reasonCode: 0, sessionPresent }
          : { cmd: 'connack', returnCode: 0, sessionPresent };
      case 'subscribe': {
        const topics = packet.subscriptions.map(({ topic }) => topic);
        subscribed.push(topics);
        const granted = packet.subscriptions.map(({ topic, qos }) => (isRefused(topic) ? refusal : qos));
        return { cmd: 'suback', messageId: packet.messageId ?? 0, granted };
      }
      case 'unsubscribe':
        unsubscribed.push(packet.unsubscriptions);
        return { cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: packet.unsubscriptions.map(() => 0) };
      case 'publish':
        statuses.push(packet.payload.toString());
        return { cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 };
      default:
        return null;
    }
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const packets = parser({ protocolVersion: version });
    packets.on('packet', (packet: Packet) => {
      const reply = answer(packet);
      if (reply) socket.write(generate(reply, { protocolVersion: version }));
    });
    socket.on('data', (bytes: Buffer) => packets.parse(bytes));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `mqtt://127.0.0.1:${port}`, subscribed, unsubscribed, statuses };
}

const wide = 'kaiser/+/esp/+/system/heartbeat';
const own = 'kaiser/god/esp/+/system/heartbeat';
const readings = 'kaiser/god/esp/+/sensor/+/data';
const wanted: readonly Subscription[] = [
  { topic: readings, qos: 1 },
  { topic: wide, qos: 0, instead: own },
];

async function connect(version: 4 | 5, isRefused: (topic: string) => boolean, sessionPresent = false) {
  const broker = await startBroker(version, isRefused, sessionPresent);
  const { log, lines } = memoryLog();
  const connection = new BrokerConnection({
    url: broker.url,
    isEmbedded: version === 4,
    login: {},
    clientId: 'test',
    kaiserId: 'god',
    clock: systemClock,
    log,
    subscriptions: () => wanted,
    onPacket: () => undefined,
    afterCommit: (action) => action(),
    onChange: () => undefined,
  });
  onTestFinished(() => connection.stop());
  connection.start();
  await until(() => broker.subscribed.length > 0 && broker.statuses.length > 0, deadlineMs, 'the console to subscribe');
  const alarms = () => lines.filter(({ level }) => level >= 40);
  return { broker, connection, lines, alarms };
}

describe.each([4, 5] as const)('a broker of MQTT version %i', (version) => {
  test('that refuses patterns over all controllers is asked for the own ones, without any alarm', async () => {
    const { broker, connection, alarms } = await connect(version, (topic) => topic === wide);
    await until(() => broker.subscribed.length === 2, deadlineMs, 'the second request');
    expect(broker.subscribed).toEqual([[readings, wide], [own]]);
    await until(() => connection.describe().state === 'online', deadlineMs, 'the connection');
    expect([alarms(), connection.describe().lastError]).toEqual([[], null]);
  });

  test('that refuses more than that is named with the topics', async () => {
    const { connection } = await connect(version, (topic) => topic !== own);
    await until(() => connection.describe().lastError !== null, deadlineMs, 'the error');
    expect(connection.describe().lastError).toBe(
      `The broker refused subscriptions: ${readings}. Check its access list.`,
    );
  });

  test('that refuses the own patterns as well is an error', async () => {
    const { connection } = await connect(version, (topic) => topic !== readings);
    await until(() => connection.describe().lastError !== null, deadlineMs, 'the error');
    expect(connection.describe().lastError).toBe(`The broker refused subscriptions: ${own}. Check its access list.`);
  });

  test('with a session from before gives up what the wide patterns replace', async () => {
    const { broker } = await connect(version, () => false, true);
    await until(() => broker.unsubscribed.length > 0, deadlineMs, 'the own pattern to be given up');
    expect([broker.subscribed, broker.unsubscribed]).toEqual([[[readings, wide]], [[own]]]);
  });

  test('is told once more that the console is there', async () => {
    const { broker, connection } = await connect(version, () => false);
    await until(() => connection.describe().state === 'online', deadlineMs, 'the connection');
    connection.announceOnline();
    await until(() => broker.statuses.length === 2, deadlineMs, 'the second status');
    expect(broker.statuses.map((text) => (JSON.parse(text) as { status: string }).status)).toEqual([
      'online',
      'online',
    ]);
  });
});
