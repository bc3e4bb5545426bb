import { describe, expect, it } from 'vitest';
import type { ChipId } from '../../../src/shared/domain/chips';
import type { ChipName } from '../../fakes/virtual-esp/virtual-board';
import { flashImage } from '../../fakes/flash-image';
import { FlashScene, PORT } from '../../fakes/flash-scene';

const chips: readonly (ChipName & ChipId)[] = ['esp32', 'esp32s2', 'esp32s3', 'esp32c3', 'esp32c6'];

describe('a flash job on a sound board', () => {
  it.each(chips)('writes an image to a blank %s, proves it and starts it', async (chip) => {
    await using scene = new FlashScene();
    const board = scene.board({ chip });
    const image = scene.add(flashImage({ chip }));
    const t0=Date.now();
    const job = await scene.flash({ imageId: image.image.id });
    console.log(chip, Date.now()-t0, job.state, job.error, job.notes, job.bootLog, job.baud, job.facts, board.stats.commands);
    expect(job.state).toBe('done');
    expect(scene.holds(board, image)).toBe(true);
  });
});
