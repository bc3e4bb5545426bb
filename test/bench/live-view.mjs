/*
 * The real page in Debian's Chromium while 10,000 readings/s come in, against the same page without traffic in the same run: frames drawn each
 * second, work of the main thread, heap, and what the page itself says about its delay. On the overview and on a zone with 200 values.
 */
import { chromium } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { consoleConsumer } from './lib/consumers.mjs';
import { startGenerator } from './lib/generator.mjs';
import { findProgram, startMosquitto } from './lib/mosquitto.mjs';
import { megabytes, spread, whole } from './lib/statistics.mjs';

/** Each sends five values: 200 in all. */
const devices = 40;
const rate = 10_000;
const zoneId = 'tent_1';
const quietSeconds = 10;
const warmSeconds = 10;
const pages = { overview: '#/plant', zone: `#/zone/${zoneId}` };
const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const liveView = {
  name: 'live-view',
  work: `the page in Chromium, ${devices * 5} values of ${devices} devices in one zone, 10,000 readings/s for 60 s on the overview and on the zone`,
  async run({ isQuick, progress }) {
    const seconds = isQuick ? 20 : 60;
    const broker = await startMosquitto();
    const consumer = await consoleConsumer(broker.url, devices);
    const browser = await chromium.launch({
      executablePath: process.env.LEITSTAND_CHROMIUM ?? findProgram('chromium'),
      args: chromiumFlags,
    });
    try {
      await assignZone(consumer.console);
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(await consumer.console.loginUrl());
      await page.getByTestId('display-state').waitFor();
      const results = {};
      for (const [name, hash] of Object.entries(pages)) {
        results[name] = await observe(await PageMeter.on(page, hash), { url: broker.url, seconds });
        const { quiet, loud } = results[name];
        progress(`${name}: ${loud.framesPerSecond.toFixed(1)} frames/s, quiet ${quiet.framesPerSecond.toFixed(1)}`);
      }
      return describe(results, { errors, seconds });
    } finally {
      await browser.close();
      await consumer.stop();
      await broker.stop();
    }
  },
};

/** The generator confirms no zone; the page shows the devices in the one that is asked for. */
async function assignZone(running) {
  await running.request('PUT', `/zones/${zoneId}`, { name: 'Tent 1' });
  for (const { id } of await running.get('/devices')) await running.request('PUT', `/devices/${id}/zone`, { zoneId });
}

async function observe(meter, { url, seconds }) {
  await sleep(2_000);
  const quiet = await meter.measure(quietSeconds);
  const generator = startGenerator(url, { devices, rate, seconds: seconds + 2 });
  await sleep(warmSeconds * 1_000);
  const heapAtStart = await meter.heapBytes();
  const loud = await meter.measure(seconds - warmSeconds);
  const heapAtEnd = await meter.heapBytes();
  const { perSecond } = await generator.report();
  await sleep(3_000);
  return { quiet, loud, heapAtStart, heapAtEnd, perSecond };
}

/** Reads a page through Chromium's own counters and a frame counter inside it. */
class PageMeter {
  #page;
  #devTools;

  static async on(page, hash) {
    const meter = new PageMeter();
    meter.#page = page;
    meter.#devTools = await page.context().newCDPSession(page);
    await meter.#devTools.send('Performance.enable');
    await page.evaluate((target) => {
      window.location.hash = target;
      if (window.benchFrames !== undefined) return;
      window.benchFrames = 0;
      const count = () => {
        window.benchFrames += 1;
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    }, hash);
    return meter;
  }

  /** Frames each second, share of the main thread, and the page's own display, over so many seconds. */
  async measure(seconds) {
    const perSecond = [];
    const said = [];
    const start = await this.#sample();
    let last = start;
    for (let second = 0; second < seconds; second += 1) {
      await sleep(1_000);
      const sample = await this.#sample();
      perSecond.push(((sample.frames - last.frames) / (sample.atMs - last.atMs)) * 1_000);
      said.push(sample.said);
      last = sample;
    }
    return {
      framesPerSecond: ((last.frames - start.frames) / (last.atMs - start.atMs)) * 1_000,
      perSecond,
      mainThread: ((last.taskSeconds - start.taskSeconds) / (last.atMs - start.atMs)) * 1_000,
      said,
      isBehind: said.filter(({ bad }) => bad).length,
    };
  }

  /** JavaScript heap after a collection, bytes. */
  async heapBytes() {
    await this.#devTools.send('HeapProfiler.collectGarbage');
    return (await this.#devTools.send('Runtime.getHeapUsage')).usedSize;
  }

  async #sample() {
    const inside = await this.#page.evaluate(() => {
      const display = document.querySelector('[data-testid="display-state"]');
      return {
        frames: window.benchFrames,
        atMs: performance.now(),
        said: { text: display?.textContent ?? '', bad: display?.hasAttribute('data-bad') ?? true },
      };
    });
    const { metrics } = await this.#devTools.send('Performance.getMetrics');
    return { ...inside, taskSeconds: metrics.find(({ name }) => name === 'TaskDuration').value };
  }
}

function describe(results, { errors, seconds }) {
  const rows = Object.entries(results).flatMap(([name, { quiet, loud, heapAtStart, heapAtEnd }]) => [
    {
      figure: `${name}: frames/s (slowest–fastest second: ${spread(loud.perSecond, (value) => value.toFixed(0))})`,
      ours: loud.framesPerSecond.toFixed(1),
      reference: `${quiet.framesPerSecond.toFixed(1)} without traffic`,
      ratio: loud.framesPerSecond / quiet.framesPerSecond,
      target: { text: '≥ 55, or the page says so', met: loud.framesPerSecond >= 55 || loud.isBehind > 0 },
    },
    {
      figure: `${name}: work of the page's main thread`,
      ours: `${(loud.mainThread * 100).toFixed(0)} %`,
      reference: `${(quiet.mainThread * 100).toFixed(0)} %`,
      target: { text: '≤ 30 %', met: loud.mainThread <= 0.3 },
    },
    {
      figure: `${name}: JavaScript heap at second ${seconds}, against second ${warmSeconds}`,
      ours: megabytes(heapAtEnd),
      reference: megabytes(heapAtStart),
      ratio: heapAtEnd / heapAtStart,
    },
  ]);
  const said = Object.entries(results).map(([name, { loud }]) => `${name}: “${loud.said.at(-1).text}”`);
  const behind = Object.values(results).reduce((sum, { loud }) => sum + loud.isBehind, 0);
  return {
    rows,
    bound:
      'the processor: generator, broker, console and Chromium (drawing in software, without a GPU) share the cores',
    notes: [
      `the generator reached ${Object.values(results)
        .map(({ perSecond }) => `${whole(perSecond)}/s`)
        .join(' and ')}`,
      `the page said at the end: ${said.join('; ')}; it called itself late in ${behind} of the seconds`,
      ...(errors.length > 0 ? [`errors in the page: ${errors.join('; ')}`] : []),
    ],
    raw: results,
  };
}
