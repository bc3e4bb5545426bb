import { cp, mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { md5Of, sha256Of } from '../../../../src/main/flash/digests';
import { ImageLibrary } from '../../../../src/main/flash/image-library';
import type { JournalInput } from '../../../../src/main/journal/journal';
import type { ChipFacts } from '../../../../src/shared/api/flash';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';
import type { JobResult } from '../../../../src/shared/domain/job-errors';
import { makeFlash, makeProgram, makeTable } from '../../../fakes/esp-image';
import { ManualClock } from '../../../fakes/manual-clock';
import { openTempDir, type TempDir } from '../../../fakes/temp-dir';
import { must } from '../../../fakes/wait';

const facts: ChipFacts = {
  chip: 'ESP32-C3',
  chipId: 'esp32c3',
  revision: 'v0.4',
  mac: '84:f7:03:01:02:03',
  flashSizeBytes: 0x400000,
  security: null,
  deviceId: deviceIdSchema.parse('ESP_010203'),
};

async function scene(dir: TempDir, firmwareFolder = 'resources/firmware') {
  const clock = new ManualClock();
  const entries: JournalInput[] = [];
  const library = new ImageLibrary({
    firmwareFolder,
    dataFolder: join(dir.path, 'data'),
    clock,
    journal: { add: (entry) => void entries.push(entry) },
  });
  await library.start();
  const add = async (name: string, bytes: Uint8Array, actor = 'user:kim') =>
    await library.add({ name, offset: 0, totalBytes: bytes.length, data: bytes }, actor);
  return { clock, entries, library, add };
}

/** A copy of our firmware that a test may damage. */
async function copyFirmware(dir: TempDir): Promise<string> {
  const folder = join(dir.path, 'firmware');
  await cp('resources/firmware', folder, { recursive: true });
  return folder;
}

function value<T>(result: JobResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
const code = (result: JobResult<unknown>) => (result.ok ? 'ok' : result.error.code);

describe('bundled images', () => {
  it.each(['esp32c3', 'esp32c6'] as const)('load whole for the %s', async (chip) => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    const loaded = value(await library.bundledFor(chip));
    expect(loaded.parts.map(({ name, address }) => [name, address])).toEqual([
      ['bootloader', 0],
      ['partition-table', 0x8000],
      ['application', 0x10000],
    ]);
    expect(loaded.parts.map(({ md5 }) => md5)).toEqual(loaded.parts.map(({ data }) => md5Of(data)));
    expect([loaded.chip, loaded.minimumRevision]).toEqual([chip, chip === 'esp32c3' ? 3 : 0]);
    expect(loaded.partitions.map(({ name }) => name)).toEqual(['nvs', 'phy_init', 'ota_0', 'ota_1', 'otadata', 'cfg']);
    expect(loaded.image).toMatchObject({ id: `bundled:${chip}`, kind: 'bundled', chip, problem: null });
    expect(loaded.image.firmware?.version).toMatch(/^\d/);
    expect(code(await library.load({ id: `bundled:${chip}` }))).toBe('ok');
    expect((await library.list()).find(({ id }) => id === `bundled:${chip}`)).toEqual(loaded.image);
  });

  it('are refused with one flipped bit, even when size and time of the file are the same', async () => {
    await using dir = await openTempDir('images');
    const folder = await copyFirmware(dir);
    const { library } = await scene(dir, folder);
    const file = join(folder, 'esp32c3/application.bin');
    const when = new Date(1_700_000_000_000);
    await utimes(file, when, when);
    expect((await library.list()).map(({ problem }) => problem)).toEqual([null, null]);
    const bytes = await readFile(file);
    bytes[500_000] = (bytes[500_000] ?? 0) ^ 4;
    await writeFile(file, bytes);
    await utimes(file, when, when);
    expect(await library.bundledFor('esp32c3')).toEqual({
      ok: false,
      error: {
        code: 'image_damaged',
        message:
          'The bundled firmware is damaged: esp32c3/application.bin: its SHA-256 is not the one of the manifest. Nothing was written. Install the console again.',
        retryable: false,
        details: { file: 'esp32c3/application.bin', reason: 'its SHA-256 is not the one of the manifest' },
      },
    });
    expect(code(await library.bundledFor('esp32c6'))).toBe('ok');
  });

  it('show in the list what is wrong with them, and that it is mended', async () => {
    await using dir = await openTempDir('images');
    const folder = await copyFirmware(dir);
    const { library } = await scene(dir, folder);
    const file = join(folder, 'esp32c6/bootloader.bin');
    const problems = async () =>
      (await library.list()).map(({ id, problem }) => [id, problem?.details['reason'] ?? null]);
    const bytes = await readFile(file);
    await truncate(file, 100);
    expect(await problems()).toEqual([
      ['bundled:esp32c3', null],
      ['bundled:esp32c6', 'it has 100 bytes, not 21504'],
    ]);
    await rm(file);
    expect((await problems())[1]).toEqual(['bundled:esp32c6', 'it cannot be read (ENOENT)']);
    await writeFile(file, bytes);
    expect((await problems())[1]).toEqual(['bundled:esp32c6', null]);
  });

  it.each([
    ['no manifest', null, 'it cannot be read (ENOENT)'],
    ['half a manifest', '{"format": 1', 'it is no manifest of this version'],
    ['a file outside of the folder', '{"format":1,"version":"1","chips":[{"id":"esp32c3","file":"../x"}]}', 'it is no manifest of this version'], // prettier-ignore
  ])('are all refused with %s', async (_what, text, reason) => {
    await using dir = await openTempDir('images');
    const folder = join(dir.path, 'firmware');
    await mkdir(folder);
    if (text !== null) await writeFile(join(folder, 'manifest.json'), text);
    const { library } = await scene(dir, folder);
    expect(code(await library.bundledFor('esp32c3'))).toBe('image_damaged');
    expect((await library.list()).map(({ kind, problem }) => [kind, problem?.details])).toEqual([['bundled', { file: 'manifest.json', reason }]]); // prettier-ignore
  });

  it('are not there for every chip, and stay', async () => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    expect(await library.bundledFor('esp32s3')).toMatchObject({
      error: { code: 'image_missing', message: 'This console brings no firmware for the ESP32-S3. Choose an image of your own for it.' }, // prettier-ignore
    });
    expect(await library.remove('bundled:esp32c3', 'user:kim')).toMatchObject({ error: { code: 'unsupported' } });
  });
});

