import { describe, expect, test } from 'vitest';
import { keyLook, keySummary, possibleCommands } from '../../../../src/renderer/control/actuator-rules';
import type { ActuatorView, CommandState } from '../../../../src/shared/api/control';
import { actuatorOf, noon, noonMs } from '../plant-fixtures';

const later = new Date(noonMs + 1000).toISOString();

function requested(command: string, state: CommandState, value?: number): Pick<ActuatorView, 'requested'> {
  return {
    requested: {
      at: noon,
      command,
      commandId: 'c1',
      by: 'user:operator',
      state,
      ...(value !== undefined && { value }),
    },
  };
}

const on = { state: 'on', observed: { at: later, state: 'on', value: 1 } } as const;
const off = { state: 'off', observed: { at: later, state: 'off', value: 0 } } as const;

function summaryAndLook(change: Partial<ActuatorView>, isConnected = true) {
  const summary = keySummary(actuatorOf('ESP_1', 18, change), isConnected);
  return [summary, keyLook(summary)];
}

describe("an actuator's key", () => {
  test('shows the observed state', () => {
    expect(summaryAndLook({ ...on, runtimeS: 134 })).toEqual([
      { kind: 'state', state: 'on', value: 1, runtimeS: 134 },
      'on',
    ]);
    expect(summaryAndLook(off)).toEqual([{ kind: 'state', state: 'off', value: 0, runtimeS: 0 }, 'off']);
  });

  test('counts a dimmed output as on', () => {
    const dimmed = { state: 'pwm', observed: { at: noon, state: 'pwm', value: 0.6 } } as const;
    expect(summaryAndLook(dimmed)).toEqual([{ kind: 'state', state: 'pwm', value: 0.6, runtimeS: 0 }, 'on']);
  });

  test.each(['sent', 'accepted'] as const)('shows the request while it is %s, never the wish as a state', (state) => {
    expect(summaryAndLook({ ...off, ...requested('ON', state) })).toEqual([
      { kind: 'requested', command: 'ON', value: undefined },
      'pending',
    ]);
  });

  test('after a loss is unknown, with what was last seen', () => {
    const last = { at: noon, state: 'on', value: 1 } as const;
    expect(summaryAndLook({ state: 'unknown', last })).toEqual([{ kind: 'unknown', last }, 'unknown']);
  });

  test('without the console is unknown, whatever it was', () => {
    expect(summaryAndLook({ ...on, ...requested('ON', 'sent') }, false)).toEqual([
      { kind: 'unknown', last: on.observed },
      'unknown',
    ]);
  });

  test('names a discrepancy', () => {
    expect(summaryAndLook({ ...off, ...requested('ON', 'applied'), discrepancy: true })).toEqual([
      { kind: 'discrepancy', command: 'ON', value: undefined, state: 'off', observedValue: 0 },
      'attention',
    ]);
  });

  test('says that the device holds it off', () => {
    const block = { code: 'blocked', message: 'A stop is engaged.', details: { stopId: 's1' } };
    expect(summaryAndLook({ ...off, emergency: 'active', blockedBy: [block] })).toEqual([{ kind: 'stopped' }, 'off']);
    expect(summaryAndLook({ ...off, emergency: 'active' })).toEqual([{ kind: 'emergency' }, 'attention']);
  });

  test('says that a command was not confirmed, until the device is seen to have done it', () => {
    expect(summaryAndLook({ ...off, ...requested('ON', 'unconfirmed') })).toEqual([
      { kind: 'unconfirmed', state: 'off', value: 0 },
      'attention',
    ]);
    expect(summaryAndLook({ ...on, ...requested('ON', 'unconfirmed') })[1]).toBe('on');
    expect(summaryAndLook({ ...off, ...requested('OFF', 'unconfirmed') })[1]).toBe('off');
  });

  test.each(['applied', 'failed', 'rejected', 'expired'] as const)(
    'a %s command leaves the observed state on the key',
    (state) => {
      expect(summaryAndLook({ ...off, ...requested('ON', state) })[1]).toBe('off');
    },
  );
});

describe('what can be commanded', () => {
  const block = (code: string) => ({ code, message: '' });

  test.each([
    [[], { canSwitchOn: true, canSwitchOff: true }],
    [[block('blocked')], { canSwitchOn: false, canSwitchOff: true }],
    [[block('offline')], { canSwitchOn: false, canSwitchOff: false }],
    [[block('blocked'), block('offline')], { canSwitchOn: false, canSwitchOff: false }],
    [[block('not_approved')], { canSwitchOn: false, canSwitchOff: false }],
  ])('with %j', (blockedBy, expected) => {
    expect(possibleCommands({ blockedBy }, true)).toEqual(expected);
  });

  test('without the console nothing', () => {
    expect(possibleCommands({ blockedBy: [] }, false)).toEqual({ canSwitchOn: false, canSwitchOff: false });
  });
});
