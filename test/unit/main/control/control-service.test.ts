import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../../../src/main/control/control-service';
import { keysWithSpaceBeforeColon } from '../../../fakes/payload-budget';
import { A, B, OPERATOR, beat, openCore, type Core } from '../devices/core-bench';
import { fillDisk } from '../store/open-store';
import { PIN, on, command, refusal, get, respond, sentCommands } from './command-bench';

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

  it('carries its expiry only to devices that announce that they know it', () => {
    const core = openCore();
    core.approved(A);
    command(core);
    core.devices.heartbeat(A, beat({ capabilities: ['reboot'] }));
    command(core);
    core.devices.heartbeat(A, beat({ capabilities: ['reboot', 'expiry'] }));
    core.clock.advance(1_700);
    command(core);
    const nowS = Math.floor(core.clock.now() / 1000);
    expect(sentCommands(core).map(({ payload }) => payload['expires_at'])).toEqual([undefined, undefined, nowS + 30]);
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

  it('can be narrowed to a kind, a state or a device', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const done = command(core);
    respond(core, done.id);
    const open = command(core, on, B);
    core.control.measure(A, 4, OPERATOR);
    core.control.system(A, { command: 'status' }, OPERATOR);
    const ids = (filter: Parameters<typeof core.control.page>[0]) =>
      core.control.page(filter).items.map(({ id }) => id);
    expect([ids({ state: 'applied' }), ids({ kind: 'actuator' }), ids({ deviceId: B })]).toEqual([
      [done.id],
      [open.id, done.id],
      [open.id],
    ]);
    expect(core.control.page({ kind: 'sensor' }).items.map(({ command: name }) => name)).toEqual(['MEASURE']);
    expect(core.control.page({ kind: 'system', deviceId: A, state: 'sent' }).items.length).toBe(1);
  });

  it('knows commands that memory has let go, and takes late answers to them', () => {
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
      conflict: true,
      history: [{ event: 'sent' }, { event: 'response_applied' }, { event: 'response_failed', late: true }],
    });
    expect(core.control.get('x')).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});