describe('user images', () => {
  it('are kept whole, listed, loaded and removed, each with an entry in the journal', async () => {
    await using dir = await openTempDir('images');
    const { clock, entries, library } = await scene(dir);
    const program = makeProgram({ chipId: 9, minimumRevision: 2 });
    const sha256 = sha256Of(program);
    const half = program.subarray(0, 300);
    const name = 'C:\\firmware\\pump "2".bin';
    const totalBytes = program.length;
    expect(await library.add({ name, offset: 0, totalBytes, data: half }, 'user:kim')).toEqual({ ok: true, value: { receivedBytes: 300, image: null } }); // prettier-ignore
    const added = await library.add({ name, offset: 300, totalBytes, data: program.subarray(300) }, 'user:kim');
    const image = {
      id: `user:${sha256}`,
      kind: 'user',
      name: 'pump _2_.bin',
      chip: 'esp32s3',
      firmware: { name: 'pump-node', version: '1.2.3', builtAt: 'Nov 21 2026 12:34:56' },
      sizeBytes: totalBytes,
      sha256,
      parts: [{ name: 'application', address: 0x10000, sizeBytes: totalBytes, md5: md5Of(program) }],
      addedAt: clock.iso,
      path: join(dir.path, 'data/images', `${sha256}.bin`),
      problem: null,
    };
    expect(added).toEqual({ ok: true, value: { receivedBytes: totalBytes, image } });
    expect((await library.list()).filter(({ kind }) => kind === 'user')).toEqual([image]);
    const loaded = value(await library.load({ id: image.id }));
    expect([loaded.image, loaded.chip, loaded.minimumRevision, loaded.partitions]).toEqual([image, 'esp32s3', 2, []]);
    expect(loaded.parts.map(({ data }) => program.equals(data))).toEqual([true]);
    expect(await library.remove(image.id, 'user:lee')).toEqual({ ok: true, value: { removed: true } });
    expect(await library.remove(image.id, 'user:lee')).toEqual({ ok: true, value: { removed: false } });
    expect(await readdir(join(dir.path, 'data/images'))).toEqual([]);
    const details = { id: image.id, name: image.name, chip: 'esp32s3', sizeBytes: totalBytes, sha256 };
    expect(entries).toEqual([
      { kind: 'image.added', message: 'Image pump _2_.bin was added', actor: 'user:kim', details },
      { kind: 'image.removed', message: 'Image pump _2_.bin was removed', actor: 'user:lee', details },
    ]);
  });

  it('outlive a restart', async () => {
    await using dir = await openTempDir('images');
    const first = await scene(dir);
    await first.add('a.bin', makeProgram());
    const before = await first.library.list();
    await writeFile(join(dir.path, 'data/images/half.bin.part'), 'left over');
    const second = await scene(dir);
    expect(await second.library.list()).toEqual(before);
    expect((await readdir(join(dir.path, 'data/images'))).length).toBe(2);
  });

  it('are not kept twice, and two at once do not disturb each other', async () => {
    await using dir = await openTempDir('images');
    const { add, library } = await scene(dir);
    const results = await Promise.all(['a', 'b'].map((actor) => add('same.bin', makeProgram(), actor)));
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect((await library.list()).filter(({ kind }) => kind === 'user').length).toBe(1);
  });

  it('of a whole flash have the parts that are not blank', async () => {
    await using dir = await openTempDir('images');
    const { add, library } = await scene(dir);
    const table = makeTable([['factory', 0, 0, 0x10000, 0x10000]]);
    const flash = makeFlash([[0, makeProgram({ descriptor: 'bootloader' })], [0x8000, table], [0x10000, makeProgram()]]); // prettier-ignore
    const added = await add('merged.bin', flash);
    const loaded = value(await library.load({ id: must(added.ok ? added.value.image?.id : null, 'an id') }));
    expect(loaded.parts.map(({ name }) => name)).toEqual(['bootloader', 'partition-table', 'application']);
    expect(loaded.partitions.map(({ name }) => name)).toEqual(['factory']);
  });

  it('that are no images are refused, and nothing of them is left', async () => {
    await using dir = await openTempDir('images');
    const { add, entries } = await scene(dir);
    expect(await add('notes.txt', Buffer.from('hello'))).toEqual({
      ok: false,
      error: {
        code: 'invalid',
        message: 'notes.txt cannot be flashed: it is no image for an ESP chip: it does not begin with 0xE9.',
        retryable: false,
        details: { name: 'notes.txt' },
      },
    });
    expect([await readdir(join(dir.path, 'data/images')), entries]).toEqual([[], []]);
  });

  it('that were changed on the disk are refused, and the list says so', async () => {
    await using dir = await openTempDir('images');
    const { add, library } = await scene(dir);
    const program = makeProgram();
    const added = await add('a.bin', program);
    const image = must(added.ok ? added.value.image : null, 'an image');
    const path = must(image.path, 'a path');
    const problem = async () => (await library.list()).find(({ id }) => id === image.id)?.problem?.details['reason'];
    program[200] = (program[200] ?? 0) ^ 1;
    await writeFile(path, program);
    expect(code(await library.load({ id: image.id }))).toBe('image_damaged');
    expect(await problem()).toBe('its SHA-256 is not the one that it had when it was added');
    await truncate(path, 10);
    expect(await problem()).toBe('its file has another size');
    await rm(path);
    expect(await problem()).toBe('its file is gone');
    expect((await add('a.bin', makeProgram())).ok).toBe(true);
    expect([await problem(), code(await library.load({ id: image.id }))]).toEqual([undefined, 'ok']);
  });

  it('are limited in number', async () => {
    await using dir = await openTempDir('images');
    const { add } = await scene(dir);
    await add('a.bin', makeProgram());
    const folder = join(dir.path, 'data/images');
    const record = must(
      (await readdir(folder)).find((file) => file.endsWith('.json')),
      'a record',
    );
    for (let number = 1; number < 64; number += 1) await cp(join(folder, record), join(folder, `${number}.json`));
    expect(await add('b.bin', makeProgram({ version: 'one more' }))).toMatchObject({ error: { code: 'too_large' } });
    expect((await add('again.bin', makeProgram())).ok).toBe(true);
  });

  it('that cannot be stored are refused with the reason', async () => {
    await using dir = await openTempDir('images');
    const { add, library } = await scene(dir);
    await rm(join(dir.path, 'data/images'), { recursive: true });
    expect(await add('a.bin', makeProgram())).toMatchObject({
      error: { code: 'storage_unavailable', retryable: true },
    });
    expect((await library.list()).filter(({ kind }) => kind === 'user')).toEqual([]);
  });
});

