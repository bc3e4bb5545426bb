import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BrokerConnection } from '../../../../src/main/link/connection';
import { newCounters } from '../../../../src/main/link/counters';
import { Publisher } from '../../../../src/main/link/publisher';
import { withTrace } from '../../../../src/main/trace';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { heartbeatAck } from '../../../../src/shared/wire/messages/heartbeat';
import { ManualClock } from '../../../fakes/manual-clock';
import { openBroker } from './small-broker';

const ack = { status: 'online', handover_epoch: 1, server_time: 1 } as const;
const target = { deviceId: 'ESP_A' as DeviceId };

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
