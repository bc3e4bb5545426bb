import { expect, test } from 'vitest';
import { reconnectDelayMs } from '../../../../src/renderer/connection/reconnect-rules';

test('the wait grows up to five seconds and at least half of it is kept', () => {
  expect([0, 1, 2, 5, 50].map((attempt) => reconnectDelayMs(attempt, 1))).toEqual([250, 450, 810, 4724, 5000]);
  expect([0, 1, 50].map((attempt) => reconnectDelayMs(attempt, 0))).toEqual([125, 225, 2500]);
});