describe('files of this machine', () => {
  it('are read and checked, and not kept', async () => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    const path = join(dir.path, 'mine.bin');
    await writeFile(path, makeProgram());
    const loaded = value(await library.load({ path }));
    expect([loaded.image.name, loaded.image.path, loaded.parts[0]?.address]).toEqual(['mine.bin', path, 0x10000]);
    expect((await library.list()).filter(({ kind }) => kind !== 'bundled')).toEqual([]);
  });

  it.each([
    ['a missing file', 'nothing.bin', 'image_missing', 'it is not there'],
    ['a folder', '.', 'image_damaged', 'it is no file'],
    ['an empty file', 'empty.bin', 'image_damaged', 'it is empty'],
    ['a file larger than any flash', 'large.bin', 'image_damaged', 'it has 16777217 bytes; at most 16777216 fit'],
  ])('are refused: %s', async (_what, name, expected, reason) => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    await writeFile(join(dir.path, 'empty.bin'), '');
    await writeFile(join(dir.path, 'large.bin'), '');
    await truncate(join(dir.path, 'large.bin'), 16 * 1024 * 1024 + 1);
    const loaded = await library.load({ path: join(dir.path, name) });
    expect(loaded).toMatchObject({ ok: false, error: { code: expected, details: { reason } } });
  });

  it('need a full path', async () => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    expect(await library.load({ path: 'package.json' })).toMatchObject({ error: { code: 'image_missing' } });
  });
});

