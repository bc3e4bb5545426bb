/* A plant at 10,000 readings/s for a minute: nothing lost, memory flat, processor time against a bare subscriber of the same stream. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bareConsumer, consoleConsumer } from './lib/consumers.mjs';
import { startGenerator } from './lib/generator.mjs';
import { startMosquitto } from './lib/mosquitto.mjs';
import { until } from './lib/program.mjs';
import { megabytes, milliseconds, whole } from './lib/statistics.mjs';

const devices = 50;
const rate = 10_000;
const warmMs = 10_000;

export const ingestSteady = {
  name: 'ingest-steady',
  work: '10,000 readings/s of 50 devices through Mosquitto for 60 s, into the console and a bare mqtt.js subscriber at the same time',
  async run({ isQuick, progress }) {
    const seconds = isQuick ? 15 : 60;
    const broker = await startMosquitto();
    const consumer = await consoleConsumer(broker.url, devices);
    const bare = await bareConsumer(broker.url);
    try {
      const generator = startGenerator(broker.url, { devices, rate, seconds });
      await sleep(warmMs);
      await consumer.console.loopDelay();
      const warm = await sample(consumer, bare);
      await sleep(seconds * 1_000 - warmMs - 500);
      const end = await sample(consumer, bare);
      const delay = await consumer.console.loopDelay();
      const { sent } = await generator.report();
      progress(`sent ${whole(sent)}, resident ${megabytes(warm.ours.rssBytes)} → ${megabytes(end.ours.rssBytes)}`);
      await until(async () => (await consumer.count()) >= consumer.adopted + sent, 'all readings to be stored').catch(
        (error) => progress(error.message), // what is missing shows below
      );
      const { counters } = await consumer.console.get('/status');
      const stored = await consumer.stop();
      return describe({ warm, end, delay, sent: sent + consumer.adopted, stored, counters, seconds });
    } finally {
      await bare.stop();
      if (consumer.program.isRunning) await consumer.stop();
      await broker.stop();
    }
  },
};

async function sample(consumer, bare) {
  const ours = { ...consumer.program.usage(), count: await consumer.count() };
  return { atMs: performance.now(), ours, bare: { ...bare.program.usage(), count: await bare.count() } };
}

function describe({ warm, end, delay, sent, stored, counters, seconds }) {
  const cpu = (name) => ((end[name].cpuSeconds - warm[name].cpuSeconds) / (end[name].count - warm[name].count)) * 1e6;
  const share = (end.ours.cpuSeconds - warm.ours.cpuSeconds) / ((end.atMs - warm.atMs) / 1_000);
  const lost = sent - stored.distinct;
  const doubled = stored.rows - stored.distinct;
  const growth = end.ours.rssBytes / warm.ours.rssBytes;
  return {
    rows: [
      {
        figure: `readings lost / doubled of ${whole(sent)} (rows in the database)`,
        ours: `${lost} / ${doubled}`,
        target: { text: '0 / 0', met: lost === 0 && doubled === 0 },
      },
      {
        figure: 'processor time for each reading, against a bare mqtt.js subscriber',
        ours: `${cpu('ours').toFixed(1)} µs (${(share * 100).toFixed(0)} % of a core)`,
        reference: `${cpu('bare').toFixed(1)} µs`,
        ratio: cpu('ours') / cpu('bare'),
      },
      {
        figure: `resident memory at the end, against second 10 (${seconds} s)`,
        ours: megabytes(end.ours.rssBytes),
        reference: megabytes(warm.ours.rssBytes),
        ratio: growth,
      },
      {
        figure: 'event-loop delay, median / p99 / longest',
        ours: [delay.p50, delay.p99, delay.max].map(milliseconds).join(' / '),
        target: { text: 'p99 ≤ 20 ms (set for 5,000/s)', met: delay.p99 <= 20 },
      },
    ],
    bound: `the rate of the generator; the console needs ${(share * 100).toFixed(0)} % of a core for it`,
    notes: [`the console recognised ${counters.duplicates} repeated deliveries`],
    raw: { warm, end, delay, counters },
  };
}
