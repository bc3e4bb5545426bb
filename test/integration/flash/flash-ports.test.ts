/* Flash jobs over the product's own leases and with its own images, and backups that end early. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock, type Clock } from '../../../src/main/clock';
import { ImageLibrary } from '../../../src/main/flash/image-library';
import { PortService } from '../../../src/main/flash/port-service';
import type { SerialDriver } from '../../../src/main/flash/serial-driver';
import { must } from '../../../src/shared/domain/assert';
import { FakeMachine } from '../../fakes/fake-machine';
import { flashImage } from '../../fakes/flash-image';
import { FlashScene, PORT } from '../../fakes/flash-scene';
import { openTempDir } from '../../fakes/temp-dir';

const chip = 'esp32c3';
const partSchema = z.object({ address: z.int(), sizeBytes: z.int(), md5: z.string(), file: z.string() });

function portsOf(driver: SerialDriver, clock: Clock): PortService {
  return new PortService({ driver, clock, machine: new FakeMachine(), extraPaths: [], onChange: () => undefined });
}

describe('a flash job over a leased port', () => {
  it('holds the port while it runs, frees it when the cable is pulled, and takes it again when it is back', async () => {
    const opened: PortService[] = [];
    const scene = new FlashScene({
      ports: (serial, clock) => {
        const service = portsOf(serial, clock);
        opened.push(service);
        return service;
      },
    });
    await using _scene = scene;
    const ports = must(opened[0], 'the ports');
    const board = scene.board({ chip });
    const image = scene.add(flashImage({ chip }));
    await ports.start();
    const use = () => ports.list().ports.map((port) => port.use);
    const uses: string[] = [];
    scene.watch = ({ state, bytesWritten }) => {
      uses.push(...use());
      if (state === 'writing' && bytesWritten > 60_000) board.unplug();
    };
    expect(await scene.flash({ imageId: image.image.id })).toMatchObject({ state: 'failed', error: { code: 'port_vanished' } }); // prettier-ignore
    expect(uses.slice(0, 5)).toEqual(['flash', 'flash', 'flash', 'flash', 'flash']);
    scene.watch = () => undefined;
    board.plugIn();
    await expect.poll(() => ports.list().ports.map(({ isPresent }) => isPresent)).toEqual([true]);
    expect(await scene.flash({ imageId: image.image.id })).toMatchObject({ state: 'done' });
    expect(scene.holds(board, image)).toBe(true);
    expect(use()).toEqual(['free']);
    await ports.stop();
  });
});

describe('a flash job with the images of the product', () => {
  it('writes the bundled image as the manifest says, and makes a backup that can be restored', async () => {
    await using data = await openTempDir('flash-images');
    const firmwareFolder = join(import.meta.dirname, '../../../resources/firmware');
    const library = new ImageLibrary({ firmwareFolder, dataFolder: data.path, clock: systemClock, journal: { add: () => undefined } }); // prettier-ignore
    await library.start();
    await using scene = new FlashScene({ images: library });
    const board = scene.board({ chip });
    const job = await scene.flash({ imageId: 'auto' });
    const manifest = z.object({ chips: z.array(z.object({ id: z.string(), parts: z.array(partSchema) })) }).parse(JSON.parse(await readFile(join(firmwareFolder, 'manifest.json'), 'utf8'))); // prettier-ignore
    const parts = must(manifest.chips.find(({ id }) => id === chip)?.parts, 'the chip in the manifest');
    expect(job).toMatchObject({ state: 'done', imageId: `bundled:${chip}`, notes: [] });
    expect(job.parts.map(({ address, size, md5, verified }) => ({ address, size, md5, verified }))).toEqual(
      parts.map(({ address, sizeBytes, md5 }) => ({ address, size: sizeBytes, md5, verified: true })),
    );
    for (const { address, file } of parts) {
      const bytes = await readFile(join(firmwareFolder, file));
      expect(board.flash.subarray(address, address + bytes.length).equals(bytes)).toBe(true);
    }

    const before = Buffer.from(board.flash);
    const started = await scene.service.backup(PORT, 'test');
    const backup = await scene.service.whenEnded(must(started.ok ? started.value : null, 'a job').id);
    expect(backup.state).toBe('done');
    expect((await readFile(must(backup.file, 'a file'))).equals(before)).toBe(true);
    board.flash.fill(0xff, 0, 0x20000);
    expect(await scene.flash({ imageId: must(backup.imageId, 'an image') })).toMatchObject({ state: 'done' });
    expect(board.flash.equals(before)).toBe(true);
    library.stop();
  });
});

describe('a backup that ends early', () => {
  const flashSizeBytes = 512 * 1024;

  async function backup(scene: FlashScene) {
    const started = await scene.service.backup(PORT, 'test');
    return await scene.service.whenEnded(must(started.ok ? started.value : null, 'a job').id);
  }

  it('by the technician leaves no file, and the device running', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip, flashSizeBytes });
    board.flash[0x10000] = 0xe9;
    scene.watch = ({ id, bytesWritten }) => {
      if (bytesWritten > 100_000) void scene.service.cancel(id);
    };
    expect(await backup(scene)).toMatchObject({ state: 'cancelled', file: null, error: { code: 'cancelled' } });
    expect({ discarded: scene.discarded, kept: scene.backups.size }).toEqual({ discarded: 1, kept: 0 });
    await expect.poll(() => board.mode).toBe('app');
    scene.watch = () => undefined;
    expect(await backup(scene)).toMatchObject({ state: 'done' });
  });

  it('by a pulled cable leaves no file', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip, flashSizeBytes });
    scene.watch = ({ bytesWritten }) => {
      if (bytesWritten > 300_000) board.unplug();
    };
    expect(await backup(scene)).toMatchObject({ state: 'failed', error: { code: 'port_vanished' } });
    expect({ discarded: scene.discarded, kept: scene.backups.size }).toEqual({ discarded: 1, kept: 0 });
    scene.watch = () => undefined;
    board.plugIn();
    expect(await backup(scene)).toMatchObject({ state: 'done' });
    expect(scene.backups.size).toBe(1);
  });

  it('is never one that differs from what the chip says', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip, flashSizeBytes });
    board.faults.wrongMd5 = true;
    expect(await backup(scene)).toMatchObject({ state: 'failed', error: { code: 'verify_failed' } });
    expect({ discarded: scene.discarded, kept: scene.backups.size }).toEqual({ discarded: 1, kept: 0 });
  });
});

describe('jobs that are remembered', () => {
  it('are a hundred: the oldest ended one is forgotten', async () => {
    await using scene = new FlashScene();
    scene.clock.run(100);
    const image = scene.add(flashImage({ chip, appBytes: 1_000 }));
    const first = await scene.flash({ imageId: image.image.id });
    expect(first).toMatchObject({ state: 'failed', error: { code: 'port_absent' } });
    for (let number = 0; number < 100; number += 1) await scene.flash({ imageId: image.image.id });
    expect(scene.service.jobs()).toHaveLength(100);
    expect(scene.service.job(first.id)).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});
