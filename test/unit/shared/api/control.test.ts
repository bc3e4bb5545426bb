import type { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { controlContract } from '../../../../src/shared/api/control';

const accepts = (procedure: { '~orpc': { inputSchema?: unknown } }, input: object): boolean =>
  (procedure['~orpc'].inputSchema as z.ZodType).safeParse(input).success;

const command = (gpio: unknown) => accepts(controlContract.command, { id: 'ESP_A', gpio, command: 'ON' });
const measure = (gpio: unknown) => accepts(controlContract.measure, { id: 'ESP_A', gpio });

describe('the pin in the path of a command', () => {
  it.each([0, 18, 254, '0', '18', '254'])('may be %j', (gpio) => {
    expect([command(gpio), measure(gpio)]).toEqual([true, true]);
  });

  it.each([' ', '', '0x12', '1e1', '+4', '-1', '4.5', '255', '0018', -1, 4.5, 255, null, true, [18]])(
    'is refused as %j instead of becoming another pin',
    (gpio) => {
      expect([command(gpio), measure(gpio)]).toEqual([false, false]);
    },
  );
});

describe('the cursor of the list of commands', () => {
  it.each([
    ['17', true],
    ['abc', false],
    ['', false],
    ['-1', false],
  ])('%j is taken: %s, because any other text would begin the list anew', (cursor, isTaken) => {
    expect(accepts(controlContract.commands, { cursor })).toBe(isTaken);
  });
});
