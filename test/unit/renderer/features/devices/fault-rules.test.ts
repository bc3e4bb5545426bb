import { expect, test } from 'vitest';
import { faultChoices, faultGroups, withFault } from '../../../../../src/renderer/features/devices/fault-rules';
import { activeFaults, deviceFaultsSchema, noFaults } from '../../../../../src/shared/api/plant';

const names = faultGroups.flatMap((group) => [...group.names]);

test('every fault stands in one group', () => {
  expect(names.toSorted()).toEqual(Object.keys(noFaults).toSorted());
});

test.for(names)('%s: the first choice is off, every other one is on, and the console takes each', (name) => {
  const [off, ...others] = faultChoices(name, noFaults[name], [18, 19]);
  expect(others.length).toBeGreaterThan(0);
  expect(activeFaults(withFault(noFaults, name, off?.value ?? null))).toEqual([]);
  for (const { value } of others) {
    const faults = withFault(noFaults, name, value);
    expect(activeFaults(faults)).toEqual([name]);
    expect(deviceFaultsSchema.parse(faults)).toEqual(faults);
  }
  expect(new Set([off, ...others].map((choice) => choice?.key)).size).toBe(others.length + 1);
});

test('a value that a script has set is one more choice', () => {
  expect(faultChoices('delayMs', 77, []).map(({ key }) => key)).toEqual(['0', '500', '3000', '77']);
  expect(faultChoices('stuckGpio', 5, [18]).map(({ key }) => key)).toEqual(['null', '18', '5']);
});
