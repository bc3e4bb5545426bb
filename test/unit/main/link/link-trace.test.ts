import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { Link } from '../../../../src/main/link/link';
import type { WriteBatch } from '../../../../src/main/store/write-batch';
import { currentTraceId, withTrace } from '../../../../src/main/trace';
import { heartbeat } from '../../../../src/shared/wire/messages/heartbeat';
import { ManualClock } from '../../../fakes/manual-clock';
import { openBroker } from './small-broker';

it('what devices say belongs to no trace, although the connection was made within one', async () => {
  const broker = await openBroker(5);
  const clock = new ManualClock();
  const seen: unknown[] = [];
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const link = new Link({
    url: broker.url,
    isEmbedded: false,
    login: {},
    clientId: 'console',
    kaiserId: 'god',
    clock,
    log: pino({ level: 'silent' }),
    batch: { afterCommit: (action: () => void) => action() } as unknown as WriteBatch,
    onMalformed: () => undefined,
    onConnection: (isOnline) => void seen.push([isOnline ? 'online' : 'offline', currentTraceId()]),
  });
  link.registry.register(heartbeat, () => {
    seen.push(['heartbeat', currentTraceId()]);
    resolve();
  });
  onTestFinished(async () => {
    const stopped = link.connection.stop();
    clock.advance(60_000);
    await stopped;
  });
  withTrace('t-1', () => link.connection.start());
  await broker.received('server/status');
  broker.deliver('kaiser/god/esp/ESP_A/system/heartbeat', '{"ts":0,"uptime":1,"heap_free":1,"wifi_rssi":-1}');
  await heard;
  expect(seen).toEqual([
    ['online', undefined],
    ['heartbeat', undefined],
  ]);
});
