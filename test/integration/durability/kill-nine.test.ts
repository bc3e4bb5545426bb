/*
 * No acknowledged reading is lost, none is stored twice: a numbered stream of QoS 1 readings runs through Mosquitto into a console that is
 * killed 20 times at random moments, while it starts and while it works. What Mosquitto does not get acknowledged it delivers again, so after the
 * last start every published number must be in the store exactly once. Repeat a run with LEITSTAND_SEED.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeWithMosquitto } from '../../fakes/over-both-brokers';
import { seededRandom, seedOfRun } from '../../fakes/random';
import { ReadingStream } from '../../fakes/reading-stream';
import { Stage } from '../../fakes/stage';
import { intact, tallyStored, type Tally } from '../../fakes/stored-readings';

const testDeadlineMs = 600_000;
const rounds = 20;
const deviceCount = 4;
const ratePerSecond = 2_000;
const gpio = 34;
const killsWhileStarting = 0.25;
const longestStartMs = 1_000;
const longestWorkMs = 2_000;
const drainDeadlineMs = 120_000;

/** Lets the console, which has just been launched, come to a random moment, and kills it there. */
async function killAtRandomMoment(stage: Stage, random: () => number): Promise<'starting' | 'working'> {
  if (random() < killsWhileStarting) {
    await pause(random() * longestStartMs);
    await stage.console.kill9();
    return 'starting';
  }
  await stage.console.ready();
  await stage.client.connected(20_000);
  await pause(random() * longestWorkMs);
  await stage.console.kill9();
  return 'working';
}

describeWithMosquitto('kill -9', () => {
  test('20 kills lose no reading and store none twice', { timeout: testDeadlineMs }, async () => {
    const seed = seedOfRun();
    const random = seededRandom(seed);
    const fromMs = Date.now() - 60_000;
    await using stage = await Stage.open('mosquitto', { maxQueuedMessages: 0 });
    const deviceIds: string[] = [];
    for (let index = 0; index < deviceCount; index += 1) deviceIds.push((await stage.adoptDevice()).id);
    await using stream = await ReadingStream.start({ url: stage.brokerUrl, deviceIds, gpio, ratePerSecond });

    const kills = { starting: 0, working: 0 };
    for (let round = 0; round < rounds; round += 1) {
      kills[await killAtRandomMoment(stage, random)] += 1;
      stage.console.relaunch();
    }
    await stage.console.ready();
    await stage.client.connected(20_000);
    const published = await stream.finish(20_000);

    const tallies: Tally[] = [];
    for (const [deviceId, count] of published) {
      tallies.push(await tallyStored(stage.client, { deviceId, gpio, fromMs }, count, drainDeadlineMs));
    }
    process.stdout.write(`kill -9: ${JSON.stringify({ seed, kills, tallies })}\n`);
    expect(kills.starting + kills.working).toBe(rounds);
    expect(kills.working).toBeGreaterThan(rounds / 4);
    expect(tallies).toEqual([...published.values()].map((count) => intact(count)));
  });
});
