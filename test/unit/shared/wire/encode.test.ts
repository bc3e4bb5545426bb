import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodePayload, utf8Bytes } from '../../../../src/shared/wire/encode';
import { outbound } from '../../../../src/shared/wire/message';
import { seedOfRun } from '../../../fakes/random';

const note = outbound({
  name: 'note',
  path: 'note',
  qos: 1,
  isVolatile: true,
  maxBytes: 14,
  schema: z.strictObject({ text: z.string() }),
});

describe('utf8Bytes', () => {
  it.each([
    ['', 0],
    ['a\u007f', 2],
    ['\u0080ß\u07ff', 6],
    ['\u0800€\uffff', 9],
    ['🔥\u{10ffff}', 8],
    ['\ud83d', 3],
    ['\udd25x', 4],
  ])('counts %j as %i', (text, bytes) => {
    expect(utf8Bytes(text)).toBe(bytes);
  });

  it('agrees with Node for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => utf8Bytes(text) === Buffer.byteLength(text)),
      { seed: seedOfRun() },
    );
  });
});

describe('encodePayload', () => {
  it('accepts a payload of exactly its budget', () => {
    expect(encodePayload(note, { text: 'abc' })).toEqual({ ok: true, value: '{"text":"abc"}' });
  });

  it('refuses one byte more, with both sizes', () => {
    expect(encodePayload(note, { text: 'aß€' })).toEqual({
      ok: false,
      error: {
        code: 'too_large',
        message: 'note has 17 bytes; the device accepts 14. Shorten it or split it.',
        retryable: false,
        details: { sizeBytes: 17, maxBytes: 14 },
      },
    });
  });

  it('throws for a payload that breaks its own schema, because that is a bug of the caller', () => {
    expect(() => encodePayload<unknown>(note, { txt: 'abc' })).toThrow('text');
  });
});
