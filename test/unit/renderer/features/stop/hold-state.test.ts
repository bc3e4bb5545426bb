import { describe, expect, it } from 'vitest';
import {
  HOLD_MS,
  idleHold,
  nextHold,
  type HoldEvent,
  type HoldState,
} from '../../../../../src/renderer/features/stop/hold-state';

const holding: HoldState = { name: 'holding', sinceMs: 1_000 };
const fired: HoldState = { name: 'fired' };

describe('a key that acts when held', () => {
  const table: readonly [HoldState, HoldEvent, number, HoldState][] = [
    [idleHold, 'press', 1_000, holding],
    [idleHold, 'tick', 1_000, idleHold],
    [idleHold, 'release', 1_000, idleHold],
    [holding, 'press', 1_200, holding],
    [holding, 'tick', 1_000 + HOLD_MS - 1, holding],
    [holding, 'tick', 1_000 + HOLD_MS, fired],
    [holding, 'release', 1_000 + HOLD_MS - 1, idleHold],
    [holding, 'release', 1_000 + HOLD_MS, fired],
    [holding, 'cancel', 1_000 + HOLD_MS, idleHold],
    [fired, 'press', 2_000, fired],
    [fired, 'tick', 2_000, fired],
    [fired, 'release', 2_000, idleHold],
    [fired, 'cancel', 2_000, idleHold],
  ];

  it.each(table)('goes from %j on %s at %d ms to %j', (state, event, nowMs, expected) => {
    expect(nextHold(state, event, nowMs)).toEqual(expected);
  });
});
