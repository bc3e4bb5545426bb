import { describe, expect, it } from 'vitest';
import { ImageUploads } from '../../../../src/main/flash/image-uploads';
import { ManualClock } from '../../../fakes/manual-clock';

const piece = (offset: number, length: number, totalBytes = 10, name = 'a.bin') => ({
  name,
  offset,
  totalBytes,
  data: Uint8Array.from({ length }, (_unused, index) => offset + index),
});
const scene = () => {
  const clock = new ManualClock();
  return { clock, uploads: new ImageUploads(clock) };
};
type Taken = ReturnType<ImageUploads['take']>;
const code = (taken: Taken) => (taken.ok ? taken.value.receivedBytes : taken.error.code);

describe('ImageUploads', () => {
  it('puts an image together and keeps nothing of it', () => {
    const { clock, uploads } = scene();
    expect(code(uploads.take(piece(0, 4), 'kim'))).toBe(4);
    expect(code(uploads.take(piece(4, 4), 'kim'))).toBe(8);
    expect(uploads.take(piece(8, 2), 'kim')).toEqual({
      ok: true,
      value: { receivedBytes: 10, bytes: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) },
    });
    expect(clock.pending).toBe(0);
  });

  it('begins anew at offset 0, also with another size', () => {
    const { uploads } = scene();
    uploads.take(piece(0, 4), 'kim');
    expect(code(uploads.take(piece(0, 3, 5), 'kim'))).toBe(3);
    expect(uploads.take(piece(3, 2, 5), 'kim')).toEqual({ ok: true, value: { receivedBytes: 5, bytes: Uint8Array.from([0, 1, 2, 3, 4]) } }); // prettier-ignore
  });

  it.each([
    ['a gap', piece(5, 2)],
    ['an overlap', piece(3, 2)],
    ['another size', piece(4, 2, 12)],
    ['a file that was not begun', piece(4, 2, 10, 'other.bin')],
  ])('refuses %s, and asks for the beginning', (_what, next) => {
    const { uploads } = scene();
    uploads.take(piece(0, 4), 'kim');
    expect(uploads.take(next, 'kim')).toMatchObject({ ok: false, error: { code: 'conflict', retryable: true } });
  });

  it.each([
    ['nothing', piece(0, 0), 'invalid'],
    ['more than the file holds', piece(8, 3), 'invalid'],
    ['more than any flash holds', piece(0, 3, 16 * 1024 * 1024 + 1), 'too_large'],
  ])('refuses %s', (_what, next, expected) => {
    expect(code(scene().uploads.take(next, 'kim'))).toBe(expected);
  });

  it('keeps two operators, and two files, apart', () => {
    const { uploads } = scene();
    uploads.take(piece(0, 4), 'kim');
    expect(code(uploads.take(piece(4, 6), 'lee'))).toBe('conflict');
    expect(code(uploads.take(piece(0, 1, 2, 'b.bin'), 'kim'))).toBe(1);
    expect(code(uploads.take(piece(4, 6), 'kim'))).toBe(10);
  });

  it('forgets what does not go on within a minute, and has room for four', () => {
    const { clock, uploads } = scene();
    for (const actor of ['a', 'b', 'c', 'd']) uploads.take(piece(0, 4), actor);
    expect(code(uploads.take(piece(0, 4), 'e'))).toBe('busy');
    clock.advance(59_000);
    uploads.take(piece(4, 2), 'a');
    clock.advance(1_000);
    expect(code(uploads.take(piece(0, 4), 'e'))).toBe(4);
    expect([code(uploads.take(piece(4, 2), 'b')), code(uploads.take(piece(6, 4), 'a'))]).toEqual(['conflict', 10]);
    uploads.stop();
    expect(clock.pending).toBe(0);
  });
});
