import { describe, expect, it } from 'vitest';
import { flashImage } from '../../fakes/flash-image';
import { FlashScene, PORT } from '../../fakes/flash-scene';
import { bench, chip, expectFailure, expectRetryWorks, flash } from './fault-bench';

describe('an image that does not fit is refused before anything is erased', () => {
  it('for another chip', async () => {
    const here = bench({ chip: 'esp32s3' });
    await using scene = here.scene;
    const job = await flash(here);
    expectFailure(job, 'wrong_chip');
    expect(job.error?.details).toEqual({ chip: 'ESP32-S3', expected: 'ESP32-C3' });
    expect(here.board.stats.erasedSectors).toBe(0);
    const right = scene.add(flashImage({ chip: 'esp32s3' }));
    await expectRetryWorks({ ...here, image: right });
  });

  it('for a newer revision', async () => {
    const here = bench({ revision: '0.3' });
    await using scene = here.scene;
    scene.add(flashImage({ chip, minimumRevision: 4 }));
    const job = await flash(here);
    expectFailure(job, 'chip_too_old');
    expect(job.error?.details).toEqual({ revision: 'v0.3', required: 'v0.4' });
    expect(here.board.stats.erasedSectors).toBe(0);
    scene.add(flashImage({ chip, minimumRevision: 3 }));
    await expectRetryWorks(here);
  });

  it('for more flash than there is', async () => {
    const here = bench({ flashSizeBytes: 2 * 1024 * 1024 });
    await using scene = here.scene;
    const job = await flash(here);
    expectFailure(job, 'flash_too_small');
    expect(job.error?.details).toEqual({ flashSizeBytes: 2 * 1024 * 1024, requiredBytes: 0x3c2000 });
    expect(job.error?.message).toContain('2 MB');
    expect(here.board.stats.erasedSectors).toBe(0);
    scene.serial.detach(PORT);
    await expectRetryWorks({ ...here, board: scene.board({ chip }) });
  });

  it('for a flash that does not answer', async () => {
    const here = bench({ faults: { deadFlash: true } });
    await using _scene = here.scene;
    expectFailure(await flash(here), 'flash_unknown');
    here.board.faults.deadFlash = false;
    await expectRetryWorks(here);
  });

  it.each([
    ['secureDownload', 'secure_download'],
    ['secureBoot', 'secure_download'],
    ['flashEncrypted', 'flash_encrypted'],
  ] as const)('by the security of the chip: %s', async (fault, code) => {
    const here = bench({ faults: { [fault]: true } });
    await using _scene = here.scene;
    const job = await flash(here);
    expectFailure(job, code);
    expect(job.error?.retryable).toBe(false);
    expect(here.board.stats.erasedSectors).toBe(0);
    expect(here.board.stats.programmedBytes).toBe(0);
    here.board.faults[fault] = false;
    here.board.pressReset();
    await expectRetryWorks(here);
  });

  it('for an encrypted ESP32, which has no security information', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip: 'esp32', faults: { flashEncrypted: true } });
    const image = scene.add(flashImage({ chip: 'esp32' }));
    expectFailure(await scene.flash({ imageId: image.image.id }), 'flash_encrypted');
    expect(board.stats.programmedBytes).toBe(0);
  });

  it('for an ESP32 with secure boot, which has no security information either', async () => {
    await using scene = new FlashScene();
    const board = scene.board({ chip: 'esp32', faults: { secureBoot: true } });
    const image = scene.add(flashImage({ chip: 'esp32' }));
    expectFailure(await scene.flash({ imageId: image.image.id }), 'secure_download');
    expect(board.stats.programmedBytes).toBe(0);
  });

  it.each([
    ['blank', {}],
    ['to be erased as a whole', { eraseAll: true }],
  ])('when it is an application alone and the board is %s', async (state, options) => {
    const here = bench();
    await using scene = here.scene;
    if (state !== 'blank') await flash(here);
    const { parts, image } = here.image;
    const alone = scene.add({ image: { ...image, id: 'user:alone', kind: 'user' }, chip, minimumRevision: 0, partitions: [], parts: parts.slice(2) }); // prettier-ignore
    const { erasedSectors } = here.board.stats;
    expectFailure(await scene.flash({ imageId: alone.image.id, options }), 'image_unfit');
    expect(here.board.stats.erasedSectors).toBe(erasedSectors);
    expect((await scene.service.inspect(PORT, alone.image.id)).ok).toBe(true);
    await expectRetryWorks(here);
  });

  it('when a part would overwrite the settings', async () => {
    const here = bench();
    await using scene = here.scene;
    const { image, parts, partitions } = here.image;
    const data = Buffer.alloc(0x10000 + 100, 1);
    const merged = scene.add({ image: { ...image, id: 'user:merged', kind: 'user' }, chip, minimumRevision: 0, partitions, parts: [{ name: 'merged', address: 0, data, md5: parts[0]?.md5 ?? '' }] }); // prettier-ignore
    const job = await scene.flash({ imageId: merged.image.id });
    expectFailure(job, 'image_unfit');
    expect(job.error?.details).toEqual({ part: 'merged', partition: 'nvs' });
    await expectRetryWorks(here);
  });
});
