import { describe, expect, it } from 'vitest';
import { refusalOfCode, refusalOfError, refusalOfOutcome } from '../../../../src/main/stop/refusal-rules';

describe('Why a device refuses a stop or a clear', () => {
  it.each([
    ['UNAUTHORIZED', 'unauthorized'],
    ['NO_TOKEN_CONFIGURED', 'no_token'],
    ['EMERGENCY_CLEAR_REJECTED', 'clear_rejected'],
    ['VALIDATION_FAIL', undefined],
    [undefined, undefined],
  ])('outcome code %s: %s', (code, refusal) => {
    expect(refusalOfOutcome(code)).toBe(refusal);
  });

  it.each([
    ['unauthorized', 'unauthorized'],
    ['clear_failed', 'clear_rejected'],
    ['too_late', undefined],
    [undefined, undefined],
  ])('legacy error %s: %s', (error, refusal) => {
    expect(refusalOfError(error)).toBe(refusal);
  });

  it.each([
    [3500, 'unauthorized'],
    [3501, 'no_token'],
    [1011, undefined],
  ])('error number %i: %s', (code, refusal) => {
    expect(refusalOfCode(code)).toBe(refusal);
  });
});
