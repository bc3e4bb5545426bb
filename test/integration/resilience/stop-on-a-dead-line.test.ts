/*
 * A stop whose message went into a connection that is dead already: the device gets it when it is back, however soon that is.
 */
import { describe, expect, test } from 'vitest';
import type { StopAnswer } from '../../fakes/console-answers';
import { FaultProxy } from '../../fakes/fault-proxy';
import { matching } from '../../fakes/message-log';
import { seededRandom, seedOfRun } from '../../fakes/random';
import { Stage } from '../../fakes/stage';
import { until } from '../../fakes/wait';

const testDeadlineMs = 60_000;
const noticeDeadlineMs = 5_000;

describe('A stop into a dead connection of a device', () => {
  test('reaches the device as soon as it is back', { timeout: testDeadlineMs }, async () => {
    await using stage = await Stage.open('embedded');
    const targetPort = Number(new URL(stage.brokerUrl).port);
    await using proxy = await FaultProxy.start({ targetPort, random: seededRandom(seedOfRun()) });
    const { id } = await stage.adoptDevice();
    const device = await stage.connectDevice({ id, url: proxy.url });
    await device.announce();
    await stage.bringOnline(device);

    proxy.strike('both', { isSwallowing: true });
    const scope = { kind: 'device', deviceId: id };
    const stop = await stage.client.call<StopAnswer>('POST', '/stop', { scope, reason: 'half-open line' });
    expect((await stage.client.stop(stop.id)).clearedAt ?? null).toBeNull();
    await until(() => proxy.counts.swallowed > 0, noticeDeadlineMs, 'the stop to be swallowed');
    proxy.calm();
    proxy.cut('rst');
    await stage.client.deviceWhen(id, ({ presence }) => presence === 'offline', noticeDeadlineMs);
    const returned = await stage.returnDevice(id);

    const topic = `${returned.prefix}/actuator/emergency`;
    await returned.waitFor(matching(topic, { command: 'emergency_stop', correlation_id: stop.id }), noticeDeadlineMs);
  });
});
