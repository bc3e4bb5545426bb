import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFinal, nextCommand, type CommandEvent } from '../../../../src/main/control/command-state';
import { commandStates, type CommandState, type CommandView } from '../../../../src/shared/api/control';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { seedOfRun } from '../../../fakes/random';

const at = '2026-11-21T12:00:01.000Z';
const sentAt = '2026-11-21T12:00:00.000Z';
const sent: CommandView = {
  id: 'c-1',
  kind: 'actuator',
  deviceId: 'ESP_0A1B2C' as DeviceId,
  gpio: 18,
  command: 'ON',
  state: 'sent',
  issuedBy: 'user:operator',
  at: sentAt,
  history: [{ at: sentAt, event: 'sent', state: 'sent' }],
};
const accepted: CommandEvent = { kind: 'accepted', code: 'COMMAND_ACCEPTED' };
const applied: CommandEvent = { kind: 'ended', by: 'outcome', state: 'applied', code: 'NONE', message: 'executed' };
const answered: CommandEvent = { kind: 'ended', by: 'response', state: 'applied', message: 'Command executed' };
const failed: CommandEvent = { kind: 'ended', by: 'response', state: 'failed', message: 'no pin' };
const notSent: CommandEvent = { kind: 'not_sent', message: 'broker away' };
const timeout: CommandEvent = { kind: 'timeout' };

const after = (...events: CommandEvent[]): CommandView =>
  events.reduce((command, event) => nextCommand(command, event, at, 250), sent);
const lateIn = ({ history }: CommandView) => history.filter(({ late }) => late).map(({ event }) => event);

describe('isFinal', () => {
  it('tells the states that end a command', () => {
    expect(commandStates.filter(isFinal)).toEqual(['applied', 'failed', 'rejected', 'expired', 'unconfirmed']);
  });
});

describe('nextCommand', () => {
  it('takes an acceptance as progress, not as an end', () => {
    expect(after(accepted)).toEqual({
      ...sent,
      state: 'accepted',
      history: [...sent.history, { at, event: 'accepted', state: 'accepted', code: 'COMMAND_ACCEPTED' }],
    });
  });

  it('ends with the first terminal signal, its words and its latency', () => {
    expect(after(applied)).toEqual({
      ...sent,
      state: 'applied',
      code: 'NONE',
      message: 'executed',
      latencyMs: 250,
      history: [...sent.history, { at, event: 'outcome_applied', state: 'applied', code: 'NONE', message: 'executed' }],
    });
  });

  it.each<[CommandEvent, CommandState]>([
    [{ kind: 'ended', by: 'outcome', state: 'rejected' }, 'rejected'],
    [{ kind: 'ended', by: 'outcome', state: 'expired' }, 'expired'],
    [{ kind: 'ended', by: 'outcome', state: 'failed' }, 'failed'],
    [failed, 'failed'],
    [notSent, 'failed'],
    [timeout, 'unconfirmed'],
  ])('%j ends as %s', (event, state) => {
    expect(after(event).state).toBe(state);
  });

  it('knows no latency of a command that was not sent or not answered', () => {
    expect([after(notSent), after(timeout)].map((command) => command.latencyMs)).toEqual([undefined, undefined]);
  });

  it('does not flip back when the acceptance arrives last (conformance E4)', () => {
    const command = after(answered, applied, accepted);
    expect([command.state, command.message, lateIn(command)]).toEqual([
      'applied',
      'Command executed',
      ['outcome_applied', 'accepted'],
    ]);
  });

  it('takes the code over from a second signal that agrees', () => {
    expect(after(answered, applied)).toMatchObject({ state: 'applied', message: 'Command executed', code: 'NONE' });
  });

  it('keeps its own code against a second signal that agrees', () => {
    const other: CommandEvent = { kind: 'ended', by: 'response', state: 'applied', code: 'OTHER' };
    expect(after(applied, other).code).toBe('NONE');
  });

  it('takes nothing over from a second signal that disagrees, but records it as late', () => {
    const command = after(failed, applied);
    expect([command.state, command.code, command.message, lateIn(command)]).toEqual([
      'failed',
      undefined,
      'no pin',
      ['outcome_applied'],
    ]);
  });

  it('records an answer after the time-out without taking the state back (conformance E8)', () => {
    const command = after(timeout, answered);
    expect([command.state, command.latencyMs, lateIn(command)]).toEqual([
      'unconfirmed',
      undefined,
      ['response_applied'],
    ]);
  });

  it('ignores a time-out after the end', () => {
    const ended = after(applied);
    expect(nextCommand(ended, timeout, at, 30_000)).toBe(ended);
  });

  it('returns the same object for a repeated event', () => {
    for (const event of [accepted, applied, timeout, notSent]) {
      const once = after(event);
      expect(nextCommand(once, event, 'later', 999)).toBe(once);
    }
  });
});

describe('nextCommand, in any order and with any repetition', () => {
  const states = ['applied', 'failed', 'rejected', 'expired'] as const;
  const texts = {
    code: fc.constantFrom('NONE', 'X'),
    message: fc.constantFrom('a', 'b'),
  };
  const event: fc.Arbitrary<CommandEvent> = fc.oneof(
    fc.record({ kind: fc.constant('accepted' as const), ...texts }, { requiredKeys: ['kind'] }),
    fc.record(
      {
        kind: fc.constant('ended' as const),
        by: fc.constantFrom('response' as const, 'outcome' as const),
        state: fc.constantFrom(...states),
        ...texts,
      },
      { requiredKeys: ['kind', 'by', 'state'] },
    ),
    fc.record({ kind: fc.constant('not_sent' as const), message: texts.message }),
  );
  const withTimeout = fc.oneof({ weight: 4, arbitrary: event }, { weight: 1, arbitrary: fc.constant(timeout) });
  const targetOf = (one: CommandEvent): CommandState =>
    one.kind === 'accepted'
      ? 'accepted'
      : one.kind === 'timeout'
        ? 'unconfirmed'
        : one.kind === 'not_sent'
          ? 'failed'
          : one.state;
  const check = (property: fc.IProperty<[CommandEvent[]]>) => fc.assert(property, { seed: seedOfRun(), numRuns: 500 });

  it('the first terminal signal decides', () => {
    check(
      fc.property(fc.array(withTimeout), (events) => {
        const first = events.map(targetOf).find(isFinal);
        expect(after(...events).state).toBe(first ?? (events.length > 0 ? 'accepted' : 'sent'));
      }),
    );
  });

  it('a final state is never left, nor are its words and its latency', () => {
    check(
      fc.property(fc.array(withTimeout), (events) => {
        let command = sent;
        for (const one of events) {
          const next = nextCommand(command, one, at, 1);
          if (isFinal(command.state)) {
            expect([next.state, next.message, next.latencyMs]).toEqual([
              command.state,
              command.message,
              command.latencyMs,
            ]);
          }
          command = next;
        }
      }),
    );
  });

  it('repeating events changes nothing', () => {
    check(
      fc.property(fc.array(event), (events) => {
        expect(after(...events.flatMap((one) => [one, one]), ...events)).toEqual(after(...events));
      }),
    );
  });

  it('the history holds each kind of signal once, whatever the order', () => {
    check(
      fc.property(fc.array(event), (events) => {
        const names = (list: CommandEvent[]) =>
          after(...list)
            .history.map((entry) => entry.event)
            .toSorted();
        expect(names(events.toReversed())).toEqual(names(events));
        expect(new Set(names(events)).size).toBe(names(events).length);
      }),
    );
  });
});
