/* From the request to the last of 101 stop messages (broadcast and each of 100 devices) in the hands of a subscriber, idle and under load. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient } from './lib/client.mjs';
import { startConsole } from './lib/console.mjs';
import { generate, startGenerator } from './lib/generator.mjs';
import { startMosquitto } from './lib/mosquitto.mjs';
import { until } from './lib/program.mjs';
import { median, milliseconds, percentile, spread } from './lib/statistics.mjs';

const devices = 100;
const backgroundRate = 10_000;
const settleMs = 1_500;
const betweenMs = 150;

export const stop = {
  name: 'stop',
  work: 'POST /stop for the whole plant → the last of 101 stop messages seen by a subscriber, 100 devices that confirm; bare mqtt.js sends the same 101 messages',
  async run({ isQuick, progress }) {
    const rounds = isQuick ? 1 : 5;
    const stopsInRound = isQuick ? 5 : 20;
    const broker = await startMosquitto({ isPrompt: true });
    const running = await startConsole({ broker: broker.url });
    const observer = await StopObserver.connect(broker.url);
    try {
      await generate(broker.url, { devices, rate: 100, seconds: 1 });
      await running.adopt(devices);
      await until(
        async () => (await running.get('/devices')).every(({ presence }) => presence === 'online'),
        'all devices to be online',
      );
      await series(running, observer, 5);
      const results = [];
      for (let round = 0; round < rounds; round += 1) {
        const idle = await series(running, observer, stopsInRound);
        const seconds = 4 + (stopsInRound * (betweenMs + 100) * 2) / 1_000;
        const background = startGenerator(broker.url, { devices, rate: backgroundRate, seconds: Math.ceil(seconds) });
        await sleep(settleMs);
        const loaded = await series(running, observer, stopsInRound);
        background.program.signal('SIGKILL');
        await background.program.exit;
        await sleep(settleMs);
        results.push({ idle, loaded });
        progress(
          `round ${round + 1}: idle ${milliseconds(median(idle.ours))}, loaded ${milliseconds(median(loaded.ours))}, bare ${milliseconds(median(idle.bare))} and ${milliseconds(median(loaded.bare))}`,
        );
      }
      return describe(results);
    } finally {
      await observer.stop();
      await running.stop();
      await broker.stop();
    }
  },
};

/** Alternates a stop through the console and the same messages by bare mqtt.js. */
async function series(running, observer, count) {
  const times = { ours: [], bare: [] };
  for (let turn = 0; turn < count; turn += 1) {
    times.ours.push(
      await observer.measure(() => running.post('/stop', { scope: { kind: 'all' }, reason: 'benchmark' })),
    );
    await sleep(betweenMs);
    times.bare.push(await observer.measure(() => observer.sendSame()));
    await sleep(betweenMs);
  }
  return times;
}

/** Sees the stop messages, and confirms them for the devices once the last one is there. */
class StopObserver {
  #client;
  #seen = [];
  #onSeen = () => undefined;
  #template = [];

  static async connect(url) {
    const observer = new StopObserver();
    observer.#client = await connectClient(url, { protocolVersion: 5 });
    observer.#client.on('message', (topic, payload) => {
      observer.#seen.push({ topic, payload });
      if (observer.#seen.length === devices + 1) observer.#onSeen();
    });
    await observer.#client.subscribeAsync({
      'kaiser/broadcast/emergency': { qos: 2 },
      'kaiser/god/esp/+/actuator/emergency': { qos: 1 },
    });
    return observer;
  }

  /** From the call of `send` to the last message, ms. */
  async measure(send) {
    this.#seen = [];
    const complete = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Only ${this.#seen.length} stop messages came`)), 10_000);
      this.#onSeen = () => {
        clearTimeout(late);
        resolve(performance.now());
      };
    });
    const startedMs = performance.now();
    const [seenMs] = await Promise.all([complete, send()]);
    this.#confirm();
    this.#template = this.#seen;
    return seenMs - startedMs;
  }

  /** The messages of the last stop, sent by bare mqtt.js from this process, which also receives them. */
  sendSame() {
    for (const { topic, payload } of this.#template)
      this.#client.publish(topic, payload, { qos: topic.startsWith('kaiser/broadcast') ? 2 : 1 });
  }

  #confirm() {
    for (const { topic, payload } of this.#seen) {
      const [, , , id] = topic.split('/');
      if (id === undefined) continue;
      const answer = { esp_id: id, ts: Math.floor(Date.now() / 1_000), command: 'emergency_stop', outcome: 'executed' };
      const { correlation_id } = JSON.parse(payload.toString());
      this.#client.publish(`${topic}/ack`, JSON.stringify({ ...answer, correlation_id, gpio_count: 1 }), { qos: 1 });
    }
  }

  stop() {
    return this.#client.endAsync(true);
  }
}

function describe(results) {
  const all = (state, name) => results.flatMap((result) => result[state][name]);
  const ratios = (state, name, [otherState, otherName]) =>
    results.map((result) => median(result[state][name]) / median(result[otherState][otherName]));
  const row = (label, reference, values) => ({
    figure: `${label}, median (p99 ${milliseconds(percentile(all('loaded', 'ours'), 0.99))})`,
    ours: milliseconds(median(all('loaded', 'ours'))),
    reference: milliseconds(median(all(...reference))),
    ratio: median(values),
    spread: spread(values),
  });
  const p99 = percentile(all('loaded', 'ours'), 0.99);
  return {
    rows: [
      {
        ...row('at 10,000 readings/s, against idle', ['idle', 'ours'], ratios('loaded', 'ours', ['idle', 'ours'])),
        target: { text: 'p99 ≤ 20 ms to the socket', met: p99 <= 20 },
      },
      row(
        'at 10,000 readings/s, against bare mqtt.js',
        ['loaded', 'bare'],
        ratios('loaded', 'ours', ['loaded', 'bare']),
      ),
    ],
    bound:
      'a durable commit of the latch (plant.db, synchronous FULL) before the first message, then 101 publications through the broker',
    rounds: results,
  };
}