describe('backups', () => {
  async function backUp(library: ImageLibrary, flash: Uint8Array) {
    const target = value(await library.backupTarget(facts));
    for (let at = 0; at < flash.length; at += 1_000) value(await target.write(flash.subarray(at, at + 1_000)));
    return await target.commit({ md5: md5Of(flash), firmware: null });
  }

  it('become images with one part, and are loaded as they were read', async () => {
    await using dir = await openTempDir('images');
    const { clock, library } = await scene(dir);
    const table = makeTable([['nvs', 1, 2, 0x9000, 0x6000]]);
    const flash = makeFlash([[0, makeProgram()], [0x8000, table], [0x9000, Buffer.from('settings')]]); // prettier-ignore
    const image = value(await backUp(library, flash));
    expect(image).toEqual({
      id: 'backup:ESP32-C3-84f703010203-20261121T120000',
      kind: 'backup',
      name: 'Backup of ESP32-C3 84:f7:03:01:02:03',
      chip: 'esp32c3',
      firmware: null,
      sizeBytes: flash.length,
      sha256: sha256Of(flash),
      parts: [{ name: 'flash', address: 0, sizeBytes: flash.length, md5: md5Of(flash) }],
      addedAt: clock.iso,
      path: join(dir.path, 'data/backups/ESP32-C3-84f703010203-20261121T120000.bin'),
      problem: null,
    });
    expect((await library.list()).at(-1)).toEqual(image);
    const loaded = value(await library.load({ id: image.id }));
    expect(loaded.parts.map(({ data, address }) => [address, flash.equals(data)])).toEqual([[0, true]]);
    expect([loaded.chip, loaded.partitions.map(({ name }) => name)]).toEqual(['esp32c3', ['nvs']]);
    const second = value(await backUp(library, flash));
    expect(second.id).toBe(`${image.id}-2`);
    expect(await library.remove(image.id, 'user:kim')).toEqual({ ok: true, value: { removed: true } });
    expect((await library.list()).filter(({ kind }) => kind === 'backup').map(({ id }) => id)).toEqual([second.id]);
  });

  it('leave nothing when they are given up, or are not what the chip holds', async () => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    const files = () => readdir(join(dir.path, 'data/backups'));
    const target = value(await library.backupTarget(facts));
    await target.write(Buffer.from('abc'));
    expect((await files()).length).toBe(1);
    await target.discard();
    await target.discard();
    const other = value(await library.backupTarget(facts));
    await other.write(Buffer.from('abc'));
    expect(code(await other.commit({ md5: md5Of(Buffer.from('abd')), firmware: null }))).toBe('verify_failed');
    expect(await files()).toEqual([]);
    await expect(other.write(Buffer.from('x'))).rejects.toThrow('already closed');
  });

  it('that were changed on the disk are refused', async () => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    const { id, path } = value(await backUp(library, Buffer.alloc(5_000, 1)));
    await writeFile(must(path, 'a path'), Buffer.alloc(5_000, 2));
    expect(code(await library.load({ id }))).toBe('image_damaged');
    expect((await library.list()).at(-1)?.problem?.code).toBe('image_damaged');
  });

  it('cannot be begun without their folder', async () => {
    await using dir = await openTempDir('images');
    const { library } = await scene(dir);
    await rm(join(dir.path, 'data/backups'), { recursive: true });
    expect(code(await library.backupTarget(facts))).toBe('disk_full');
  });
});

describe('load', () => {
  it.each(['', 'user:', 'user:../../etc/passwd', 'backup:none', `user:${'0'.repeat(64)}`, 'other:1'])(
    'finds nothing for the id %j',
    async (id) => {
      await using dir = await openTempDir('images');
      const { library } = await scene(dir);
      expect(code(await library.load({ id }))).toBe('image_missing');
    },
  );
});
