import { describe, expect, it } from 'vitest';
import { HASH_BYTES, hashPassword, isSameDigest, newPassword, SALT_BYTES } from '../../../../src/main/broker/password';

describe('newPassword', () => {
  it('makes four groups of seven characters that cannot be mistaken for each other, never the same twice', () => {
    const passwords = Array.from({ length: 500 }, newPassword);
    expect(
      passwords.filter((password) => !/^([0-9A-HJKMNP-TV-Z]{7}-){3}[0-9A-HJKMNP-TV-Z]{7}$/.test(password)),
    ).toEqual([]);
    expect(new Set(passwords).size).toBe(500);
  });

  it('uses every character of its alphabet', () => {
    const characters = Array.from({ length: 200 }, newPassword).join('').replaceAll('-', '');
    expect([...new Set(characters)].sort().join('')).toBe('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
  });
});

describe('hashPassword', () => {
  const salt = Buffer.alloc(SALT_BYTES, 7);

  it('gives the scrypt hash with N 16384, r 8, p 1, so that stored accounts stay valid', async () => {
    expect((await hashPassword('7K3M9QX', salt)).toString('hex')).toBe(
      'd30b4a4e383c405a671af544083256280d24e369b9aca7b2991b1601ddb405c3',
    );
  });

  it('gives another hash for another salt or password', async () => {
    const hashes = await Promise.all([
      hashPassword('a', salt),
      hashPassword('b', salt),
      hashPassword('a', Buffer.alloc(SALT_BYTES, 8)),
    ]);
    expect(new Set(hashes.map((hash) => hash.toString('hex'))).size).toBe(3);
    expect(hashes.map(({ length }) => length)).toEqual([HASH_BYTES, HASH_BYTES, HASH_BYTES]);
  });
});

describe('isSameDigest', () => {
  it.each([
    ['equal ones', 'abc', 'abc', true],
    ['the last byte differs', 'abc', 'abd', false],
    ['another length', 'abc', 'abcd', false],
    ['both empty', '', '', true],
    ['one empty', '', 'a', false],
  ])('%s', (_name, a, b, isSame) => {
    expect(isSameDigest(Buffer.from(a), Buffer.from(b))).toBe(isSame);
  });
});
