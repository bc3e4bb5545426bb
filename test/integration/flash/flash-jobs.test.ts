import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ChipId } from '../../../src/shared/domain/chips';
import { flashImage, part } from '../../fakes/flash-image';
import { FlashScene, PORT, talkingApp } from '../../fakes/flash-scene';
import type { ChipName } from '../../fakes/virtual-esp/virtual-board';
import { must } from '../../../src/shared/domain/assert';

const chips: readonly (ChipName & ChipId)[] = ['esp32', 'esp32s2', 'esp32s3', 'esp32c3', 'esp32c6'];
const chip = 'esp32c3';

/** Offsets of our firmware's settings. */
const NVS = 0x9000;
const OTADATA = 0x3b0000;
const CFG = 0x3b2000;

describe('a flash job on a sound board', () => {
  it.each(chips)('writes an image to a blank %s, proves it and starts it', async (name) => {
    await using scene = new FlashScene();
    const board = scene.board({ chip: name });
    const image = scene.add(flashImage({ chip: name }));
    const job = await scene.flash({ imageId: image.image.id });
    expect(job).toMatchObject({
      state: 'done',
      imageSha256: image.image.sha256,
      baud: 921_600,
      mac: '84:f7:03:01:02:03',
      previousFirmware: null,
      firmware: image.image.firmware,
      notes: [],
      hint: null,
      bytesWritten: image.image.sizeBytes,
      bytesTotal: image.image.sizeBytes,
      facts: { chipId: name, flashSizeBytes: 4 * 1024 * 1024, deviceId: 'ESP_010203' },
      parts: image.parts.map(({ name: partName, address, data, md5 }) => ({
        name: partName,
        address,
        size: data.length,
        md5,
        verified: true,
        skipped: false,
        writtenBytes: data.length,
      })),
    });
    expect(job.bootLog.at(-1)).toContain('ESP_010203 1.2.3');
    expect(job.error).toBeUndefined();
    expect(scene.holds(board, image)).toBe(true);
    expect(board.mode).toBe('app');
    expect(board.stats.badPrograms).toBe(0);
  });

  it('goes through its states in order and never shows more than there is', async () => {
    await using scene = new FlashScene();
    scene.board({ chip });
    scene.add(flashImage({ chip }));
    await scene.flash({ imageId: `bundled:${chip}`, options: { eraseAll: true } });
    const states = scene.changes.map(({ state }) => state);
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
      'connecting', 'erasing', 'writing', 'verifying', 'writing', 'verifying', 'writing', 'verifying', 'resetting', 'done',
    ]); // prettier-ignore
    for (const { bytesWritten, bytesTotal } of scene.changes) expect(bytesWritten).toBeLessThanOrEqual(bytesTotal);
  });

  it('takes the bundled image of the chip when asked for none by name', async () => {
    await using scene = new FlashScene();
    scene.board({ chip: 'esp32c6' });
    scene.add(flashImage({ chip: 'esp32c3' }));
    scene.add(flashImage({ chip: 'esp32c6' }));
    expect(await scene.flash({ imageId: 'auto' })).toMatchObject({ state: 'done', imageId: 'bundled:esp32c6' });
  });

  it('writes nothing the second time, and says so', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    const image = scene.add(flashImage({ chip }));
    await scene.flash({ imageId: image.image.id });
    const written = board.stats.programmedBytes;
    const again = await scene.flash({ imageId: image.image.id });
    expect(again.parts.map(({ skipped, verified, writtenBytes }) => ({ skipped, verified, writtenBytes }))).toEqual(
      image.parts.map(() => ({ skipped: true, verified: true, writtenBytes: 0 })),
    );
    expect(again).toMatchObject({ state: 'done', bytesWritten: image.image.sizeBytes, previousFirmware: image.image.firmware }); // prettier-ignore
    expect(board.stats.programmedBytes).toBe(written);
  });

  it('writes only the sectors that differ', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    const old = scene.add(flashImage({ chip, version: '1.2.3' }));
    await scene.flash({ imageId: old.image.id });
    const image = scene.add(flashImage({ chip, version: '1.2.4' }));
    const job = await scene.flash({ imageId: image.image.id });
    expect(must(job.parts[2], 'application')).toMatchObject({ skipped: false, verified: true, writtenBytes: 4096 });
    expect(scene.holds(board, image)).toBe(true);
  });

  it('writes a part again as a whole when its changed sectors were not enough', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    const old = scene.add(flashImage({ chip }));
    await scene.flash({ imageId: old.image.id });
    const image = scene.add(flashImage({ chip, version: '1.2.4' }));
    board.faults.flipBitAt = 0x10000 + 50;
    scene.watch = ({ notes }) => {
      if (notes.length > 0) board.faults.flipBitAt = null;
    };
    const job = await scene.flash({ imageId: image.image.id });
    expect(job).toMatchObject({ state: 'done' });
    expect(job.notes).toEqual([
      'The part application was not right after writing, so it was written again as a whole.',
    ]);
    expect(scene.holds(board, image)).toBe(true);
  });

  it('keeps the settings of a device unless asked not to', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    scene.add(flashImage({ chip }));
    for (const address of [NVS, CFG]) board.flash.write('settings', address);
    await scene.flash({ imageId: `bundled:${chip}` });
    expect([NVS, CFG].map((address) => board.flash.toString('latin1', address, address + 8))).toEqual(['settings', 'settings']); // prettier-ignore
    await scene.flash({ imageId: `bundled:${chip}`, options: { keepUserData: false } });
    expect([NVS, CFG].map((address) => board.flash.readUInt32LE(address))).toEqual([0xffffffff, 0xffffffff]);
  });

  it('forgets which application slot was chosen, so that what it wrote is what starts', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    scene.add(flashImage({ chip }));
    board.flash.writeUInt32LE(2, OTADATA);
    await scene.flash({ imageId: `bundled:${chip}` });
    expect(board.flash.readUInt32LE(OTADATA)).toBe(0xffffffff);
  });

  it('erases everything when asked to', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    scene.add(flashImage({ chip }));
    board.flash.fill(0, 0x200000, 0x201000);
    await scene.flash({ imageId: `bundled:${chip}`, options: { eraseAll: true } });
    expect(board.flash.readUInt32LE(0x200000)).toBe(0xffffffff);
  });

  it('writes settings with the image, over everything older in their partition', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    const image = scene.add(flashImage({ chip }));
    board.flash.fill(0x55, CFG, CFG + 0x10000);
    const data = Buffer.from('Wi-Fi and broker of one device');
    const job = await scene.flash({
      imageId: image.image.id,
      settingsFor: ({ deviceId }) => {
        expect(deviceId).toBe('ESP_010203');
        return Promise.resolve({ ok: true, value: { partition: 'cfg', data } });
      },
    });
    expect(job.state).toBe('done');
    // A short password could be guessed from an MD5, so none is shown at any moment of the job.
    expect(job.parts.at(-1)).toMatchObject({ name: 'cfg', address: CFG, size: data.length, md5: '', verified: true });
    const digest = createHash('md5').update(data).digest('hex');
    expect(JSON.stringify([scene.changes, scene.service.jobs(), scene.journal])).not.toContain(digest);
    expect(board.flash.subarray(CFG, CFG + data.length)).toEqual(data);
    expect(board.flash.subarray(CFG + 4096, CFG + 0x10000).every((byte) => byte === 0xff)).toBe(true);
    const parts = scene.journal.at(-1)?.details['parts'] as { name: string; md5?: string }[];
    expect(parts.find(({ name }) => name === 'cfg')).not.toHaveProperty('md5');
  });

  it('writes an application alone, by the table that the device has', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    const first = scene.add(flashImage({ chip }));
    await scene.flash({ imageId: first.image.id });
    board.flash.writeUInt32LE(2, OTADATA);
    const { image, parts } = flashImage({ chip, version: '2.0.0', seed: 9 });
    const alone = scene.add({ image: { ...image, id: 'user:1', kind: 'user' }, chip, minimumRevision: 0, parts: parts.slice(2), partitions: [] }); // prettier-ignore
    expect(await scene.flash({ path: 'user:1' })).toMatchObject({ state: 'done' });
    expect(scene.holds(board, alone)).toBe(true);
    expect(board.flash.readUInt32LE(OTADATA)).toBe(0xffffffff);
  });

  it('flashes over the chip’s own USB, which has no speed', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip, autoReset: 'usb_jtag' });
    const image = scene.add(flashImage({ chip }));
    expect(await scene.flash({ imageId: image.image.id })).toMatchObject({ state: 'done', baud: null });
    expect(scene.holds(board, image)).toBe(true);
  });

  it('keeps what the journal needs for a certificate', async () => {
    await using scene = new FlashScene();
    scene.board({ chip });
    const image = scene.add(flashImage({ chip }));
    const { id } = await scene.flash({ imageId: image.image.id });
    expect(scene.journal.map(({ kind, actor }) => ({ kind, actor }))).toEqual([
      { kind: 'flash.started', actor: 'test' },
      { kind: 'flash.done', actor: 'test' },
    ]);
    expect(scene.journal[1]).toMatchObject({
      deviceId: 'ESP_010203',
      details: {
        jobId: id,
        chip: 'ESP32-C3',
        mac: '84:f7:03:01:02:03',
        imageSha256: image.image.sha256,
        baud: 921_600,
        parts: image.parts.map(({ name, md5 }) => ({ name, md5, verified: true })),
      },
    });
  });
});

