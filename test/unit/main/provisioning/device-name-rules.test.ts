import { expect, it } from 'vitest';
import { nameForDevice } from '../../../../src/main/provisioning/device-name-rules';

it.each([
  ['a name that fits', 'Zelt 1 – Süd', 'Zelt 1 – Süd'],
  ['a name of 64 umlauts', 'ü'.repeat(64), 'ü'.repeat(32)],
  ['a character that does not fit as a whole', `${'x'.repeat(62)}🌱`, 'x'.repeat(62)],
  ['control characters', 'Zelt\n\t1', 'Zelt 1'],
])('a device is told as much as it keeps of %s', (_name, name, expected) => {
  expect(nameForDevice(name)).toBe(expected);
});
