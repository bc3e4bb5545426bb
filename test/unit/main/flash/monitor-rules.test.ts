import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedLine, flushLine, levelOf, MAX_LINE_CHARS, noLine } from '../../../../src/main/flash/monitor-rules';
import { seedOfRun } from '../../../fakes/random';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const texts = (input: string | Uint8Array) =>
  feedLine(noLine, typeof input === 'string' ? bytesOf(input) : input, 5).lines.map(({ text }) => text);

/** An Improv packet: prefix, type, length, data, checksum. */
function packet(type: number, data: readonly number[]): Uint8Array {
  const body = [...bytesOf('IMPROV'), 1, type, data.length, ...data];
  return Uint8Array.from([...body, body.reduce((sum, byte) => (sum + byte) & 0xff, 0)]);
}

function joined(...pieces: readonly (string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...(typeof piece === 'string' ? bytesOf(piece) : piece)]));
}

describe('feedLine', () => {
  it.each<[string, string | Uint8Array, string[]]>([
    ['line feeds', 'one\ntwo\n', ['one', 'two']],
    ['carriage returns with line feeds', 'one\r\ntwo\r\n', ['one', 'two']],
    ['lone carriage returns', 'one\rtwo\r', ['one', 'two']],
    ['empty lines, which say nothing', '\n\r\n  \none\n\n', ['one']],
    ['a line that has not ended', 'one\ntw', ['one']],
    ['umlauts', 'Füllstand 3,2 µS\n', ['Füllstand 3,2 µS']],
    ['ANSI colours', '\u001b[0;32mI (12) main: up\u001b[0m\n', ['I (12) main: up']],
    ['control characters', 'a\u0007b\u0000c\td\n', ['a\ufffdb\ufffdc\td']],
    ['other escapes', 'a\u001b]0;title\n', ['a\ufffd]0;title']],
    ['what turns the reading direction', 'a\u202eb\n', ['a\ufffdb']],
    ['bytes that are no UTF-8', Uint8Array.of(0x61, 0xff, 0x62, 0x0a), ['a\ufffdb']],
    ['an Improv packet', joined('\n', packet(4, [1, 10, 13, 0]), '\n'), ['[Improv result, 4 bytes]']],
    ['Improv between log text', joined('I (1) a', packet(1, [2]), 'I (2) b\n'), ['I (1) a', '[Improv state, 1 byte]', 'I (2) b']], // prettier-ignore
    ['an empty Improv packet', packet(3, []), ['[Improv command, 0 bytes]']],
    ['an unknown Improv packet', packet(9, [1]), ['[Improv packet of type 9, 1 byte]']],
    ['a damaged Improv packet', packet(2, [3]).map((byte, index) => (index === 9 ? byte ^ 1 : byte)), ['[Improv error, 1 byte, with a wrong checksum]']], // prettier-ignore
    ['the word IMPROV alone', 'IMPROV your day\n', ['IMPROV your day']],
  ])('reads %s', (_what, input, expected) => {
    expect(texts(input)).toEqual(expected);
  });

  it('never shows what a packet holds', () => {
    const secret = [...bytesOf('secret password')];
    expect(texts(joined(packet(3, secret), '\n')).join()).not.toContain('secret');
  });

  it('gives a line the time of its first byte', () => {
    const begun = feedLine(noLine, bytesOf('on'), 100);
    const { lines, state } = feedLine(begun.state, bytesOf('e\ntwo\n'), 250);
    expect(lines).toEqual([
      { atMs: 100, text: 'one', level: null },
      { atMs: 250, text: 'two', level: null },
    ]);
    expect(state).toEqual(noLine);
  });

  it('cuts a line without an end, between characters', () => {
    const lines = texts(`${'€'.repeat(1_000)}\n`);
    expect(lines.join('')).toBe('€'.repeat(1_000));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(MAX_LINE_CHARS);
  });

  it('does not care how the bytes are cut', () => {
    const piece = fc.oneof(
      fc.constantFrom('I (1) up\r\n', 'ä€🔥\n', '\u001b[31mred\u001b[0m\n', 'IMPROV', '\u0001', 'x'.repeat(1_500)),
      fc.uint8Array({ maxLength: 20 }),
      fc.tuple(fc.integer({ min: 0, max: 5 }), fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 30 })).map(([type, data]) => packet(type, data)), // prettier-ignore
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }),
        (pieces, cuts) => {
          const bytes = joined(...pieces);
          const whole = feedLine(noLine, bytes, 1);
          let state = noLine;
          const lines = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const length = 1 + (cuts[turn % cuts.length] ?? 0);
            const fed = feedLine(state, bytes.subarray(at, at + length), 1);
            lines.push(...fed.lines);
            ({ state } = fed);
            at += length;
          }
          expect({ state, lines }).toEqual(whole);
        },
      ),
      { seed: seedOfRun() },
    );
  });

  it('shows any bytes as bounded, printable text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        const { lines, state } = feedLine(noLine, bytes, 1);
        const last = flushLine(state);
        for (const { text } of last ? [...lines, last] : lines) {
          expect(text.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
          expect(text).not.toMatch(/[^\P{Cc}\t]/u);
        }
      }),
      { seed: seedOfRun() },
    );
  });
});

describe('flushLine', () => {
  it.each<[string, string | Uint8Array, string | null]>([
    ['nothing', '', null],
    ['a prompt', 'login: ', 'login: '],
    ['blanks', '   ', null],
    ['half a packet', packet(4, [1, 2, 3]).subarray(0, 10), '[Improv packet, cut off after 10 bytes]'],
  ])('shows %s', (_what, input, expected) => {
    const { state } = feedLine(noLine, typeof input === 'string' ? bytesOf(input) : input, 5);
    expect(flushLine(state)?.text ?? null).toBe(expected);
  });
});

describe('levelOf', () => {
  it.each([
    ['D (1000) tick', 'debug'],
    ['V (1) wifi: scan', 'debug'],
    ['I (25) boot: ESP-IDF v5.3', 'info'],
    ['W (2000) heap low', 'warning'],
    ['E (3000) sensor 4 does not answer', 'error'],
    ['C (3000) flash fails', 'error'],
    ['I (12:00:01.123) app: with wall time', 'info'],
    ['Guru Meditation Error: Core 0 panic', 'error'],
    ["thread 'main' panicked at src/main.rs:4:5", 'error'],
    ['X (1) no such level', null],
    ['I am here', null],
    ['rst:0x1 (POWERON),boot:0xd (SPI_FAST_FLASH_BOOT)', null],
  ])('%s: %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });
});
