import { describe, expect, it } from 'vitest';
import { deviceTimeMs } from '../../../../src/shared/wire/timestamp';
import { readVectors } from './vector-files';

type TimeVector = {
  readonly name: string;
  readonly ts: number;
  readonly isTimeValid: boolean;
  readonly expectedMs: number | null;
};
const { vectors } = readVectors('timestamps.json') as { vectors: TimeVector[] };

describe('deviceTimeMs', () => {
  it.each(vectors)('$name', ({ ts, isTimeValid, expectedMs }) => {
    expect(deviceTimeMs(ts, isTimeValid)).toBe(expectedMs);
  });

  it('trusts the time when the device says nothing about its clock', () => {
    expect(deviceTimeMs(1_777_012_400)).toBe(1_777_012_400_000);
  });
});
