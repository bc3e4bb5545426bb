import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BrokerConnection } from '../../../../src/main/link/connection';
import { newCounters } from '../../../../src/main/link/counters';
import { Publisher } from '../../../../src/main/link/publisher';
import { withTrace } from '../../../../src/main/trace';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { heartbeatAck } from '../../../../src/shared/wire/messages/heartbeat';
import { ManualClock } from '../../../fakes/manual-clock';

const UNSUPPORTED_VERSION_3 = 1;
const ack = { status: 'online', handover_epoch: 1, server_time: 1 } as const;
const target = { deviceId: 'ESP_A' as DeviceId };

/**
 * A broker of one version that answers what the console needs, and keeps what was published as it came over the wire.
 */
async function openBroker(version: 4 | 5) {
  const publications: IPublishPacket[] = [];
  const sockets: Socket[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const send = (packet: Packet): void => void socket.write(generate(packet, { protocolVersion: version }));
    const reader = parser();
    reader.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') {
        const isRefused = packet.protocolVersion !== version;
        send({
          cmd: 'connack',
          sessionPresent: false,
          returnCode: isRefused ? UNSUPPORTED_VERSION_3 : 0,
          reasonCode: 0,
        });
        if (isRefused) socket.end();
      }
      if (packet.cmd === 'subscribe' && packet.messageId !== undefined)
        send({ cmd: 'suback', messageId: packet.messageId, granted: packet.subscriptions.map(() => 0) });
      if (packet.cmd !== 'publish') return;
      publications.push(packet);
      for (const resolve of waiting.splice(0)) resolve();
      if (packet.qos === 1 && packet.messageId !== undefined)
        send({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0 });
    });
    socket.on('data', (bytes) => void reader.parse(bytes));
    socket.on('error', () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const received = async (topicEnd: string): Promise<IPublishPacket> => {
    for (;;) {
      const found = publications.find(({ topic }) => topic.endsWith(topicEnd));
      if (found) return found;
      await new Promise<void>((resolve) => void waiting.push(resolve));
    }
  };
  return { url: `mqtt://127.0.0.1:${port}`, received };
}

/** The console's connection and publisher at that broker, online. */
async function connect(url: string) {
  const clock = new ManualClock();
  let online: () => void = () => undefined;
  const isOnline = new Promise<void>((resolve) => (online = resolve));
  const connection = new BrokerConnection({
    url,
    isEmbedded: false,
    login: {},
    clientId: 'console',
    kaiserId: 'god',
    clock,
    log: pino({ level: 'silent' }),
    subscriptions: () => [{ topic: 'a/+', qos: 0 }],
    onPacket: () => undefined,
    afterCommit: (action) => action(),
    onChange: (isNowOnline) => {
      if (isNowOnline) online();
      else setImmediate(() => clock.advance(1_000)); // the next attempt
    },
  });
  connection.start();
  await isOnline;
  onTestFinished(async () => {
    const stopped = connection.stop();
    clock.advance(60_000);
    await stopped;
  });
  return { publisher: new Publisher(connection, 'god', newCounters(), clock), connection };
}

describe('the trace on the wire', () => {
  it('is a user property at a broker that speaks MQTT 5', async () => {
    const broker = await openBroker(5);
    const { publisher, connection } = await connect(broker.url);
    withTrace('t-1', () => publisher.send(heartbeatAck, target, ack));
    const { properties } = await broker.received('heartbeat/ack');
    expect([connection.describe().protocolVersion, properties?.userProperties]).toEqual(['5.0', { trace: 't-1' }]);
  });

  it('is left out at a broker that speaks 3.1.1', async () => {
    const broker = await openBroker(4);
    const { publisher, connection } = await connect(broker.url);
    withTrace('t-1', () => publisher.send(heartbeatAck, target, ack));
    const packet = await broker.received('heartbeat/ack');
    expect([connection.describe().protocolVersion, packet.properties]).toEqual(['3.1.1', undefined]);
    expect(JSON.parse(String(packet.payload))).toEqual(ack);
  });
});
