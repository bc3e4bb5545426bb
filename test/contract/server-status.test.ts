import { describe, expect, test } from 'vitest';
import { jsonOf, matching, type Received } from '../fakes/message-log';
import { describeWithMosquitto } from '../fakes/over-both-brokers';
import { Stage } from '../fakes/stage';

const testDeadlineMs = 60_000;
const topic = 'kaiser/god/server/status';

/** What somebody who subscribes now is told about the console. */
async function retainedStatus(stage: Stage): Promise<Received> {
  await using late = await stage.connectObserver();
  return await late.waitFor((message) => message.topic === topic && message.retain, 3_000);
}

async function expectOnline(stage: Stage): Promise<void> {
  const online = await retainedStatus(stage);
  expect(jsonOf(online)).toEqual({ status: 'online', timestamp: expect.any(Number) as number });
  expect(Math.abs(Number(jsonOf(online)['timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
}

describeWithMosquitto('C7. status of the controller, over Mosquitto', () => {
  test(
    'a running console is retained as online, after kill -9 as offline by its will, and after the restart as online again',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open('mosquitto');
      await expectOnline(stage);
      const from = stage.observer.received.mark();

      await stage.console.kill9();

      await stage.observer.waitFor(
        matching(topic, { status: 'offline', reason: 'unexpected_disconnect' }),
        5_000,
        from,
      );
      expect(jsonOf(await retainedStatus(stage))).toEqual({
        status: 'offline',
        reason: 'unexpected_disconnect',
        timestamp: expect.any(Number) as number,
      });

      await stage.console.restart();
      await stage.client.connected(10_000);
      await expectOnline(stage);
    },
  );

  test('a console that quits cleanly leaves a retained graceful shutdown', { timeout: testDeadlineMs }, async () => {
    await using stage = await Stage.open('mosquitto');
    await expectOnline(stage);

    await stage.console.stop();

    expect(jsonOf(await retainedStatus(stage))).toEqual({
      status: 'offline',
      reason: 'graceful_shutdown',
      timestamp: expect.any(Number) as number,
    });
  });
});

describe('C7. status of the controller, over the embedded broker', () => {
  test(
    'a running console is retained as online and says goodbye before its broker goes with it',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open('embedded');
      await expectOnline(stage);
      const from = stage.observer.received.mark();

      await stage.console.stop();

      const goodbye = await stage.observer.waitFor(matching(topic, { status: 'offline' }), 1_000, from);
      expect(jsonOf(goodbye)).toEqual({
        status: 'offline',
        reason: 'graceful_shutdown',
        timestamp: expect.any(Number) as number,
      });
    },
  );

  test(
    'after kill -9 the console comes up again on the same profile and is retained as online',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open('embedded');
      await expectOnline(stage);

      await stage.restartConsole('kill9');

      await expectOnline(stage);
    },
  );
});
