import { expect, test } from 'vitest';
import { activeFaults, deviceFaultsSchema, noFaults } from '../../../../src/shared/api/plant';

const everything = {
  networkDown: true,
  sensorDropout: 1,
  sensorDriftPerHour: -0.5,
  sensorDead: true,
  stuckGpio: 0,
  duplicateShare: 0.1,
  reorderShare: 0.1,
  lossShare: 0.1,
  delayMs: 1,
  clockOffsetS: -1,
};

test('what is left out is off, and every fault that is on is named', () => {
  expect(noFaults).toEqual({
    networkDown: false,
    sensorDropout: 0,
    sensorDriftPerHour: 0,
    sensorDead: false,
    stuckGpio: null,
    duplicateShare: 0,
    reorderShare: 0,
    lossShare: 0,
    delayMs: 0,
    clockOffsetS: 0,
  });
  expect(activeFaults(noFaults)).toEqual([]);
  expect(activeFaults(deviceFaultsSchema.parse(everything))).toEqual(Object.keys(noFaults));
  for (const [name, value] of Object.entries(everything))
    expect(activeFaults(deviceFaultsSchema.parse({ [name]: value }))).toEqual([name]);
});

test.for([
  { sensorDropout: 1.1 },
  { duplicateShare: -0.1 },
  { delayMs: 10_001 },
  { delayMs: 0.5 },
  { stuckGpio: 49 },
  { clockOffsetS: Number.NaN },
  { sensorDriftPerHour: Number.POSITIVE_INFINITY },
  { brownOut: true },
])('%o is refused', (faults) => {
  expect(deviceFaultsSchema.safeParse(faults).success).toBe(false);
});
