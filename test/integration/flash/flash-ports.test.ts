/* Flash jobs over the product's own leases, and backups that end early. */
import { describe, expect, it } from 'vitest';
import { PortService } from '../../../src/main/flash/port-service';
import type { SerialDriver } from '../../../src/main/flash/serial-driver';
import type { Clock } from '../../../src/main/clock';
import { must } from '../../../src/shared/domain/assert';
import { FakeMachine } from '../../fakes/fake-machine';
import { flashImage } from '../../fakes/flash-image';
import { FlashScene, PORT } from '../../fakes/flash-scene';

const chip = 'esp32c3';

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
