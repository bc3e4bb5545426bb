import { expect, test } from 'vitest';
import { barScaleOf, percentOf } from '../../../../src/renderer/ui/bar-rules';
import { valueState } from '../../../../src/renderer/ui/value-state-rules';

const scale = barScaleOf('ds18b20');

test.each([
  ['good', 20, 'quiet', null],
  ['good', 15.9, 'quiet', 'value.below'],
  ['fair', 28.1, 'quiet', 'value.above'],
  ['unknown', 28, 'quiet', null],
  ['poor', 40, 'doubtful', 'quality.poor'],
  ['suspect', 20, 'doubtful', 'quality.suspect'],
  ['critical', 130, 'bad', 'quality.critical'],
  ['error', null, 'bad', 'quality.error'],
  ['good', null, 'quiet', null],
] as const)('quality %s with value %s is %s and says %s', (quality, value, tone, word) => {
  expect(valueState({ quality, value }, scale)).toEqual({ tone, word });
});

test('a type that the console does not know has no bar and no deviation', () => {
  expect([barScaleOf('alien'), valueState({ quality: 'good', value: 1e9 }, null)]).toEqual([
    null,
    { tone: 'quiet', word: null },
  ]);
});

test('the marker stays on the bar', () => {
  expect([-10, 0, 10, 40, 99].map((value) => percentOf(value, [0, 40]))).toEqual([0, 0, 25, 100, 100]);
});
