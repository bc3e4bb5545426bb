import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';

/** CONNACK of MQTT 3.1.1 for a version that the broker does not speak. */
const UNSUPPORTED_VERSION = 1;

/**
 * A broker of one version that answers what the console needs, and keeps what was published as it came over the wire.
 */
export async function openBroker(version: 4 | 5) {
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
          returnCode: isRefused ? UNSUPPORTED_VERSION : 0,
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
  /** Sends a message to every client. */
  const deliver = (topic: string, payload: string): void => {
    const bytes = generate(
      { cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false },
      { protocolVersion: version },
    );
    for (const socket of sockets) socket.write(bytes);
  };
  return { url: `mqtt://127.0.0.1:${port}`, received, deliver };
}
