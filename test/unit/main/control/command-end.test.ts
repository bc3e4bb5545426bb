import { describe, expect, it } from 'vitest';
import { currentTraceId, withTrace } from '../../../../src/main/trace';
import { sensorResponse, systemResponse } from '../../../../src/shared/wire/messages/command-response';
import { A, B, OPERATOR, found, openCore, type Core } from '../devices/core-bench';
import { PIN, command, refusal, get, respond, outcome, sentCommands, warnings, events } from './command-bench';

describe('the end of a command', () => {
  it('comes in any order without flipping back (conformance E4)', () => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    core.clock.advance(120);
    respond(core, id);
    outcome(core, id, 'applied');
    outcome(core, id, 'accepted');
    const view = get(core, id);
    expect([view.state, view.latencyMs, events(view)]).toEqual([
      'applied',
      120,
      ['sent', 'response_applied', 'outcome_applied late', 'accepted late'],
    ]);
    expect(core.kinds().filter((kind) => kind === 'command.applied')).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a success', {}, 'applied'],
    ['a failure', { success: false, message: 'Unknown command: X' }, 'failed'],
    ['a refusal', { success: false, message: 'Rejected before execution (reason_code=PENDING)' }, 'rejected'],
    ['a failure without words', { success: false, message: null }, 'failed'],
  ])('by response is %s', (_name, fields, state) => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    respond(core, id, fields);
    expect(get(core, id).state).toBe(state);
  });

  it.each([
    ['accepted', 'accepted'],
    ['applied', 'applied'],
    ['persisted', 'applied'],
    ['rejected', 'rejected'],
    ['failed', 'failed'],
    ['expired', 'expired'],
    ['mystery', 'failed'],
  ])('by outcome %s is %s', (word, state) => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    outcome(core, id, word, { code: 'C', reason: 'R' });
    expect([get(core, id).state, get(core, id).history.at(-1)]).toMatchObject([state, { code: 'C', message: 'R' }]);
  });

  it('does not come from a response without an id, or with an unknown one (conformance E6)', () => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    respond(core, undefined);
    respond(core, 'other');
    expect(events(get(core, id))).toEqual(['sent']);
    expect(warnings(core, A)).toEqual([['unmatched_answer', 2, 'actuator pin 18: other']]);
  });

  it('does not come from another pin, another device or an answer of another kind; the device that said so is flagged', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const { id } = command(core);
    respond(core, id, {}, { from: A, gpio: 19 });
    respond(core, id, {}, { from: B, gpio: PIN });
    outcome(core, id, 'applied', { from: B });
    core.control.measured(A, PIN, sensorResponse.schema.parse({ request_id: id, success: true }));
    core.control.systemAnswered(A, systemResponse.schema.parse({ correlation_id: id, command: 'ON', success: true }));
    expect([get(core, id).state, events(get(core, id))]).toEqual(['sent', ['sent']]);
    expect([warnings(core, A), warnings(core, B)]).toEqual([[['foreign_answer', 3, id]], [['foreign_answer', 2, id]]]);
  });

  it('does not come from the outcome of another flow that carries the same id', () => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    for (const flow of ['publish', 'zone', 'offline_rules', 'heartbeat']) outcome(core, id, 'failed', { flow });
    expect(events(get(core, id))).toEqual(['sent']);
    outcome(core, id, 'applied', { flow: 'cmd' });
    expect(get(core, id).state).toBe('applied');
  });

  it('is not warned about when an outcome belongs to nothing that control sent', () => {
    const core = openCore();
    core.approved(A);
    outcome(core, 'emergency_1234_1', 'rejected');
    expect(warnings(core, A)).toEqual([]);
  });

  it('from a device that is not known changes nothing', () => {
    const core = openCore();
    respond(core, 'x');
    expect(core.registry.all()).toEqual([]);
  });

  it('keeps the word of an unknown outcome as code, or the code that the device named (conformance E10)', () => {
    const core = openCore();
    core.approved(A);
    const codes = [{}, { code: 'NONE' }, { code: 'ODD' }].map((more) => {
      const { id } = command(core);
      outcome(core, id, 'mystery', more);
      return [get(core, id).state, get(core, id).code];
    });
    expect(codes).toEqual([
      ['failed', 'mystery'],
      ['failed', 'mystery'],
      ['failed', 'ODD'],
    ]);
  });

  it('is flagged and journaled once when the answers contradict each other, in every order', () => {
    const core = openCore();
    core.approved(A);
    const one = command(core);
    respond(core, one.id);
    outcome(core, one.id, 'failed', { code: 'EXECUTE_FAIL', reason: 'pin busy' });
    outcome(core, one.id, 'failed', { code: 'EXECUTE_FAIL', reason: 'pin busy' });
    const other = command(core);
    outcome(core, other.id, 'failed', { code: 'EXECUTE_FAIL', reason: 'pin busy' });
    respond(core, other.id);
    expect([get(core, one.id), get(core, other.id)]).toMatchObject([
      { state: 'applied', conflict: true },
      { state: 'failed', conflict: true, code: 'EXECUTE_FAIL', message: 'pin busy' },
    ]);
    const entries = core.entries.filter(({ kind }) => kind === 'command.conflict');
    expect(entries.map(({ message }) => message)).toEqual([
      `${A}: the answers to pin 18 ON contradict each other; applied counts. Check on the device what is true.`,
      `${A}: the answers to pin 18 ON contradict each other; failed counts. Check on the device what is true.`,
    ]);
  });

  it('says that another try is worth while when the device says so', () => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    outcome(core, id, 'failed', { code: 'EXECUTE_FAIL', retryable: true });
    expect(get(core, id)).toMatchObject({ state: 'failed', retryable: true });
  });

  it('is unconfirmed after 30 s; a later answer goes into the history (conformance E8)', () => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    core.clock.advance(29_999);
    expect(get(core, id).state).toBe('sent');
    core.clock.advance(1);
    expect(get(core, id).state).toBe('unconfirmed');
    core.clock.advance(60_000);
    respond(core, id);
    expect([get(core, id).state, events(get(core, id))]).toEqual([
      'unconfirmed',
      ['sent', 'timeout', 'response_applied late'],
    ]);
    expect(found(core.actuators.view(A, PIN)).acknowledged).toMatchObject({ commandId: id, success: true });
  });

  it('is not hastened by a jump of the wall clock', () => {
    const core = openCore();
    core.approved(A);
    const { id } = command(core);
    core.clock.jump(3_600_000);
    core.clock.advance(1_000);
    respond(core, id);
    expect(get(core, id)).toMatchObject({ state: 'applied', latencyMs: 1_000 });
  });

  it.each(['refuses', 'silent'] as const)(
    'is a failure when the broker does not take the message over (%s)',
    (mood) => {
      const core = openCore();
      core.approved(A);
      core.connection.mood = mood;
      const { id } = command(core);
      core.clock.advance(5_000);
      const ended = { state: 'failed', message: 'The broker did not take the message over.' };
      expect(get(core, id)).toMatchObject(ended);
      expect(found(core.actuators.view(A, PIN)).requested).toMatchObject({ commandId: id, state: 'failed' });
      core.store.batch.flush();
      const again = core.restart();
      expect(get(again, id)).toMatchObject({ ...ended, history: [{ event: 'sent' }, { event: 'not_sent' }] });
    },
  );

  it('is told at once when the broker refuses within the call', () => {
    const core = openCore();
    core.approved(A);
    core.connection.mood = 'refuses';
    expect(command(core).state).toBe('failed');
  });

  it('is unconfirmed for what the console left open at its end, and nothing is sent again', () => {
    const core = openCore();
    core.approved(A);
    const sent = command(core);
    const accepted = command(core);
    outcome(core, accepted.id, 'accepted');
    const done = command(core);
    respond(core, done.id);
    const again = core.restart();
    again.store.batch.flush();
    expect([sent, accepted, done].map(({ id }) => get(again, id).state)).toEqual([
      'unconfirmed',
      'unconfirmed',
      'applied',
    ]);
    again.approved(A);
    again.clock.advance(60_000);
    expect(sentCommands(again)).toEqual([]);
  });

  it('is journaled once for each command, also for those that a restart left open', () => {
    const core = openCore();
    core.approved(A);
    const open = command(core);
    const done = command(core, { command: 'OFF' });
    respond(core, done.id, { success: false, message: 'no pin' });
    respond(core, done.id, { success: false, message: 'no pin' });
    core.control.system(A, { command: 'status' }, OPERATOR);
    core.clock.advance(30_000);
    const ends = (one: Core) =>
      one.entries
        .filter(({ kind }) => /^command\.(applied|failed|unconfirmed)$/.test(kind))
        .map(({ actor, message }) => [actor, message]);
    expect(ends(core)).toEqual([
      [`device:${A}`, `${A}: pin 18 OFF failed (no pin)`],
      ['system:console', `${A}: pin 18 ON unconfirmed`],
      ['system:console', `${A}: status unconfirmed`],
    ]);
    const last = command(core);
    const again = core.restart();
    expect(ends(again)).toEqual([['system:console', `${A}: pin 18 ON unconfirmed`]]);
    expect([open, last].map(({ id }) => get(again, id).state)).toEqual(['unconfirmed', 'unconfirmed']);
  });

  it('leaves no timer behind', () => {
    const core = openCore();
    core.approved(A);
    command(core);
    core.close();
    expect(core.clock.pending).toBe(0);
  });
});

