import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../../../src/main/link/back-off';
import { seedOfRun } from '../../../fakes/random';

describe('backOffMs', () => {
  it.each([
    [0, 0, 125],
    [1, 0, 250],
    [1, 1, 500],
    [2, 0.5, 750],
    [5, 1, 8_000],
    [6, 1, 15_000],
    [1_000, 0, 7_500],
    [1_000, 1, 15_000],
  ])('attempt %i with random %d waits %i ms', (attempt, random, expected) => {
    expect(backOffMs(attempt, random)).toBe(expected);
  });

  it('always stays within an eighth of a second and 15 seconds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const wait = backOffMs(attempt, random);
        return wait >= 125 && wait <= 15_000;
      }),
      { seed: seedOfRun() },
    );
  });
});
