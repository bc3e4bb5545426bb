/* 100 clients that publish readings (QoS 1) to the console through its own broker, against the same through Mosquitto. */
import { setTimeout as sleep } from 'node:timers/promises';
import { drain } from './lib/consumers.mjs';
import { startConsole } from './lib/console.mjs';
import { generate } from './lib/generator.mjs';
import { startMosquitto } from './lib/mosquitto.mjs';
import { until } from './lib/program.mjs';
import { median, spread, whole } from './lib/statistics.mjs';

const clients = 100;
const inFlight = 4;
const nextSecondMs = 1_100;

export const broker = {
  name: 'broker',
  work: `${clients} clients with ${inFlight} unacknowledged readings each, into the console through its embedded broker and through Mosquitto, alternating`,
  async run({ isQuick, progress, calm }) {
    const rounds = isQuick ? 1 : 5;
    const seconds = isQuick ? 3 : 6;
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      await calm();
      const runs = [
        async () => ({ embedded: await measure(undefined, seconds) }),
        async () => ({ mosquitto: await throughMosquitto(seconds) }),
      ];
      const [first, second] = round % 2 === 0 ? runs : runs.toReversed();
      const result = { ...(await first()), ...(await second()) };
      const { embedded, mosquitto } = result;
      progress(
        `round ${round + 1}: embedded ${whole(embedded.perSecond)}/s, Mosquitto ${whole(mosquitto.perSecond)}/s`,
      );
      results.push(result);
    }
    return describe(results);
  },
};

async function throughMosquitto(seconds) {
  const mosquitto = await startMosquitto();
  try {
    return await measure(mosquitto.url, seconds);
  } finally {
    await mosquitto.stop();
  }
}

async function measure(externalUrl, seconds) {
  const running = await startConsole({ broker: externalUrl });
  try {
    const login = externalUrl ? {} : await running.post('/broker/accounts', { role: 'client', name: 'bench' });
    const options = { devices: clients, connections: clients, 'in-flight': inFlight, ...login };
    const { sent } = await generate(running.brokerUrl, { ...options, rate: 200, seconds: 1 });
    await running.adopt(clients);
    await until(async () => (await running.storedRows()) === sent, 'the first readings to be stored');
    await sleep(nextSecondMs);
    const consumer = { program: running.program, count: () => running.storedRows() };
    const drained = await drain(running.brokerUrl, consumer, { generator: { ...options, rate: 0, seconds } });
    const stored = await running.stop();
    return { ...drained, lost: sent + drained.sent - stored.distinct, doubled: stored.rows - stored.distinct };
  } finally {
    await running.program.stop();
  }
}

function describe(results) {
  const rates = (name) => results.map((result) => result[name].perSecond);
  const ratios = results.map(({ embedded, mosquitto }) => embedded.perSecond / mosquitto.perSecond);
  const sum = (field) => results.reduce((total, { embedded }) => total + embedded[field], 0);
  return {
    rows: [
      {
        figure: 'readings/s published, delivered and stored, against Mosquitto',
        ours: `${whole(median(rates('embedded')))}/s`,
        reference: `${whole(median(rates('mosquitto')))}/s`,
        ratio: median(ratios),
        spread: spread(ratios),
        target: { text: '≥ 0.5', isMet: (ratio) => ratio >= 0.5 },
      },
      {
        figure: `readings lost / doubled of ${whole(sum('sent'))} through the embedded broker`,
        ours: `${sum('lost')} / ${sum('doubled')}`,
        target: { text: '0 / 0', met: sum('lost') === 0 && sum('doubled') === 0 },
      },
    ],
    bound: 'one core: the embedded broker and the console share a thread, Mosquitto has a core of its own',
    rounds: results,
  };
}