describe('several jobs', () => {
  it('run at once on different ports, and one at a time on one', async () => {
    await using scene = new FlashScene();
    const image = scene.add(flashImage({ chip }));
    const ports = [0, 1, 2, 3].map((number) => `/dev/ttyVIRTUAL${number}`);
    const boards = ports.map((port, index) => scene.board({ chip, mac: `84:f7:03:01:02:0${index}` }, port));
    const started = await Promise.all(ports.map((port) => scene.start({ port, imageId: image.image.id })));
    await expect(scene.start({ imageId: image.image.id })).rejects.toThrow('in use');
    const ended = await Promise.all(started.map(({ id }) => scene.service.whenEnded(id)));
    expect(ended.map(({ state, facts }) => [state, facts?.deviceId])).toEqual(
      [0, 1, 2, 3].map((number) => ['done', `ESP_01020${number}`]),
    );
    expect(boards.every((board) => scene.holds(board, image))).toBe(true);
    expect(scene.service.jobs().map(({ id }) => id)).toEqual(started.map(({ id }) => id).reverse());
  });

  it('end and free their port although the journal fails', async () => {
    await using scene = new FlashScene();
    scene.board({ chip });
    const image = scene.add(flashImage({ chip }));
    scene.journal.push = () => {
      throw new Error('a bug in the journal');
    };
    expect(await scene.flash({ imageId: image.image.id })).toMatchObject({ state: 'done' });
    expect(scene.held.size).toBe(0);
    expect(scene.bugs.splice(0).map(String)).toEqual(['Error: a bug in the journal', 'Error: a bug in the journal']);
  });

  it('hold no port when loading their image fails by a bug', async () => {
    await using scene = new FlashScene();
    scene.board({ chip });
    scene.images.get = () => {
      throw new Error('a bug in the library');
    };
    await expect(scene.start({ imageId: 'user:1' })).rejects.toThrow('a bug in the library');
    expect(scene.held.size).toBe(0);
  });

  it('that back up an encrypted flash say that it cannot be restored', async () => {
    await using scene = new FlashScene();
    scene.board({ chip, flashSizeBytes: 1024 * 1024, faults: { flashEncrypted: true } });
    const started = await scene.service.backup(PORT, 'test');
    const job = await scene.service.whenEnded(started.ok ? started.value.id : '');
    expect(job).toMatchObject({
      state: 'done',
      notes: ['The flash of this board is encrypted: the backup can be kept, but this console cannot restore it.'],
    });
  });

  it('are refused for a port or an image that is not there', async () => {
    await using scene = new FlashScene();
    scene.board({ chip });
    await expect(scene.start({ imageId: 'user:gone' })).rejects.toThrow('There is no image user:gone');
    expect(scene.held.size).toBe(0);
    expect(scene.service.job('nobody')).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});

describe('inspecting', () => {
  it('tells what a chip is, what runs there and what an image would change, and leaves it running', async () => {
    await using scene = new FlashScene();
    const app = talkingApp();
    const board = scene.board({ chip, app });
    const old = scene.add(flashImage({ chip, version: '1.0.0' }));
    await scene.flash({ imageId: old.image.id });
    const { starts } = app;
    scene.add(flashImage({ chip, version: '2.0.0' }));
    const found = await scene.service.inspect(PORT, `bundled:${chip}`);
    expect(found).toMatchObject({
      ok: true,
      value: {
        chip: 'ESP32-C3',
        revision: 'v0.4',
        security: { secureBoot: false, flashEncryption: false, secureDownload: false, debugDisabled: false },
        firmware: { name: 'leitstand-node', version: '1.0.0', builtAt: 'Nov 21 2026 12:00:00' },
        imageId: `bundled:${chip}`,
        parts: [
          { name: 'bootloader', isSame: true, changedBytes: 0 },
          { name: 'partition-table', isSame: true, changedBytes: 0 },
          { name: 'application', isSame: false, changedBytes: 4096 },
        ],
        refusal: null,
      },
    });
    await expect.poll(() => app.starts).toBe(starts + 1);
    expect(board.mode).toBe('app');
  });

  it('says why an image cannot be written', async () => {
    await using scene = new FlashScene();
    scene.board({ chip: 'esp32c6' });
    const image = scene.add(flashImage({ chip: 'esp32c3' }));
    const found = await scene.service.inspect(PORT, image.image.id);
    expect(found).toMatchObject({ ok: true, value: { chip: 'ESP32-C6', parts: [], refusal: { code: 'wrong_chip' } } });
  });
});

describe('a backup', () => {
  it('reads the whole flash, and is restored to a chip of the same kind', async () => {
    await using scene = new FlashScene();
    const flashSizeBytes = 512 * 1024;
    const board = scene.board({ chip, flashSizeBytes });
    const { parts } = flashImage({ chip });
    for (const { address, data } of parts) board.flash.set(data, address);
    board.flash.write('settings', NVS);
    const before = Buffer.from(board.flash);
    const started = await scene.service.backup(PORT, 'test');
    const { id } = must(started.ok ? started.value : null, 'a job');
    const job = await scene.service.whenEnded(id);
    expect(job).toMatchObject({ state: 'done', kind: 'backup', file: '/backups/backup:84:f7:03:01:02:03', bytesWritten: flashSizeBytes }); // prettier-ignore
    expect(scene.backups.get('backup:84:f7:03:01:02:03')?.equals(before)).toBe(true);
    expect(scene.journal.map(({ kind }) => kind)).toEqual(['flash.started', 'flash.backup']);

    board.flash.fill(0xff);
    expect(await scene.flash({ imageId: 'backup:84:f7:03:01:02:03' })).toMatchObject({ state: 'done' });
    expect(board.flash.equals(before)).toBe(true);
  });

  it('is not restored to a board with another flash', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip, flashSizeBytes: 1024 * 1024 });
    const { image } = flashImage({ chip });
    const data = Buffer.alloc(512 * 1024, 7);
    scene.add({ image: { ...image, id: 'backup:x', kind: 'backup' }, chip, minimumRevision: 0, parts: [part('flash', 0, data)], partitions: [] }); // prettier-ignore
    expect(await scene.flash({ imageId: 'backup:x' })).toMatchObject({
      state: 'failed',
      error: { code: 'image_unfit' },
    });
    expect(board.stats.erasedSectors).toBe(0);
  });
});
