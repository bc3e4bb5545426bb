import { describe, expect, test } from 'vitest';
import { agePart, durationParts } from '../../../../src/renderer/ui/duration-rules';

const s = 1000;
const min = 60 * s;
const h = 60 * min;
const d = 24 * h;

const wordsOf = (ms: number) =>
  durationParts(ms)
    .map(({ count, unit }) => `${count} ${unit}`)
    .join(' ');

describe('a duration in words', () => {
  test.each([
    [-5, '0 ms'],
    [212, '212 ms'],
    [999.4, '999 ms'],
    [1000, '1 s'],
    [3460, '3.4 s'],
    [9999, '9.9 s'],
    [41_700, '41 s'],
    [4 * min + 35 * s, '4 min 35 s'],
    [10 * min, '10 min'],
    [3 * h + 12 * min + 50 * s, '3 h 12 min'],
    [2 * d + 5 * h, '2 d 5 h'],
    [18 * d + 5 * h, '18 d'],
  ])('%d ms: %s', (ms, expected) => {
    expect(wordsOf(ms)).toBe(expected);
  });

  test.each([
    [-1, '0 s'],
    [59_999, '59 s'],
    [6 * min + 59 * s, '6 min'],
    [23 * h + 59 * min, '23 h'],
    [18 * d, '18 d'],
  ])('as an age of one unit, %d ms: %s', (ms, expected) => {
    const { count, unit } = agePart(ms);
    expect(`${count} ${unit}`).toBe(expected);
  });
});
