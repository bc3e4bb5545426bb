import { expect, test } from 'vitest';
import { minutesOf } from '../../../../src/renderer/control/duration-input-rules';

test.each([
  ['5', 5],
  [' 1,5 ', 1.5],
  ['2.25', 2.25],
  ['1440', 1440],
  ['1441', null],
  ['0', null],
  ['0.5', null],
  ['-3', null],
  ['', null],
  ['5 min', null],
  ['1e3', null],
])('"%s" minutes are %s', (text, expected) => {
  expect(minutesOf(text)).toBe(expected);
});
