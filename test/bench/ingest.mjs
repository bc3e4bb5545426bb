/* Full speed: how fast readings are taken over from Mosquitto, each stored and acknowledged, against subscribers that only count. */
import { bareConsumer, consoleConsumer, drain, mosquittoSubConsumer } from './lib/consumers.mjs';
import { startMosquitto } from './lib/mosquitto.mjs';
import { median, spread, whole } from './lib/statistics.mjs';

const devices = 20;
const openers = { ours: consoleConsumer, bare: bareConsumer, mosquittoSub: mosquittoSubConsumer };

export const ingest = {
  name: 'ingest',
  work: 'QoS 1 readings of 20 devices as fast as Mosquitto takes them: parsed, recognised, converted, stored, acknowledged after the commit',
  async run({ isQuick, progress, calm }) {
    const rounds = isQuick ? 1 : 5;
    const seconds = isQuick ? 3 : 6;
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      await calm();
      const result = {};
      // Another order each time, so that none always follows the same one.
      const names = Object.keys(openers);
      for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
        result[name] = await measure(openers[name], seconds);
      }
      progress(
        `round ${round + 1}: console ${whole(result.ours.perSecond)}/s, bare ${whole(result.bare.perSecond)}/s, mosquitto_sub ${whole(result.mosquittoSub.perSecond)}/s, lost ${result.ours.lost}, doubled ${result.ours.doubled}`,
      );
      results.push(result);
    }
    return describe(results);
  },
};

/** Everything fresh for each measurement: broker, profile, processes. */
async function measure(open, seconds) {
  const broker = await startMosquitto();
  try {
    const consumer = await open(broker.url, devices);
    const drained = await drain(broker.url, consumer, {
      generator: { devices, rate: 0, seconds },
      programs: { broker: broker.program },
    }).catch(async (error) => {
      await consumer.stop();
      throw error;
    });
    const stored = await consumer.stop();
    if (!consumer.console) return { ...drained, lost: drained.sent - drained.taken, doubled: 0 };
    const expected = drained.sent + consumer.adopted;
    return { ...drained, lost: expected - stored.distinct, doubled: stored.rows - stored.distinct };
  } finally {
    await broker.stop();
  }
}

function describe(results) {
  const of = (name, field) => results.map((result) => result[name][field]);
  const rate = (name) => median(of(name, 'perSecond'));
  const ratios = (reference) => results.map((result) => result.ours.perSecond / result[reference].perSecond);
  const total = (field) => of('ours', field).reduce((sum, value) => sum + value, 0);
  const cpu = (name, program) => median(results.map((result) => result[name].cpuMicroseconds[program]));
  const cores = (name) => median(results.map((result) => result.ours.cores[name]));
  const row = (reference, label, target) => ({
    figure: `readings/s, against ${label}`,
    ours: `${whole(rate('ours'))}/s`,
    reference: `${whole(rate(reference))}/s`,
    ratio: median(ratios(reference)),
    spread: spread(ratios(reference)),
    target,
  });
  return {
    rows: [
      row('bare', 'a bare mqtt.js subscriber', { text: '≥ 0.8', isMet: (ratio) => ratio >= 0.8 }),
      row('mosquittoSub', 'mosquitto_sub'),
      {
        figure: `readings lost / doubled of ${whole(total('sent'))} (rows in the database)`,
        ours: `${total('lost')} / ${total('doubled')}`,
        target: { text: '0 / 0', isMet: () => total('lost') === 0 && total('doubled') === 0 },
      },
      {
        figure: 'processor time for each reading',
        ours: `${cpu('ours', 'consumer').toFixed(1)} µs`,
        reference: `${cpu('bare', 'consumer').toFixed(1)} µs`,
        ratio: cpu('ours', 'consumer') / cpu('bare', 'consumer'),
      },
    ],
    bound: `the processor: generator, broker and console used ${(cores('generator') + cores('broker') + cores('consumer')).toFixed(2)} cores (console ${cores('consumer').toFixed(2)}, Mosquitto ${cores('broker').toFixed(2)}, generator ${cores('generator').toFixed(2)})`,
    rounds: results,
  };
}
