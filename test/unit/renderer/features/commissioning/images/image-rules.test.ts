import { describe, expect, test } from 'vitest';
import { MAX_IMAGE_BYTES, type FlashImage } from '../../../../../../src/shared/api/flash';
import {
  changeOf,
  consequenceOf,
  firstChoice,
  isOver,
  orderedImages,
  partCounts,
  shortSha,
  uploadName,
  uploadProblem,
} from '../../../../../../src/renderer/features/commissioning/images/image-rules';
import { sampleFlashJob } from '../sample-jobs';

function image(id: string, kind: FlashImage['kind'], name: string): FlashImage {
  return {
    id,
    kind,
    name,
    chip: 'esp32c3',
    firmware: null,
    sizeBytes: 1,
    sha256: 'a'.repeat(64),
    parts: [],
    problem: null,
  };
}

describe('The list of images', () => {
  test('has bundled ones first and backups last, each by name', () => {
    const images = [
      image('4', 'backup', 'board 2'),
      image('3', 'user', 'b'),
      image('1', 'bundled', 'C6'),
      image('5', 'backup', 'board 10'),
      image('2', 'user', 'a'),
      image('0', 'bundled', 'C3'),
    ];
    expect(orderedImages(images).map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  test('shows the first ten digits of a SHA-256', () => {
    expect(shortSha('5700dafd53bd204d')).toBe('5700dafd53');
  });
});

describe('A file to be added', () => {
  test.each([
    [0, 'empty'],
    [1, null],
    [MAX_IMAGE_BYTES, null],
    [MAX_IMAGE_BYTES + 1, 'tooBig'],
  ] as const)('of %i bytes: %s', (sizeBytes, problem) => {
    expect(uploadProblem(sizeBytes)).toBe(problem);
  });

  test('keeps the end of a name that is too long', () => {
    const name = uploadName(`${'x'.repeat(200)}.bin`);
    expect(name).toBe(`${'x'.repeat(124)}.bin`);
  });
});

describe('Writing an image', () => {
  test('keeps the settings of the board, except from a backup', () => {
    expect(firstChoice('user')).toEqual({ eraseAll: false, skipIfSame: true, keepUserData: true });
    expect(firstChoice('backup')).toEqual({ eraseAll: false, skipIfSame: true, keepUserData: false });
  });

  test.each([
    ['bundled', { eraseAll: false, keepUserData: true }, 'settingsKept'],
    ['bundled', { eraseAll: false, keepUserData: false }, 'settingsLost'],
    ['user', { eraseAll: true, keepUserData: false }, 'erased'],
    ['user', { eraseAll: true, keepUserData: true }, 'erased'],
    ['backup', { eraseAll: false, keepUserData: false }, 'restore'],
  ] as const)('of kind %s with %j: %s', (kind, choice, consequence) => {
    expect(consequenceOf(kind, { skipIfSame: true, ...choice })).toBe(consequence);
  });

  test('changes the sum of what differs in its parts', () => {
    const part = { name: 'p', address: 0, isSame: false };
    const parts = [
      { ...part, sizeBytes: 100, changedBytes: 0 },
      { ...part, sizeBytes: 300, changedBytes: 200 },
    ];
    expect(changeOf({ parts })).toEqual({ changedBytes: 200, totalBytes: 400 });
  });
});

describe('A flash job', () => {
  test('is over in three states', () => {
    const states = ['queued', 'connecting', 'erasing', 'writing', 'verifying', 'resetting', 'reading', 'done', 'failed', 'cancelled'] as const; // prettier-ignore
    expect(states.filter((state) => isOver({ state }))).toEqual(['done', 'failed', 'cancelled']);
  });

  test('counts what was proved', () => {
    const part = { name: 'p', address: 0, size: 1, md5: 'x', writtenBytes: 0 };
    const parts = [
      { ...part, verified: true, skipped: true },
      { ...part, verified: true, skipped: false },
      { ...part, verified: false, skipped: false },
    ];
    expect(partCounts(sampleFlashJob({ parts }))).toEqual({ verified: 2, skipped: 1, all: 3 });
  });
});
