/* From the request to the device's answer, as a script sees it, against the same exchange over bare MQTT through the same broker. */
import { join } from 'node:path';
import { connectClient } from './lib/client.mjs';
import { startConsole } from './lib/console.mjs';
import { startMosquitto } from './lib/mosquitto.mjs';
import { Program, benchFolder, until } from './lib/program.mjs';
import { median, milliseconds, percentile, spread } from './lib/statistics.mjs';

const deviceId = 'ESP_BE0001';
const gpio = 5;
const commandPath = `/devices/${deviceId}/actuators/${gpio}/command`;

export const command = {
  name: 'command',
  work: 'POST command → GET /commands/{id} shows the answer of a device that answers at once; alternating with a bare mqtt.js request and response',
  async run({ isQuick, progress }) {
    const rounds = isQuick ? 2 : 7;
    const perRound = isQuick ? 10 : 40;
    const broker = await startMosquitto({ isPrompt: true });
    const running = await startConsole({ broker: broker.url });
    const device = new Program(process.execPath, [join(benchFolder, 'programs', 'device.mjs'), broker.url, deviceId], {
      ipc: true,
    });
    const requester = await bareRequester(broker.url);
    try {
      await device.line((line) => line === 'ready');
      await running.adopt(1);
      await device.ask('introduce');
      await until(
        async () => (await running.get(`/devices/${deviceId}`)).presence === 'online',
        'the device to be online',
      );
      const exchanges = { shown: () => throughConsole(running), bare: () => requester.exchange() };
      for (let warmUp = 0; warmUp < perRound; warmUp += 1) {
        await exchanges.shown();
        await exchanges.bare();
      }
      const results = [];
      for (let round = 0; round < rounds; round += 1) {
        const result = { shown: [], inside: [], http: [], bare: [] };
        for (let turn = 0; turn < perRound; turn += 1) {
          const { totalMs, latencyMs } = await exchanges.shown();
          result.shown.push(totalMs);
          result.inside.push(latencyMs);
          result.bare.push(await exchanges.bare());
          result.http.push(await timed(() => running.get('/commands?limit=1')));
        }
        results.push(result);
        progress(
          `round ${round + 1}: shown ${milliseconds(median(result.shown))}, bare ${milliseconds(median(result.bare))}`,
        );
      }
      return describe(results);
    } finally {
      await requester.stop();
      await device.stop();
      await running.stop();
      await broker.stop();
    }
  },
};

async function throughConsole(running) {
  const startedMs = performance.now();
  const { commandId } = await running.post(commandPath, { command: 'ON' });
  for (;;) {
    const { state, latencyMs } = await running.get(`/commands/${commandId}`);
    if (state === 'applied') return { totalMs: performance.now() - startedMs, latencyMs };
    if (performance.now() - startedMs > 5_000) throw new Error(`The command stays ${state}`);
  }
}

async function bareRequester(url) {
  const client = await connectClient(url, { protocolVersion: 5 });
  const prefix = `kaiser/god/esp/${deviceId}/actuator/${gpio}`;
  const waiting = new Map();
  let number = 0;
  client.on('message', (_topic, bytes) => waiting.get(JSON.parse(bytes.toString()).correlation_id)?.());
  await client.subscribeAsync(`${prefix}/response`, { qos: 1 });
  return {
    exchange: () =>
      timed(
        () =>
          new Promise((resolve) => {
            const id = `bare-${(number += 1)}`;
            waiting.set(id, resolve);
            const payload = { command: 'ON', value: 1, duration: 0, correlation_id: id, issued_by: 'bench' };
            client.publish(`${prefix}/command`, JSON.stringify(payload), { qos: 2 });
          }),
      ),
    stop: () => client.endAsync(true),
  };
}

async function timed(action) {
  const startedMs = performance.now();
  await action();
  return performance.now() - startedMs;
}

function describe(results) {
  const all = (name) => results.flatMap((result) => result[name]);
  const ratios = (name) => results.map((result) => median(result[name]) / median(result.bare));
  const row = (name, figure, target) => ({
    figure: `${figure}, median (p99 ${milliseconds(percentile(all(name), 0.99))})`,
    ours: milliseconds(median(all(name))),
    reference: milliseconds(median(all('bare'))),
    ratio: median(ratios(name)),
    spread: spread(ratios(name)),
    target,
  });
  return {
    rows: [
      row('shown', 'POST command → answer shown by GET', { text: '≤ 1.5', isMet: (ratio) => ratio <= 1.5 }),
      row('inside', 'of it inside the core: sent → answered'),
    ],
    bound: `two HTTP exchanges (${milliseconds(median(all('http')))} each) and two durable commits (plant.db, synchronous FULL: the command is on disk before it leaves)`,
    rounds: results,
  };
}
