import { expect, test } from 'vitest';
import { ConsoleProcess } from '../../fakes/console-process';
import { findFreePort } from '../../fakes/free-port';
import { matching } from '../../fakes/message-log';
import { Mosquitto } from '../../fakes/mosquitto';
import { describeWithMosquitto } from '../../fakes/over-both-brokers';
import { Stage } from '../../fakes/stage';
import { until } from '../../fakes/wait';
import type { ErrorAnswer } from '../../fakes/console-answers';

const testDeadlineMs = 120_000;
const noticeDeadlineMs = 10_000;
/** Back-off may have grown while the broker was away. */
const reconnectDeadlineMs = 45_000;

describeWithMosquitto('Broker outage', () => {
  test(
    'a console whose broker is away starts, says so, and connects when the broker comes up',
    { timeout: testDeadlineMs },
    async () => {
      const port = await findFreePort();
      await using running = await ConsoleProcess.start({ broker: `mqtt://127.0.0.1:${port}` });
      const { broker } = await until(
        async () => {
          const status = await running.client.status();
          return status.broker.lastError ? status : undefined;
        },
        noticeDeadlineMs,
        'the failed connection to be told',
      );
      expect(broker.state).not.toBe('online');
      expect(broker.url).toContain(String(port));

      await using _mosquitto = await Mosquitto.start({ port });

      const { broker: connected } = await running.client.connected(reconnectDeadlineMs);
      expect(connected.url).toBe(broker.url);
    },
  );

  test('a console whose broker is away still ends with code 0 within 5 s', { timeout: testDeadlineMs }, async () => {
    await using stage = await Stage.open('mosquitto');
    await stage.mosquitto?.kill9();
    await until(
      async () => (await stage.client.status()).broker.state !== 'online',
      noticeDeadlineMs,
      'the loss to be told',
    );

    await stage.console.stop(); // Fails unless the console ends by itself, with code 0, within 5 s.

    expect(stage.console.isRunning).toBe(false);
  });

  test(
    'a broker that dies makes every value stale, and after its return the console works again',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open('mosquitto');
      const device = await stage.adoptWithActuator(18);
      await device.sensor(4, 'ds18b20', 400);
      await stage.client.reading(device.id, 4, 'ds18b20', ({ stale, raw }) => raw === 400 && !stale);

      await stage.mosquitto?.kill9();
      await until(
        async () => (await stage.client.status()).broker.state !== 'online',
        noticeDeadlineMs,
        'the loss to be told',
      );
      await stage.client.reading(device.id, 4, 'ds18b20', ({ stale }) => stale);
      expect(await stage.client.actuator(device.id, 18)).toMatchObject({ state: 'unknown' });
      const refusal = await stage.console.api<ErrorAnswer>('POST', `/devices/${device.id}/actuators/18/command`, {
        command: 'ON',
      });
      expect(refusal.status).toBeGreaterThanOrEqual(400);

      await stage.mosquitto?.restart();
      await stage.client.connected(reconnectDeadlineMs);
      await stage.observe();
      const returned = await stage.returnDevice(device.id);
      await returned.sensor(4, 'ds18b20', 320);
      expect(await stage.client.reading(returned.id, 4, 'ds18b20', ({ raw }) => raw === 320)).toMatchObject({
        value: 20,
        stale: false,
      });

      // The command that was refused during the outage must not come out of some queue now.
      await stage.settle(returned);
      expect(stage.observer.received.all(matching(`${returned.prefix}/actuator/18/command`))).toEqual([]);
      expect(returned.received.all(matching(`${returned.prefix}/actuator/18/command`))).toEqual([]);
    },
  );

  test(
    'after a broker restart without its memory the console is retained as online again',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open('mosquitto');

      await stage.mosquitto?.kill9();
      await stage.mosquitto?.restart();
      await stage.client.connected(reconnectDeadlineMs);

      await stage.observe();
      await stage.observer.waitFor(matching('kaiser/god/server/status', { status: 'online' }), 5_000);
    },
  );
});
