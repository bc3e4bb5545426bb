/*
 * The console's own broker is inside the console, so here the fault proxy stands between a device and that broker. What the broker has
 * acknowledged to the device is stored once, and a command that the device could not get is never delivered later.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { fateOf, numbersIn } from '../../fakes/acknowledged-readings';
import { FaultProxy, type Faults } from '../../fakes/fault-proxy';
import { jsonOf, matching } from '../../fakes/message-log';
import { seededRandom, seedOfRun } from '../../fakes/random';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import { Stage } from '../../fakes/stage';
import { StubbornStream } from '../../fakes/stubborn-stream';
import { until } from '../../fakes/wait';

const testDeadlineMs = 240_000;
const gpio = 34;
const ratePerSecond = 50;
const strikeMs = 1_000;
const recoveryDeadlineMs = 20_000;
const drainDeadlineMs = 60_000;
const corruptRounds = 6;
const corruptMs = 500;
/** Commands without an answer end after 30 s. */
const unconfirmedWithinMs = 40_000;

const passable: readonly Faults[] = [
  { delayMs: 80 },
  { bytesPerSecond: 6_000 },
  { isSplit: true },
  { duplicate: { share: 0.5, isMarked: false } },
  { duplicate: { share: 0.5, isMarked: true } },
  { reorderShare: 0.4 },
];

type Scene = { readonly stage: Stage; readonly proxy: FaultProxy; readonly stream: StubbornStream };

async function openScene(stack: AsyncDisposableStack): Promise<Scene & { readonly streamId: string }> {
  const stage = stack.use(await Stage.open('embedded'));
  const targetPort = Number(new URL(stage.brokerUrl).port);
  const proxy = stack.use(await FaultProxy.start({ targetPort, random: seededRandom(seedOfRun()) }));
  const { id: streamId } = await stage.adoptDevice();
  const login = await stage.clientLogin();
  const stream = stack.use(new StubbornStream({ url: proxy.url, deviceId: streamId, gpio, ratePerSecond, ...login }));
  await until(() => stream.acknowledged.size > 0, recoveryDeadlineMs, 'the stream to run');
  return { stage, proxy, stream, streamId };
}

/** The device comes (back) over the proxy, with an actuator on pin 18. */
async function deviceComes({ stage, proxy }: Scene, id: string): Promise<ScriptedDevice> {
  const device = await stage.connectDevice({ id, url: proxy.url });
  await device.announce();
  await stage.bringOnline(device);
  await device.actuator(18);
  await stage.actuatorWhenKnown(device, 18);
  return device;
}

async function streamWorks({ stream }: Scene): Promise<void> {
  const before = stream.acknowledged.size;
  await until(() => stream.acknowledged.size > before + 10, recoveryDeadlineMs, 'the stream to be acknowledged again');
}

const heard = (devices: readonly ScriptedDevice[]): string[] =>
  devices
    .flatMap((device) => device.received.all(matching(`${device.prefix}/actuator/18/command`)))
    .map((message) => String(jsonOf(message)['correlation_id']));

describe('Faults between a device and the embedded broker', () => {
  test(
    'no acknowledged reading is lost or stored twice, and no command reaches the device late',
    { timeout: testDeadlineMs },
    async () => {
      await using stack = new AsyncDisposableStack();
      const scene = await openScene(stack);
      const { stage, proxy, stream, streamId } = scene;
      const { id } = await stage.adoptDevice();
      const devices = [await deviceComes(scene, id)];

      for (const faults of passable) {
        proxy.strike('both', faults);
        await pause(strikeMs);
        proxy.calm();
        await streamWorks(scene);
        const { commandId } = await stage.client.sendCommand(id, 18, { command: 'ON' });
        await stage.client.commandWhen(commandId, ['applied'], 5_000);
        expect(
          heard(devices).filter((each) => each === commandId),
          JSON.stringify(faults),
        ).toHaveLength(1);
      }
      for (const how of ['fin', 'rst'] as const) {
        proxy.isRefusing = true;
        proxy.cut(how);
        await stage.client.deviceWhen(id, ({ presence }) => presence === 'offline', recoveryDeadlineMs);
        const answer = await stage.console.api('POST', `/devices/${id}/actuators/18/command`, { command: 'ON' });
        expect(answer).toMatchObject({ status: 409, body: { error: { code: 'offline' } } });
        proxy.calm();
        devices.push(await deviceComes(scene, id));
        await streamWorks(scene);
      }
      proxy.strike('both', { isSwallowing: true });
      const before = heard(devices);
      const { commandId } = await stage.client.sendCommand(id, 18, { command: 'ON' });
      await until(() => proxy.counts.swallowed > 0, recoveryDeadlineMs, 'the command to be swallowed');
      proxy.calm();
      proxy.cut('rst');
      await stage.client.deviceWhen(id, ({ presence }) => presence === 'offline', recoveryDeadlineMs);
      devices.push(await deviceComes(scene, id));
      await streamWorks(scene);

      await stage.client.commandWhen(commandId, ['unconfirmed'], unconfirmedWithinMs);
      expect(heard(devices)).toEqual(before);
      const sent = await stream.finish(recoveryDeadlineMs);
      const numbered = { deviceId: streamId, gpio, sent, acknowledged: stream.acknowledged };
      const fate = await fateOf(stage.client, numbered, drainDeadlineMs);
      const counts = { seed: seedOfRun(), faults: proxy.counts, connections: stream.connections, fate };
      process.stdout.write(`faults, device and embedded broker: ${JSON.stringify(counts)}\n`);
      expect(fate).toMatchObject({ acknowledged: sent, lost: 0, duplicated: 0, foreign: 0 });
      for (const kind of ['cut', 'swallowed', 'delayed', 'throttled', 'split', 'duplicated', 'reordered'] as const)
        expect(proxy.counts[kind], kind).toBeGreaterThan(0);
    },
  );

  test(
    'bits that turn over cost at most the readings that they were in, and the broker serves on',
    { timeout: testDeadlineMs },
    async () => {
      await using stack = new AsyncDisposableStack();
      const scene = await openScene(stack);
      const { stage, proxy, stream, streamId } = scene;

      for (let round = 0; round < corruptRounds; round += 1) {
        proxy.strike('up', { corruptShare: 0.2 });
        await pause(corruptMs);
        proxy.calm();
        proxy.cut('rst');
        await streamWorks(scene);
      }
      const { id } = await stage.adoptDevice();
      await deviceComes(scene, id);

      const sent = await stream.finish(recoveryDeadlineMs);
      const altered = numbersIn(proxy.corruptedOriginals, streamId);
      const numbered = { deviceId: streamId, gpio, sent, acknowledged: stream.acknowledged, altered };
      const fate = await fateOf(stage.client, numbered, drainDeadlineMs);
      const counts = { seed: seedOfRun(), faults: proxy.counts, connections: stream.connections, fate };
      process.stdout.write(`corrupted packets of a device: ${JSON.stringify(counts)}\n`);
      expect(proxy.counts.corrupted).toBeGreaterThan(corruptRounds);
      expect(fate.lost).toBe(0);
      expect(fate.duplicated + fate.foreign).toBeLessThanOrEqual(proxy.counts.corrupted);
    },
  );
});