describe('an answer after a restart', () => {
  const restarted = () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const { id } = command(core);
    return { again: core.restart(), id };
  };

  it('goes into the history of the stored command and touches nothing else', () => {
    const { again, id } = restarted();
    again.clock.advance(60_000);
    respond(again, id);
    outcome(again, id, 'applied', { code: 'NONE' });
    respond(again, id);
    again.store.batch.flush();
    const third = again.restart();
    expect([get(third, id).state, events(get(third, id))]).toEqual([
      'unconfirmed',
      ['sent', 'timeout', 'response_applied late', 'outcome_applied late'],
    ]);
    expect(again.actuators.view(A, PIN)).toBeUndefined();
  });

  it('of another pin, another device or another kind is flagged and changes nothing', () => {
    const { again, id } = restarted();
    respond(again, id, {}, { from: A, gpio: 19 });
    respond(again, id, {}, { from: B, gpio: PIN });
    again.control.measured(A, PIN, sensorResponse.schema.parse({ request_id: id, success: true }));
    expect(events(get(again, id))).toEqual(['sent', 'timeout']);
    expect([warnings(again, A), warnings(again, B)]).toEqual([
      [['foreign_answer', 2, id]],
      [['foreign_answer', 1, id]],
    ]);
  });

  it('is taken for a day, and not after that', () => {
    const { again, id } = restarted();
    again.clock.advance(24 * 3_600_000);
    respond(again, id);
    expect(events(get(again, id))).toEqual(['sent', 'timeout', 'response_applied late']);
    again.clock.advance(1);
    outcome(again, id, 'failed');
    respond(again, id, { success: false });
    expect(events(get(again, id))).toEqual(['sent', 'timeout', 'response_applied late']);
    expect(warnings(again, A)).toEqual([['unmatched_answer', 1, `actuator pin 18: ${id}`]]);
  });

  it('with an id that is too long to be one of ours is not looked up', () => {
    const { again } = restarted();
    respond(again, 'x'.repeat(5_000));
    expect(warnings(again, A)).toEqual([['unmatched_answer', 1, `actuator pin 18: ${'x'.repeat(183)}`]]);
  });
});

describe('the trace of a command', () => {
  it('is the one that the request came with, or a new one, and holds for all that follows', () => {
    const core = openCore();
    core.approved(A);
    const seen: (string | undefined)[] = [];
    core.connection.onPublish = () => void seen.push(currentTraceId());
    const one = withTrace('trace-1', () => command(core));
    const other = command(core);
    expect([one.traceId, seen]).toEqual(['trace-1', ['trace-1', other.traceId]]);
    expect(other.traceId).toMatch(/^[0-9a-f-]{36}$/);
    const told: (string | undefined)[] = [];
    const add = core.journal.add.bind(core.journal);
    core.journal.add = (entry) => {
      told.push(`${entry.kind} ${currentTraceId()}`);
      add(entry);
    };
    respond(core, one.id);
    core.clock.advance(30_000);
    withTrace('trace-2', () => refusal(core, { command: 'PWM' }));
    expect(told).toEqual([
      'command.applied trace-1',
      `command.unconfirmed ${other.traceId}`,
      'command.refused trace-2',
    ]);
    expect([get(core.restart(), one.id).traceId, currentTraceId()]).toEqual(['trace-1', undefined]);
  });
});
