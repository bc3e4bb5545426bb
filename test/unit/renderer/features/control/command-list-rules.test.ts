import { describe, expect, it } from 'vitest';
import {
  allCommands,
  commandPriority,
  mergeCommands,
  passesFilter,
} from '../../../../../src/renderer/features/control/command-list-rules';
import type { CommandView } from '../../../../../src/shared/api/control';
import type { DeviceId } from '../../../../../src/shared/domain/ids';

function command(id: string, change: Partial<CommandView> = {}): CommandView {
  return {
    id,
    kind: 'actuator',
    deviceId: 'ESP_A' as DeviceId,
    gpio: 18,
    command: 'ON',
    state: 'sent',
    issuedBy: 'user:operator',
    at: '2026-11-21T12:00:00.000Z',
    history: [],
    ...change,
  };
}

describe('The list of commands', () => {
  it('shows new ones first and keeps the others in their place, in their newest form', () => {
    const shown = [command('b', { at: '2026-11-21T12:00:05.000Z' }), command('a')];
    const live = {
      a: command('a', { state: 'applied' }),
      c: command('c', { at: '2026-11-21T12:00:09.000Z' }),
      old: command('old', { at: '2026-11-21T11:00:00.000Z' }),
    };
    expect(mergeCommands(shown, live, allCommands).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'c sent',
      'b sent',
      'a applied',
    ]);
  });

  it('takes new ones only when they pass the filter, and drops none that is shown', () => {
    const filter = { ...allCommands, state: 'sent' as const };
    const live = { a: command('a', { state: 'applied' }), c: command('c', { state: 'failed' }) };
    expect(mergeCommands([command('a')], live, filter).map(({ id }) => id)).toEqual(['a']);
  });

  it.each([
    [{ ...allCommands, deviceId: 'ESP_A' }, true],
    [{ ...allCommands, deviceId: 'ESP_B' }, false],
    [{ ...allCommands, kind: 'system' as const }, false],
    [{ ...allCommands, state: 'sent' as const }, true],
  ])('filter %o passes: %s', (filter, passes) => {
    expect(passesFilter(command('a'), filter)).toBe(passes);
  });

  it.each([
    [{ state: 'applied' }, 'none'],
    [{ state: 'sent' }, 'none'],
    [{ state: 'rejected' }, 'low'],
    [{ state: 'unconfirmed' }, 'high'],
    [{ state: 'applied', conflict: true }, 'high'],
  ] as const)('%o is marked %s', (change, priority) => {
    expect(commandPriority(command('a', change))).toBe(priority);
  });
});
