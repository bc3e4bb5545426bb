import { describe, expect, it } from 'vitest';
import { flashProgress } from '../../../../../src/renderer/features/commissioning/flash-progress-rules';
import { sampleFlashJob } from './sample-jobs';

describe('the progress of a flash job', () => {
  it('has bytes, speed and remaining time while it writes', () => {
    expect(flashProgress(sampleFlashJob())).toEqual({
      share: 0.4,
      doneBytes: 400_000,
      totalBytes: 1_000_000,
      bytesPerSecond: 80_000,
      remainingS: 8,
      isAlmostDone: false,
    });
  });

  it('says that it is almost done in place of a number that flickers', () => {
    expect(flashProgress(sampleFlashJob({ remainingS: 1 }))).toMatchObject({ remainingS: null, isAlmostDone: true });
  });

  it('has no speed and no time while nothing moves', () => {
    const facts = flashProgress(sampleFlashJob({ state: 'verifying', bytesWritten: 1_000_000 }));
    expect(facts).toMatchObject({ share: 1, bytesPerSecond: null, remainingS: null, isAlmostDone: false });
  });

  it('has no share before the size is known', () => {
    expect(flashProgress(sampleFlashJob({ state: 'connecting', bytesWritten: 0, bytesTotal: 0 })).share).toBeNull();
  });

  it('never passes the end', () => {
    expect(flashProgress(sampleFlashJob({ bytesWritten: 1_004_096 }))).toMatchObject({
      share: 1,
      doneBytes: 1_000_000,
    });
  });
});
