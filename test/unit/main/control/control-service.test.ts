import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../../../src/main/control/control-service';
import type { CommandView } from '../../../../src/shared/api/control';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { actuatorResponse } from '../../../../src/shared/wire/messages/actuator-response';
import { intentOutcome } from '../../../../src/shared/wire/messages/intent-outcome';
import { keysWithSpaceBeforeColon } from '../../../fakes/payload-budget';
import { A, B, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';
import { fillDisk } from '../store/open-store';

const PIN = 18;
const on: CommandInput = { command: 'ON' };

/** Sends a command that is accepted and returns it. */
function command(core: Core, input: CommandInput = on, id = A): CommandView {
  const result = core.control.command(id, PIN, input, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
const refusal = (core: Core, input: CommandInput = on, id = A) => {
  const result = core.control.command(id, PIN, input, OPERATOR);
  return result.ok ? 'accepted' : result.error.code;
};
const get = (core: Core, id: string): CommandView => {
  const result = core.control.get(id);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const respond = (
  core: Core,
  id: string | undefined,
  fields: Record<string, unknown> = {},
  { from = A, gpio = PIN } = {},
) =>
  core.control.responded(
    from,
    gpio,
    actuatorResponse.schema.parse({ correlation_id: id, success: true, message: 'Command executed', ...fields }),
  );
const outcome = (
  core: Core,
  id: string,
  word: string,
  { from = A, ...more }: { from?: DeviceId; code?: string; reason?: string } = {},
) =>
  core.control.outcome(
    from,
    intentOutcome.schema.parse({ flow: 'command', correlation_id: id, outcome: word, ...more }),
  );
const sentCommands = (core: Core) => core.connection.to('/command');
const events = ({ history }: CommandView) => history.map(({ event, late }) => (late ? `${event} late` : event));

describe('a command on the wire (conformance E1)', () => {
  it('is one QoS 2 message with equal ids and no space before a colon, recorded before it leaves', () => {
    const core = openCore();
    core.approved(A);
    const onDisk: unknown[] = [];
    core.connection.onPublish = () =>
      onDisk.push(core.store.plant.inTransaction, core.store.plant.prepare('SELECT state FROM commands').get());
    const { id } = command(core, { command: 'ON', durationS: 60 });
    expect(sentCommands(core)).toMatchObject([
      {
        topic: `kaiser/god/esp/${A}/actuator/${PIN}/command`,
        qos: 2,
        isRetained: false,
        expiryS: 30,
        payload: {
          command: 'ON',
          value: 1,
          duration: 60,
          timestamp: core.clock.now() / 1000,
          issued_by: OPERATOR,
          correlation_id: id,
          intent_id: id,
        },
      },
    ]);
    const text = sentCommands(core)[0]?.text ?? '';
    expect([keysWithSpaceBeforeColon(Buffer.from(text)), text.length < 511]).toEqual([[], true]);
    expect(onDisk[1]).toEqual({ state: 'sent' });
  });

  it.each<[CommandInput, number, number]>([
    [{ command: 'ON' }, 1, 0],
    [{ command: 'OFF' }, 0, 0],
    [{ command: 'TOGGLE' }, 0, 0],
    [{ command: 'PWM', value: 0.35 }, 0.35, 0],
    [{ command: 'PWM', value: 0 }, 0, 0],
    [{ command: 'ON', durationS: 86_400 }, 1, 86_400],
  ])('%j carries value %d and duration %d', (input, value, duration) => {
    const core = openCore();
    core.approved(A);
    command(core, input);
    expect(sentCommands(core)[0]?.payload).toMatchObject({ command: input.command, value, duration });
  });

  it('is described in the journal', () => {
    const core = openCore();
    core.approved(A);
    command(core, { command: 'PWM', value: 0.355 });
    command(core, { command: 'ON', durationS: 60 });
    expect(core.entries.slice(-2).map(({ message, actor }) => [message, actor])).toEqual([
      [`${A}: pin 18 PWM 36 %`, OPERATOR],
      [`${A}: pin 18 ON for 60 s`, OPERATOR],
    ]);
  });
});

describe('a command is refused before anything is sent', () => {
  it('for a device that does not exist', () => {
    const core = openCore();
    expect([refusal(core), core.entries]).toEqual(['not_found', []]);
  });

  it.each<[string, (core: Core) => void, string]>([
    ['is pending', (core) => core.devices.heartbeat(A, beat()), 'not_approved'],
    ['is rejected', (core) => void core.devices.reject(core.approved(A).id, undefined, OPERATOR), 'not_approved'],
    [
      'is offline',
      (core) => core.devices.will(core.approved(A).id, { reason: 'crash', timestamp: 0 }, false),
      'offline',
    ],
    ['is not known', (core) => [core.approved(A)].forEach(() => core.devices.brokerLost()), 'offline'],
  ])('while the device %s, OFF included (conformance E2)', (_name, prepare, code) => {
    const core = openCore();
    prepare(core);
    expect([refusal(core), refusal(core, { command: 'OFF' }), sentCommands(core)]).toEqual([code, code, []]);
    expect(core.kinds().slice(-2)).toEqual(['command.refused', 'command.refused']);
  });

  it('names the status of the device', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, { reason: 'power_loss', timestamp: 0 }, false);
    expect(core.control.command(A, PIN, on, OPERATOR)).toEqual({
      ok: false,
      error: {
        code: 'offline',
        message: `${A} is offline (power_loss). Commands are possible when it is online.`,
        retryable: false,
        details: { presence: 'offline', reason: 'power_loss', name: A },
      },
    });
  });

  it('while a stop is engaged, but OFF passes', () => {
    const core = openCore();
    core.approved(A);
    core.stop.engage({ kind: 'all' }, 'leak', OPERATOR);
    const inputs: CommandInput[] = [on, { command: 'TOGGLE' }, { command: 'PWM', value: 0.5 }, { command: 'OFF' }];
    expect(inputs.map((input) => refusal(core, input))).toEqual(['blocked', 'blocked', 'blocked', 'accepted']);
    expect(sentCommands(core).map(({ payload }) => payload['command'])).toEqual(['OFF']);
  });

  it('without a value for PWM', () => {
    const core = openCore();
    core.approved(A);
    expect(refusal(core, { command: 'PWM' })).toBe('invalid');
  });

  it('while the broker is away: it ends as not sent, and is never sent later', () => {
    const core = openCore();
    core.approved(A);
    core.connection.isOnline = false;
    expect(refusal(core)).toBe('broker_unavailable');
    core.connection.isOnline = true;
    core.publisher.reconnected();
    core.clock.advance(60_000);
    expect([sentCommands(core), core.control.page({}).items.map(({ state }) => state)]).toEqual([[], ['failed']]);
  });
});

describe('a command on a full disk', () => {
  it('is sent although it cannot be recorded, and what was not recorded is counted', () => {
    const core = openCore();
    core.approved(A);
    core.store.batch.flush();
    const giveBack = fillDisk(core.store.plant);
    const filler = core.store.plant.prepare('INSERT INTO settings VALUES (?, ?)');
    core.store.batch.plant(() => void filler.run('bulky', 'x'.repeat(20_000)));
    expect([refusal(core), refusal(core, { command: 'OFF' }), sentCommands(core).length]).toEqual([
      'accepted',
      'accepted',
      2,
    ]);
    expect([core.store.batch.fault, core.store.batch.notRecorded > 0]).toEqual(['full', true]);
    giveBack();
    core.clock.advance(1_000);
    expect([refusal(core), sentCommands(core).length]).toEqual(['accepted', 3]);
  });
});

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

  it('does not come from a response without an id, of another pin or of another device (conformance E6)', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const { id } = command(core);
    respond(core, undefined);
    respond(core, 'other');
    respond(core, id, {}, { from: A, gpio: 19 });
    respond(core, id, {}, { from: B, gpio: PIN });
    outcome(core, id, 'applied', { from: B });
    expect([get(core, id).state, events(get(core, id))]).toEqual(['sent', ['sent']]);
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

  it('leaves no timer behind', () => {
    const core = openCore();
    core.approved(A);
    command(core);
    core.close();
    expect(core.clock.pending).toBe(0);
  });
});

describe('the list of commands', () => {
  it('pages from the newest to the oldest, for one device or for all', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const ids = Array.from({ length: 5 }, (_, index) => command(core, on, index === 0 ? B : A).id).toReversed();
    const first = core.control.page({}, 2);
    const second = core.control.page({}, 2, first.nextCursor);
    const third = core.control.page({}, 2, second.nextCursor);
    expect([first, second, third].map(({ items }) => items.map(({ id }) => id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ]);
    expect([third.nextCursor, core.control.page({ deviceId: B }).items.map(({ id }) => id)]).toEqual([
      undefined,
      ids.slice(4),
    ]);
  });

  it('finds commands that memory has let go', () => {
    const core = openCore();
    core.approved(A);
    const ids = Array.from({ length: 520 }, () => {
      const { id } = command(core);
      respond(core, id);
      return id;
    });
    core.store.batch.flush();
    respond(core, ids[0], { success: false });
    expect(get(core, ids[0] ?? '')).toMatchObject({
      state: 'applied',
      history: [{ event: 'sent' }, { event: 'response_applied' }],
    });
    expect(core.control.get('x')).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});
