/* From the request to the last stop message (each of 100 devices, and the broadcast) in the hands of a subscriber, idle and under load. */
import { randomUUID } from 'node:crypto';
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
const pollMs = 5;

export const stop = {
  name: 'stop',
  work: 'POST /stop for the whole plant → stop messages of 100 devices that confirm, and the broadcast, seen by a subscriber; bare mqtt.js sends the same 101 messages',
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
  const times = { ours: [], bare: [], broadcast: [] };
  for (let turn = 0; turn < count; turn += 1) {
    const ours = await observer.measure(async () => {
      const { id } = await running.post('/stop', { scope: { kind: 'all' }, reason: 'benchmark' });
      return id;
    });
    times.ours.push(ours.devicesMs);
    times.broadcast.push(ours.broadcastMs);
    await sleep(betweenMs);
    const bare = await observer.measure(() => observer.sendSame());
    times.bare.push(bare.devicesMs);
    await sleep(betweenMs);
  }
  return times;
}

/** Sees the stop messages of each stop, and confirms them for the devices once all are there. */
class StopObserver {
  #client;
  /** By correlation id: the messages so far, and when the last device's and the broadcast came. */
  #stops = new Map();
  #template;

  static async connect(url) {
    const observer = new StopObserver();
    observer.#client = await connectClient(url, { protocolVersion: 5 });
    observer.#client.on('message', (topic, payload) => observer.#take(topic, payload));
    await observer.#client.subscribeAsync({
      'kaiser/broadcast/emergency': { qos: 2 },
      'kaiser/god/esp/+/actuator/emergency': { qos: 1 },
    });
    return observer;
  }

  /** From the call of `send`, which answers with the correlation id, to the last device's message and to the broadcast, ms. */
  async measure(send) {
    const startedMs = performance.now();
    const id = await send();
    const stopped = await until(
      () => {
        const known = this.#stops.get(id);
        return known?.devicesAtMs && known.broadcastAtMs && known;
      },
      `the stop messages of ${id}`,
      { everyMs: pollMs },
    );
    this.#confirm(id, stopped.messages);
    this.#template = stopped.messages;
    return { devicesMs: stopped.devicesAtMs - startedMs, broadcastMs: stopped.broadcastAtMs - startedMs };
  }

  /** The messages of the last stop under a new id, sent by bare mqtt.js from this process, which also receives them. */
  sendSame() {
    const id = randomUUID();
    for (const { topic, command } of this.#template) {
      const payload = JSON.stringify({ ...command, correlation_id: id, intent_id: id });
      this.#client.publish(topic, payload, { qos: isBroadcast(topic) ? 2 : 1 });
    }
    return Promise.resolve(id);
  }

  #take(topic, payload) {
    const command = JSON.parse(payload.toString());
    const known = this.#stops.get(command.correlation_id) ?? { messages: [], topics: new Set() };
    this.#stops.set(command.correlation_id, known);
    if (known.topics.has(topic)) return; // a stop is repeated for a device that comes back
    known.topics.add(topic);
    known.messages.push({ topic, command });
    if (isBroadcast(topic)) known.broadcastAtMs = performance.now();
    else if (known.topics.size - (known.broadcastAtMs ? 1 : 0) === devices) known.devicesAtMs = performance.now();
  }

  #confirm(id, messages) {
    for (const { topic } of messages.filter((message) => !isBroadcast(message.topic))) {
      const answer = { esp_id: topic.split('/')[3], ts: Math.floor(Date.now() / 1_000), correlation_id: id };
      const payload = { ...answer, command: 'emergency_stop', gpio_count: 1, outcome: 'executed' };
      this.#client.publish(`${topic}/ack`, JSON.stringify(payload), { qos: 1 });
    }
  }

  stop() {
    return this.#client.endAsync(true);
  }
}

const isBroadcast = (topic) => topic.startsWith('kaiser/broadcast/');

function describe(results) {
  const all = (state, name) => results.flatMap((result) => result[state][name]);
  const p99 = (name) => percentile(all('loaded', name), 0.99);
  const row = (figure, name, [otherState, otherName]) => {
    const ratios = results.map(
      (result) => median(result.loaded[name]) / Math.max(0.01, median(result[otherState][otherName])),
    );
    return {
      figure: `${figure}, median (p99 ${milliseconds(p99(name))})`,
      ours: milliseconds(median(all('loaded', name))),
      reference: milliseconds(median(all(otherState, otherName))),
      ratio: median(ratios),
      spread: spread(ratios),
    };
  };
  return {
    rows: [
      {
        ...row('last of 100 devices at 10,000 readings/s, against idle', 'ours', ['idle', 'ours']),
        target: { text: 'p99 ≤ 20 ms to the socket', met: p99('ours') <= 20 },
      },
      row('the same, against bare mqtt.js', 'ours', ['loaded', 'bare']),
      row('broadcast (QoS 2) at 10,000 readings/s, against idle', 'broadcast', ['idle', 'broadcast']),
    ],
    bound:
      'one HTTP exchange, a durable commit of the latch (plant.db, synchronous FULL) before the first message, 101 publications through the broker; the broadcast has QoS 2, so the broker hands it on only after the console has read its PUBREC behind all readings that are under way',
    rounds: results,
  };
}
