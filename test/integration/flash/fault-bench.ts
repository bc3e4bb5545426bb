/* One board, one image and one job that goes wrong: what the tests of failures share. */
import { expect } from 'vitest';
import type { FlashJob, FlashOptions } from '../../../src/shared/api/flash';
import type { JobErrorCode } from '../../../src/shared/domain/job-errors';
import type { LoadedImage } from '../../../src/main/flash/loaded-image';
import { flashImage } from '../../fakes/flash-image';
import { FlashScene } from '../../fakes/flash-scene';
import type { BoardOptions, VirtualBoard } from '../../fakes/virtual-esp/virtual-board';

export const chip = 'esp32c3';
/** Time goes so fast while a test waits for a deadline of a minute. */
export const HURRY = 60;
const PACE = 10;

type Bench = { readonly scene: FlashScene; readonly board: VirtualBoard; readonly image: LoadedImage };

export function bench(options: Partial<BoardOptions> = {}): Bench {
  const scene = new FlashScene();
  const board = scene.board({ chip, ...options });
  return { scene, board, image: scene.add(flashImage({ chip })) };
}

/** Every failure is two sentences or more: what happened, what to do. */
export function expectFailure(job: FlashJob, code: JobErrorCode): void {
  expect({ state: job.state, code: job.error?.code }).toEqual({ state: code === 'cancelled' ? 'cancelled' : 'failed', code }); // prettier-ignore
  expect(job.error?.message).toMatch(/^[A-Z].*[.:!] .*\.$/s);
  expect(job.finishedAt).toBeDefined();
}

/** The same job once more, on a board that is sound again. */
export async function expectRetryWorks(
  { scene, board, image }: Bench,
  options: Partial<FlashOptions> = {},
): Promise<void> {
  scene.clock.run(PACE);
  scene.watch = () => undefined;
  const job = await scene.flash({ imageId: image.image.id, options });
  expect({ state: job.state, error: job.error }).toEqual({ state: 'done', error: undefined });
  expect(scene.holds(board, image)).toBe(true);
}

export const flash = ({ scene, image }: Bench) => scene.flash({ imageId: image.image.id });
