/*
 * A fault proxy stands between the console and Mosquitto: cut, half-open, delay, throttle, split, duplicate, reorder, corrupt. Whatever it does,
 * the console comes back by itself, stores every reading once, and switches nothing late. Repeat a run with LEITSTAND_SEED.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fateOf, numbersIn } from '../../fakes/acknowledged-readings';
import type { StopAnswer } from '../../fakes/console-answers';
import { FaultProxy, type Direction, type Faults } from '../../fakes/fault-proxy';
import { findFreePort } from '../../fakes/free-port';
import { jsonOf, matching } from '../../fakes/message-log';
import { describeWithMosquitto } from '../../fakes/over-both-brokers';
import { seededRandom, seedOfRun, type Random } from '../../fakes/random';
import { ReadingStream } from '../../fakes/reading-stream';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import { Stage } from '../../fakes/stage';
import { intact, tallyStored } from '../../fakes/stored-readings';
import { until } from '../../fakes/wait';

const testDeadlineMs = 240_000;
const gpio = 34;
const ratePerSecond = 100;
const strikeMs = 1_200;
const corruptRounds = 8;
const corruptMs = 500;
const reconnectDeadlineMs = 40_000;
const drainDeadlineMs = 60_000;
/** The publisher's own deadline is 5 s. */
const publishFailsWithinMs = 9_000;
const failuresUntilOpen = 5;

type Strike = { readonly name: string; readonly direction: Direction | 'both'; readonly faults: Faults };

/** Faults that slow a connection down or disturb its order, but let every packet through. */
const passable: readonly Strike[] = [
  { name: 'delay', direction: 'both', faults: { delayMs: 120 } },
  { name: 'throttle', direction: 'down', faults: { bytesPerSecond: 8_000 } },
  { name: 'split', direction: 'both', faults: { isSplit: true } },
  { name: 'duplicate', direction: 'both', faults: { duplicate: { share: 0.5, isMarked: false } } },
  { name: 'duplicate marked', direction: 'both', faults: { duplicate: { share: 0.5, isMarked: true } } },
  { name: 'duplicate any', direction: 'down', faults: { duplicate: { share: 0.3, isMarked: false, isAny: true } } },
  { name: 'reorder', direction: 'down', faults: { reorderShare: 0.4 } },
];

type Scene = { readonly stage: Stage; readonly proxy: FaultProxy; readonly random: Random; readonly seed: number };

async function openScene(stack: AsyncDisposableStack): Promise<Scene> {
  const seed = seedOfRun();
  const random = seededRandom(seed);
  const port = await findFreePort();
  const proxy = stack.use(await FaultProxy.start({ targetPort: port, random }));
  const stage = stack.use(await Stage.open('mosquitto', { port }, { broker: proxy.url }));
  return { stage, proxy, random, seed };
}

const commandsAt = (device: ScriptedDevice): string[] =>
  device.received
    .all(matching(`${device.prefix}/actuator/18/command`))
    .map((message) => String(jsonOf(message)['correlation_id']));

/** The console is connected, knows the device to be online, and switches it once. */
async function expectWorking({ stage }: Scene, device: ScriptedDevice, name: string): Promise<void> {
  await stage.client.connected(reconnectDeadlineMs);
  await stage.bringOnline(device);
  const { commandId } = await stage.client.sendCommand(device.id, 18, { command: 'OFF' });
  await stage.client.commandWhen(commandId, ['applied'], 5_000);
  expect(
    commandsAt(device).filter((id) => id === commandId),
    name,
  ).toHaveLength(1);
}

async function noticeLoss({ stage }: Scene): Promise<void> {
  await until(async () => (await stage.client.status()).broker.state !== 'online', 10_000, 'the loss to be told');
}

async function engageStop({ stage }: Scene, device: ScriptedDevice): Promise<string> {
  const scope = { kind: 'device', deviceId: device.id };
  const { id } = await stage.client.call<StopAnswer>('POST', '/stop', { scope, reason: 'trouble on the line' });
  const shown = await stage.client.stop(id);
  expect(shown.clearedAt ?? null).toBeNull();
  return id;
}

/** The stop arrives once the connection is back; then it is cleared, so that the next fault finds a plant that works. */
async function expectStopArrives({ stage }: Scene, device: ScriptedDevice, stopId: string): Promise<void> {
  const topic = `${device.prefix}/actuator/emergency`;
  await device.waitFor(matching(topic, { command: 'emergency_stop', correlation_id: stopId }), reconnectDeadlineMs);
  await until(
    async () => (await stage.console.api('POST', `/stop/${stopId}/clear`)).status === 200,
    10_000,
    'the stop to be cleared',
  );
  await device.waitFor(matching(topic, { command: 'clear_emergency' }), 5_000);
}

/** A connection that is gone: a command is refused at once and a stop is latched at once. */
async function cut(scene: Scene, device: ScriptedDevice, how: 'fin' | 'rst'): Promise<void> {
  const { stage, proxy } = scene;
  const before = commandsAt(device);
  proxy.isRefusing = true;
  proxy.cut(how);
  await noticeLoss(scene);
  const refusal = await stage.console.api('POST', `/devices/${device.id}/actuators/18/command`, { command: 'ON' });
  expect(refusal.status).toBeGreaterThanOrEqual(400);
  const stopId = await engageStop(scene, device);
  proxy.calm();
  await stage.client.connected(reconnectDeadlineMs);
  await expectStopArrives(scene, device, stopId);
  expect(commandsAt(device)).toEqual(before);
}

