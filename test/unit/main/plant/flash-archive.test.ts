import { expect, test } from 'vitest';
import { FlashArchive } from '../../../../src/main/plant/flash-archive';
import type { DeviceId } from '../../../../src/shared/domain/ids';

const A = 'MOCK_A' as DeviceId;
const B = 'MOCK_B' as DeviceId;

class Place {
  readonly texts = new Map<string, string>();
  writes = 0;
  readonly get = (key: string) => this.texts.get(key);
  readonly set = (key: string, value: string): void => {
    this.writes += 1;
    this.texts.set(key, value);
  };
  readonly remove = (key: string): void => void this.texts.delete(key);
}

const flashOf = (first: number) => new Uint8Array(65_536).fill(255).fill(first, 0, 1);

test('what devices have stored is there after a restart, byte for byte, and takes little room', () => {
  const place = new Place();
  const before = new FlashArchive(place);
  before.load();
  expect(before.of(A)).toBeNull();
  before.save(new Map([[A, flashOf(1)], [B, flashOf(2)]])); // prettier-ignore
  expect([...place.texts.values()].join('').length).toBeLessThan(1_000);

  const after = new FlashArchive(place);
  after.load();
  expect(Buffer.compare(after.of(A) ?? new Uint8Array(), flashOf(1))).toBe(0);
  expect(Buffer.compare(after.of(B) ?? new Uint8Array(), flashOf(2))).toBe(0);
});

test('nothing is written while nothing has changed', () => {
  const place = new Place();
  const archive = new FlashArchive(place);
  archive.save(new Map([[A, flashOf(1)]]));
  archive.save(new Map([[A, flashOf(1)]]));
  expect(place.writes).toBe(1);
  archive.save(new Map([[A, flashOf(2)]]));
  expect(place.writes).toBe(2);
});

test('a text that cannot be read is as none', () => {
  for (const text of ['', '{', '[]', '{"MOCK_A":7}', '{"MOCK_A":"!!"}', '{"MOCK_A":"AAAA"}']) {
    const place = new Place();
    new FlashArchive(place).save(new Map([[A, flashOf(1)]]));
    for (const key of place.texts.keys()) place.texts.set(key, text);
    const archive = new FlashArchive(place);
    archive.load();
    expect(archive.of(A), text).toBeNull();
  }
});

test('what was removed is forgotten for good', () => {
  const place = new Place();
  const archive = new FlashArchive(place);
  archive.save(new Map([[A, flashOf(1)]]));
  archive.forget();
  expect([archive.of(A), place.texts.size]).toEqual([null, 0]);
});
