/*
 * One device sends 10,000 messages per second over Mosquitto while ten others do their work. What they send is answered and stored; how much
 * longer that takes is printed, not asserted. LEITSTAND_PROFILE=DIR writes a CPU profile of the console there.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fateOf } from '../../fakes/acknowledged-readings';
import { ChildProgram } from '../../fakes/child-program';
import { matching } from '../../fakes/message-log';
import { describeWithMosquitto } from '../../fakes/over-both-brokers';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import { Stage } from '../../fakes/stage';
import { must, withDeadline } from '../../fakes/wait';

const testDeadlineMs = 240_000;
const floodRate = 10_000;
const floodSeconds = 5;
const goodDevices = 10;
const goodGpio = 33;
/** A heartbeat and a reading each second, moved apart, as in a plant. */
const beatMs = 1_000;
const answerDeadlineMs = 60_000;
const drainDeadlineMs = 90_000;

type Latencies = { readonly count: number; readonly p50Ms: number; readonly p95Ms: number; readonly maxMs: number };

/** One device's work for some seconds: the latencies of its heartbeats. Its readings are numbered on. */
class GoodDevice {
  readings = 0;

  constructor(readonly device: ScriptedDevice) {}

  async work(seconds: number, phase: number): Promise<number[]> {
    await pause(phase * beatMs);
    const latencies: Promise<number>[] = [];
    for (let second = 0; second < seconds; second += 1) {
      latencies.push(this.#beat());
      await this.device.sensor(goodGpio, 'light', ++this.readings);
      await pause(beatMs);
    }
    return Promise.all(latencies);
  }

  async #beat(): Promise<number> {
    const { device } = this;
    const from = device.received.mark();
    const startedMs = performance.now();
    await device.heartbeat();
    const ack = await device.waitFor(matching(`${device.prefix}/system/heartbeat/ack`), answerDeadlineMs, from);
    return ack.atMs - startedMs;
  }
}

function summary(latencies: readonly number[]): Latencies {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 100) / 100;
  return { count: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}

const workAll = async (good: readonly GoodDevice[]): Promise<Latencies> =>
  summary((await Promise.all(good.map((each, index) => each.work(floodSeconds, index / good.length)))).flat());

async function flood(
  stage: Stage,
  deviceId: string,
  kind: string,
  good: readonly GoodDevice[],
): Promise<[Latencies, number]> {
  const program = new URL('../../fakes/flood-program.mjs', import.meta.url).pathname;
  const port = must(stage.mosquitto, 'Mosquitto').port;
  const args = [program, String(port), deviceId, kind, String(floodRate), String(floodSeconds)];
  await using flooder = new ChildProgram({ command: process.execPath, args });
  const latencies = await workAll(good);
  const exit = await withDeadline(flooder.exit, answerDeadlineMs, 'the flood to end');
  expect(exit.code, flooder.stderr).toBe(0);
  return [latencies, (JSON.parse(must(flooder.stdoutLines[0], 'the count')) as { sent: number }).sent];
}

describeWithMosquitto('A flood of one device', () => {
  test.for(['readings', 'reports'] as const)(
    'of %s keeps no other device from being answered and stored, and is marked',
    { timeout: testDeadlineMs },
    async (kind) => {
      const folder = process.env['LEITSTAND_PROFILE'];
      const nodeOptions = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
      await using stage = await Stage.open('mosquitto', { maxQueuedMessages: 0, isUndelayed: true }, { nodeOptions });
      const flooding = await stage.adoptDevice();
      const good: GoodDevice[] = [];
      for (let count = 0; count < goodDevices; count += 1) good.push(new GoodDevice(await stage.adoptDevice()));

      const calm = await workAll(good);
      const before = await stage.client.counters();
      const [flooded, sent] = await flood(stage, flooding.id, kind, good);

      const fates = [];
      for (const { device, readings } of good) {
        const acknowledged = new Set(Array.from({ length: readings }, (_unused, index) => index + 1));
        fates.push(
          await fateOf(
            stage.client,
            { deviceId: device.id, gpio: goodGpio, sent: readings, acknowledged },
            drainDeadlineMs,
          ),
        );
      }
      const after = await stage.client.counters();
      const { counters } = await stage.client.device(flooding.id);
      const ratio = (name: 'p50Ms' | 'p95Ms'): number => Math.round((flooded[name] / calm[name]) * 100) / 100;
      const counts = {
        kind,
        sent,
        received: after.received - before.received,
        calm,
        flooded,
        ratio: { p50: ratio('p50Ms'), p95: ratio('p95Ms') },
        others: {
          lost: fates.reduce((sum, { lost }) => sum + lost, 0),
          stored: fates.reduce((sum, { stored }) => sum + stored, 0),
        },
        ofDevice: counters,
        bufferDropped: after.bufferDropped - before.bufferDropped,
      };
      process.stdout.write(`flood: ${JSON.stringify(counts)}\n`);
      expect([calm.count, flooded.count]).toEqual([goodDevices * floodSeconds, goodDevices * floodSeconds]);
      for (const fate of fates) expect(fate).toMatchObject({ lost: 0, duplicated: 0, foreign: 0 });
      expect(sent).toBeGreaterThan((floodRate * floodSeconds) / 10); // a slow machine may not manage more
      if (kind === 'readings') expect(counters.messages).toBeGreaterThan(0);
      else
        expect(
          [counters.malformed, counters.limited].every((count) => count > 0),
          JSON.stringify(counters),
        ).toBe(true);
    },
  );
});
