import { expect, test } from 'vitest';
import { jsonOf, matching } from '../../fakes/message-log';
import { overBothBrokers } from '../../fakes/over-both-brokers';
import { ReadingStream } from '../../fakes/reading-stream';
import { intact, tallyStored } from '../../fakes/stored-readings';
import { until } from '../../fakes/wait';

const testDeadlineMs = 90_000;
const ratePerSecond = 2_000;
const readingsBeforeStop = 4_000;
const gpio = 34;

overBothBrokers('SIGTERM under load', (stage, kind) => {
  test(
    'the console ends with code 0 within 5 s, says goodbye, and loses nothing that it acknowledged',
    { timeout: testDeadlineMs },
    async () => {
      const fromMs = Date.now() - 60_000;
      const devices = [await stage().adoptDevice(), await stage().adoptDevice()];
      const deviceIds = devices.map(({ id }) => id);
      const login = await stage().clientLogin();
      await using stream = await ReadingStream.start({
        url: stage().brokerUrl,
        deviceIds,
        gpio,
        ratePerSecond,
        ...login,
      });
      await until(
        () => stream.acknowledged >= readingsBeforeStop,
        20_000,
        `${readingsBeforeStop} readings to be acknowledged`,
      );
      const from = stage().observer.received.mark();

      await stage().console.stop(); // Fails unless the console ends by itself, with code 0, within 5 s.

      const goodbye = await stage().observer.waitFor(
        matching('kaiser/god/server/status', { status: 'offline' }),
        2_000,
        from,
      );
      expect(jsonOf(goodbye)).toMatchObject({ reason: 'graceful_shutdown' });
      const published = kind === 'mosquitto' ? await stream.finish(10_000) : undefined;
      await stage().console.restart();
      await stage().client.connected(10_000);
      // The embedded broker went with the console, so only Mosquitto can tell which readings it has to deliver after the restart.
      if (published === undefined) return;
      for (const [deviceId, count] of published) {
        expect(await tallyStored(stage().client, { deviceId, gpio, fromMs }, count, 20_000)).toEqual(intact(count));
      }
    },
  );
});
