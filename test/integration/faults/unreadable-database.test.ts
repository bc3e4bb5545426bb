import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithMosquitto } from '../../fakes/over-both-brokers';
import { seededRandom, seedOfRun } from '../../fakes/random';
import { Stage } from '../../fakes/stage';
import { until } from '../../fakes/wait';

const testDeadlineMs = 60_000;
const garbageBytes = 40_960;

/** Overwrites a database with bytes that are none, as a broken disk would. */
async function ruin(folder: string, name: string): Promise<Buffer> {
  const random = seededRandom(seedOfRun());
  const garbage = Buffer.from(Array.from({ length: garbageBytes }, () => Math.floor(random() * 256)));
  for (const suffix of ['-wal', '-shm']) await rm(join(folder, `${name}${suffix}`), { force: true });
  await writeFile(join(folder, name), garbage);
  return garbage;
}

/** The files beside the database that carry its name and a suffix, other than SQLite's own. */
async function setAside(folder: string, name: string): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.filter(
    (file) => file.startsWith(name) && ![name, `${name}-wal`, `${name}-shm`, `${name}-journal`].includes(file),
  );
}

/** The unreadable bytes are kept under another name, and /status tells that name. */
async function expectSetAside(stage: Stage, name: string, garbage: Buffer): Promise<void> {
  const folder = stage.console.profile;
  const candidates = await setAside(folder, name);
  const contents = await Promise.all(candidates.map((file) => readFile(join(folder, file))));
  const kept = candidates.filter((_file, index) => contents[index]?.equals(garbage));
  expect(kept, `files beside ${name}: ${candidates.join(', ')}`).toHaveLength(1);
  expect(JSON.stringify(await stage.client.status())).toContain(kept[0]);
}

describeWithMosquitto('Unreadable database', () => {
  test('an unreadable history is set aside and told, and recording goes on', { timeout: testDeadlineMs }, async () => {
    await using stage = await Stage.open('mosquitto');
    const device = await stage.adoptDevice();
    await stage.settle(device);
    await stage.console.stop();
    const garbage = await ruin(stage.console.profile, 'history.db');

    await stage.console.restart();
    await stage.client.connected(10_000);

    await expectSetAside(stage, 'history.db', garbage);
    expect(await stage.client.device(device.id)).toMatchObject({ id: device.id, approval: 'approved' });
    await stage.bringOnline(device);
    await device.sensor(4, 'light', 77);
    const { seriesId } = await stage.client.reading(device.id, 4, 'light', ({ raw }) => raw === 77);
    const samples = await until(
      async () => {
        const found = await stage.client.samples(seriesId, Date.now() - 600_000, Date.now() + 600_000);
        return found.length > 0 ? found : undefined;
      },
      3_000,
      'the new reading to be stored',
    );
    expect(samples.map(({ value }) => value)).toEqual([77]);
  });

  test(
    'an unreadable plant file is set aside and told, and devices can be adopted anew',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open('mosquitto');
      const device = await stage.adoptDevice();
      await stage.console.stop();
      const garbage = await ruin(stage.console.profile, 'plant.db');

      await stage.console.restart();
      await stage.client.connected(10_000);

      await expectSetAside(stage, 'plant.db', garbage);
      await stage.beat(device, 'pending_approval');
      await stage.client.call('POST', `/devices/${device.id}/approve`, {});
      await stage.bringOnline(device);
      await stage.settle(device);
    },
  );
});