/** A connection that swallows everything: commands fail by their deadline, the breaker opens, nothing comes out afterwards. */
async function halfOpen(scene: Scene, device: ScriptedDevice): Promise<{ readonly failedCommands: number }> {
  const { stage, proxy } = scene;
  const { publishFailed } = await stage.client.counters();
  const before = commandsAt(device);
  proxy.strike('both', { isSwallowing: true });
  const ids: string[] = [];
  for (let count = 0; count < failuresUntilOpen; count += 1)
    ids.push((await stage.client.sendCommand(device.id, 18, { command: 'ON' })).commandId);
  for (const id of ids) await stage.client.commandWhen(id, ['failed', 'unconfirmed'], publishFailsWithinMs);
  expect((await stage.client.counters()).publishFailed).toBeGreaterThanOrEqual(publishFailed + failuresUntilOpen);
  expect((await stage.client.status()).broker).toMatchObject({ state: 'online', breaker: 'open' });
  const refusal = await stage.console.api('POST', `/devices/${device.id}/actuators/18/command`, { command: 'ON' });
  expect(refusal).toMatchObject({ status: 503, body: { error: { code: 'broker_unavailable' } } });
  const stopId = await engageStop(scene, device);
  proxy.calm();
  proxy.cut('rst');
  await noticeLoss(scene);
  await stage.client.connected(reconnectDeadlineMs);
  await expectStopArrives(scene, device, stopId);
  expect(commandsAt(device)).toEqual(before);
  return { failedCommands: ids.length };
}

describeWithMosquitto('Faults between the console and its broker', () => {
  test(
    'no reading is lost or stored twice, no command fires late, and a stop goes out once there is a way again',
    { timeout: testDeadlineMs },
    async () => {
      await using stack = new AsyncDisposableStack();
      const scene = await openScene(stack);
      const { stage, proxy, random, seed } = scene;
      const fromMs = Date.now() - 60_000;
      const device = await stage.adoptWithActuator(18, { state: true, pwm: 255 });
      const deviceIds = [(await stage.adoptDevice()).id, (await stage.adoptDevice()).id];
      const stream = stack.use(await ReadingStream.start({ url: stage.brokerUrl, deviceIds, gpio, ratePerSecond }));

      for (const { name, direction, faults } of passable) {
        proxy.strike(direction, faults);
        await pause(strikeMs * (0.5 + random()));
        proxy.calm();
        await expectWorking(scene, device, name);
      }
      await cut(scene, device, 'fin');
      await cut(scene, device, 'rst');
      await expectWorking(scene, device, 'after the cuts');
      const { failedCommands } = await halfOpen(scene, device);
      await expectWorking(scene, device, 'after all of them');

      const published = await stream.finish(20_000);
      const tallies = [];
      for (const [deviceId, count] of published)
        tallies.push(await tallyStored(stage.client, { deviceId, gpio, fromMs }, count, drainDeadlineMs));
      process.stdout.write(
        `faults, console and Mosquitto: ${JSON.stringify({ seed, faults: proxy.counts, failedCommands, tallies })}\n`,
      );
      for (const kind of ['cut', 'swallowed', 'delayed', 'throttled', 'split', 'duplicated', 'reordered'] as const)
        expect(proxy.counts[kind], kind).toBeGreaterThan(0);
      expect(tallies).toEqual([...published.values()].map((count) => intact(count)));
    },
  );

  test(
    'bits that turn over cost at most the readings that they were in, and the console works on',
    { timeout: testDeadlineMs },
    async () => {
      await using stack = new AsyncDisposableStack();
      const scene = await openScene(stack);
      const { stage, proxy, seed } = scene;
      const device = await stage.adoptWithActuator(18);
      const { id: deviceId } = await stage.adoptDevice();
      const stream = stack.use(
        await ReadingStream.start({ url: stage.brokerUrl, deviceIds: [deviceId], gpio, ratePerSecond }),
      );

      for (let round = 0; round < corruptRounds; round += 1) {
        proxy.strike('down', { corruptShare: 0.2 });
        await pause(corruptMs);
        proxy.calm();
        // A length that grew makes everything behind it part of one packet; without the cut only the keep-alive (90 s) would notice.
        const { connections } = proxy.counts;
        proxy.cut('rst');
        await until(() => proxy.counts.connections > connections, reconnectDeadlineMs, 'a new connection');
        await stage.client.connected(reconnectDeadlineMs);
      }
      await expectWorking(scene, device, 'corrupt');

      const sent = (await stream.finish(20_000)).get(deviceId) ?? 0;
      const acknowledged = new Set(Array.from({ length: sent }, (_unused, index) => index + 1));
      const altered = numbersIn(proxy.corruptedOriginals, deviceId);
      const fate = await fateOf(stage.client, { deviceId, gpio, sent, acknowledged, altered }, drainDeadlineMs);
      process.stdout.write(`corrupted packets: ${JSON.stringify({ seed, faults: proxy.counts, fate })}\n`);
      expect(proxy.counts.corrupted).toBeGreaterThan(corruptRounds);
      expect(fate.lost).toBe(0);
      expect(fate.duplicated + fate.foreign).toBeLessThanOrEqual(proxy.counts.corrupted);
    },
  );
});
