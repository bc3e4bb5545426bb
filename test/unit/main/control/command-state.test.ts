import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFinal, nextCommand, type CommandEvent, type EndState } from '../../../../src/main/control/command-state';
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

const ended = (
  by: 'response' | 'outcome',
  state: EndState,
  { code, ...more }: { code?: string | undefined; isRetryable?: boolean; result?: Record<string, unknown> },
): CommandEvent => ({ kind: 'ended', by, state, ...(code !== undefined && { code }), ...more });
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

  it.each<[CommandEvent, CommandEvent]>([
    [answered, applied],
    [applied, answered],
  ])('joins the words of two signals that agree, whichever is first', (first, second) => {
    expect(after(first, second)).toMatchObject({ state: 'applied', message: 'Command executed', code: 'NONE' });
  });

  it.each([
    ['NONE', 'SENSOR_NOT_FOUND', 'SENSOR_NOT_FOUND'],
    ['EXECUTE_FAIL', 'NONE', 'EXECUTE_FAIL'],
    ['EXECUTE_FAIL', 'SENSOR_NOT_FOUND', 'EXECUTE_FAIL'],
    ['NONE', undefined, 'NONE'],
    [undefined, 'NONE', 'NONE'],
    [undefined, undefined, undefined],
  ])('of the codes %s of the outcome and %s of the response takes %s', (ofOutcome, ofResponse, expected) => {
    const outcome = ended('outcome', 'failed', { code: ofOutcome });
    const response = ended('response', 'failed', { code: ofResponse });
    expect([after(outcome, response).code, after(response, outcome).code]).toEqual([expected, expected]);
  });

  it('takes nothing over from a second signal that disagrees, but records it as late and says so', () => {
    const command = after(failed, applied);
    expect([command.state, command.code, command.message, command.conflict, lateIn(command)]).toEqual([
      'failed',
      undefined,
      'no pin',
      true,
      ['outcome_applied'],
    ]);
  });

  it('sees the contradiction of two answers after the time-out', () => {
    expect(after(timeout, failed)).toMatchObject({ state: 'unconfirmed' });
    expect(after(timeout, failed).conflict).toBeUndefined();
    expect(after(timeout, failed, applied)).toMatchObject({ state: 'unconfirmed', conflict: true });
  });

  it('sees that a command which seemed not sent was executed', () => {
    expect(after(notSent, applied)).toMatchObject({ state: 'failed', message: 'broker away', conflict: true });
    expect(after(notSent, failed)).toMatchObject({ state: 'failed', message: 'no pin' });
    expect(after(notSent, failed).conflict).toBeUndefined();
  });

  it('joins a repetition in other words with the first one', () => {
    const inOtherWords: CommandEvent = { ...answered, message: 'Already on', code: 'X' };
    const one = after(answered, inOtherWords);
    expect(one).toEqual(after(inOtherWords, answered));
    expect(one).toMatchObject({ message: 'Already on', code: 'X', history: [{ event: 'sent' }, { code: 'X' }] });
  });

  it('remembers that another try is worth while, if the end says so', () => {
    const again = ended('outcome', 'failed', { isRetryable: true });
    const never = ended('outcome', 'failed', { isRetryable: false });
    expect([after(again).retryable, after(failed, again).retryable, after(never).retryable]).toEqual([
      true,
      true,
      undefined,
    ]);
    expect(after(applied, again).retryable).toBeUndefined();
    expect(after(never, again).retryable).toBe(true);
    const known = after(again);
    expect(nextCommand(known, again, 'later', 999)).toBe(known);
  });

  it('keeps what the device answered besides, the first word for each name', () => {
    const first = ended('response', 'applied', { result: { raw: 2140, quality: 'good' } });
    const second = ended('response', 'applied', { result: { raw: 7, sensor_type: 'moisture' } });
    expect(after(first).result).toEqual({ raw: 2140, quality: 'good' });
    expect(after(first, second).result).toEqual({ raw: 2140, quality: 'good', sensor_type: 'moisture' });
    expect(after(timeout, first)).toMatchObject({ state: 'unconfirmed', result: { raw: 2140 } });
  });

  it('is told more without being ended', () => {
    const told: CommandEvent = { kind: 'told', result: { devices: [] } };
    expect(after(told)).toEqual({ ...sent, result: { devices: [] } });
    const known = after(told);
    expect(nextCommand(known, { kind: 'told', result: { devices: ['other'] } }, at, 1)).toBe(known);
    expect(after(told, answered)).toMatchObject({ state: 'applied', result: { devices: [] } });
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
    const once = after(applied);
    expect(nextCommand(once, timeout, at, 30_000)).toBe(once);
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
  const texts = { code: fc.constantFrom('NONE', 'X', 'Y'), message: fc.constantFrom('a', 'b', 'c') };
  const accepting = fc.record({ kind: fc.constant('accepted' as const), ...texts }, { requiredKeys: ['kind'] });
  const ending = (state: EndState): fc.Arbitrary<CommandEvent> =>
    fc.record(
      {
        kind: fc.constant('ended' as const),
        by: fc.constantFrom('response' as const, 'outcome' as const),
        state: fc.constant(state),
        ...texts,
        isRetryable: fc.boolean(),
      },
      { requiredKeys: ['kind', 'by', 'state'] },
    );
  const notSending = fc.record({ kind: fc.constant('not_sent' as const), message: texts.message });
  const event = fc.oneof(accepting, ...states.map(ending), notSending);
  const withTimeout = fc.oneof({ weight: 5, arbitrary: event }, { weight: 1, arbitrary: fc.constant(timeout) });
  /** Signals that agree on the end, and the same signals in another order, some of them repeated. */
  const agreeing = fc.constantFrom(...states).chain((state) => {
    const one = fc.oneof(accepting, ending(state), ...(state === 'failed' ? [notSending] : []));
    return fc.array(one, { maxLength: 8 }).chain((events) => fc.tuple(fc.constant(events), reordered(events)));
  });
  const reordered = (events: CommandEvent[]) =>
    fc
      .shuffledSubarray(events, { minLength: 0 })
      .chain((repeated) =>
        fc.shuffledSubarray([...events, ...repeated], { minLength: events.length + repeated.length }),
      );
  const targetOf = (one: CommandEvent): CommandState | undefined =>
    one.kind === 'ended'
      ? one.state
      : one.kind === 'timeout'
        ? 'unconfirmed'
        : one.kind === 'not_sent'
          ? 'failed'
          : undefined;
  const check = <T>(property: fc.IProperty<T>) => fc.assert(property, { seed: seedOfRun(), numRuns: 1_000 });
  const outcomeOf = ({ state, code, message, conflict, retryable }: CommandView) => ({
    state,
    code,
    message,
    conflict,
    retryable,
  });

  it('signals that agree give the same end and the same words', () => {
    check(
      fc.property(agreeing, ([events, others]) => {
        expect(outcomeOf(after(...others))).toEqual(outcomeOf(after(...events)));
        expect(after(...events).conflict).toBeUndefined();
      }),
    );
  });

  it('signals that disagree are a conflict in every order, and the first terminal one decides', () => {
    const both = fc
      .array(withTimeout, { maxLength: 8 })
      .chain((events) => fc.tuple(fc.constant(events), reordered(events)));
    check(
      fc.property(both, ([events, others]) => {
        const said = new Set(events.map(targetOf).filter((state) => state !== undefined && state !== 'unconfirmed'));
        for (const order of [events, others]) {
          const command = after(...order);
          expect(command.conflict ?? false).toBe(said.size > 1);
          expect(command.state).toBe(
            order.map(targetOf).find((state) => state !== undefined) ?? (order.length > 0 ? 'accepted' : 'sent'),
          );
        }
      }),
    );
  });

  it('a final state is never left, nor is its latency', () => {
    check(
      fc.property(fc.array(withTimeout), (events) => {
        let command = sent;
        for (const [index, one] of events.entries()) {
          const next = nextCommand(command, one, at, index);
          if (isFinal(command.state)) expect([next.state, next.latencyMs]).toEqual([command.state, command.latencyMs]);
          command = next;
        }
      }),
    );
  });

  it('words are those of a signal that agrees with the state', () => {
    check(
      fc.property(fc.array(withTimeout), (events) => {
        const { state, code, message } = after(...events);
        const agreed = events.filter((one) => targetOf(one) === state);
        const codes = agreed.map((one) => ('code' in one ? one.code : undefined));
        const messages = agreed.map((one) => ('message' in one ? one.message : undefined));
        if (code !== undefined) expect(codes).toContain(code);
        if (message !== undefined) expect(messages).toContain(message);
      }),
    );
  });

  it('repeating events changes nothing', () => {
    check(
      fc.property(fc.array(withTimeout), (events) => {
        const once = after(...events);
        for (const one of events) expect(nextCommand(once, one, 'later', 999)).toBe(once);
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
