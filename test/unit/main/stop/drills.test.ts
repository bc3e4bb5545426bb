import { describe, expect, it } from 'vitest';
import type { DrillView, StopScope } from '../../../../src/shared/api/stop';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { A, B, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';

const all: StopScope = { kind: 'all' };
const capable = beat({ capabilities: ['drill'] });
const crash = { reason: 'crash', timestamp: 0 };

/** Two approved devices that announce drills. */
function plant(): Core {
  const core = openCore();
  for (const id of [A, B]) {
    core.approved(id);
    core.devices.heartbeat(id, capable);
  }
  core.clock.advance(3_000); // both have been told that they are approved
  core.connection.take();
  core.entries.splice(0);
  return core;
}
function start(core: Core, scope: StopScope = all): DrillView {
  const result = core.drills.start(scope, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
const refusal = (core: Core, scope: StopScope = all) => {
  const result = core.drills.start(scope, OPERATOR);
  return result.ok ? null : result.error;
};
const rowsOf = (core: Core, id: string) =>
  Object.fromEntries(
    found(core.drills.list().find((drill) => drill.id === id)).devices.map(({ deviceId, state, reason }) => [
      deviceId,
      reason === undefined ? state : `${state} ${reason}`,
    ]),
  );
const answer = (core: Core, deviceId: DeviceId, correlationId: string, isDrill = true) =>
  core.answers.acknowledged(deviceId, { correlationId, isDrill, outcome: undefined });

describe('a drill', () => {
  it('goes to the devices on the topic of a stop, never to the broadcast, and is measured', () => {
    const core = plant();
    const { id } = start(core);
    expect(core.connection.take().map(({ topic, qos, payload }) => ({ topic, qos, payload }))).toEqual(
      [A, B].map((device) => ({
        topic: `kaiser/god/esp/${device}/actuator/emergency`,
        qos: 1,
        payload: { command: 'drill', auth_token: '', reason: 'drill', correlation_id: id, intent_id: id },
      })),
    );
    core.clock.advance(40);
    answer(core, A, id);
    core.clock.advance(20);
    answer(core, B, id);
    expect(core.drills.list()).toEqual([
      {
        id,
        scope: all,
        by: OPERATOR,
        startedAt: new Date(core.clock.now() - 60).toISOString(),
        finishedAt: core.clock.iso,
        devices: [
          { deviceId: A, state: 'confirmed', latencyMs: 40 },
          { deviceId: B, state: 'confirmed', latencyMs: 60 },
        ],
      },
    ]);
    expect(core.entries).toMatchObject([
      { kind: 'drill.started', actor: OPERATOR, message: 'Stop drill: whole plant, 2 devices asked, 0 skipped' },
      {
        kind: 'drill.confirmed',
        deviceId: A,
        message: `${A} answered the drill after 40 ms`,
        details: { latencyMs: 40 },
      },
      { kind: 'drill.confirmed', deviceId: B, details: { latencyMs: 60 } },
    ]);
    expect(core.drills.latencies().map(({ deviceId, lastMs }) => [deviceId, lastMs])).toEqual([
      [A, 40],
      [B, 60],
    ]);
    expect(core.stop.blockOf(A)).toBeNull();
  });

  it('is measured by monotonic time, whatever the wall clock does', () => {
    const core = plant();
    const { id } = start(core);
    core.clock.jump(-3_600_000);
    core.clock.advance(40);
    answer(core, A, id);
    expect(core.drills.list()[0]?.devices[0]).toMatchObject({ latencyMs: 40 });
  });

  it('skips whoever is away, does not announce it, is stopped or not approved, and says why', () => {
    const core = plant();
    const [C, D, E] = ['ESP_C', 'ESP_D', 'ESP_E'] as DeviceId[] as [DeviceId, DeviceId, DeviceId];
    core.approved(C);
    core.approved(D);
    core.devices.heartbeat(D, capable);
    core.devices.heartbeat(E, capable);
    core.devices.will(B, crash, false);
    core.stop.engage({ kind: 'device', deviceId: D }, '', OPERATOR);
    core.connection.take();
    const { id } = start(core);
    expect(rowsOf(core, id)).toEqual({
      [A]: 'sent',
      [B]: 'skipped offline',
      [C]: 'skipped no_capability',
      [D]: 'skipped stopped',
      [E]: 'skipped not_approved',
    });
    expect(core.connection.take().map(({ topic }) => topic)).toEqual([`kaiser/god/esp/${A}/actuator/emergency`]);
  });

  it('is refused, and nothing is sent, when no device can take part', () => {
    const core = openCore();
    core.approved(A);
    core.clock.advance(3_000);
    core.connection.take();
    expect(refusal(core)).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('might really stop') as string,
    });
    expect([core.connection.take(), core.drills.list()]).toEqual([[], []]);
  });

  it.each<StopScope>([
    { kind: 'device', deviceId: 'ESP_X' as DeviceId },
    { kind: 'zone', zoneId: 'nowhere' as ZoneId },
  ])('of %j, which does not exist, is refused', (scope) => {
    expect(refusal(plant(), scope)?.code).toBe('not_found');
  });

  it('runs once at a time for a device', () => {
    const core = plant();
    const { id } = start(core, { kind: 'device', deviceId: A });
    expect([refusal(core)?.code, start(core, { kind: 'device', deviceId: B }).devices.length]).toEqual(['busy', 1]);
    answer(core, A, id);
    core.clock.advance(5_000);
    expect(refusal(core)).toBeNull();
  });

  it('that is not answered within 5 s is missed; what comes later changes nothing', () => {
    const core = plant();
    const { id } = start(core);
    answer(core, A, id);
    core.clock.advance(5_000);
    answer(core, B, id);
    expect([rowsOf(core, id), core.entries.at(-1)?.message, core.drills.latencies()]).toMatchObject([
      { [A]: 'confirmed', [B]: 'unconfirmed' },
      `${B} has not answered the drill within 5 s`,
      [
        { deviceId: A, count: 1, missed: 0 },
        { deviceId: B, count: 0, missed: 1 },
      ],
    ]);
  });

  it('with the id of nobody is answered by nobody', () => {
    const core = plant();
    const { id } = start(core, { kind: 'device', deviceId: A });
    answer(core, A, 'other');
    answer(core, B, id);
    expect(rowsOf(core, id)).toEqual({ [A]: 'sent' });
  });

  it('that was under way at a restart is finished, unconfirmed', () => {
    const core = plant();
    const { id } = start(core);
    const again = core.restart();
    expect(rowsOf(again, id)).toEqual({ [A]: 'unconfirmed restarted', [B]: 'unconfirmed restarted' });
    expect(again.drills.list()[0]?.finishedAt).toBe(core.clock.iso);
    answer(again, A, id);
    expect(rowsOf(again, id)[A]).toBe('unconfirmed restarted');
  });

  it('is listed newest first, and a hundred are kept', () => {
    const core = plant();
    const ids = Array.from({ length: 103 }, () => {
      const { id } = start(core);
      core.clock.advance(5_000);
      for (const device of [A, B]) core.devices.heartbeat(device, capable);
      return id;
    });
    const expected = ids.toReversed().slice(0, 100);
    expect(core.drills.list().map(({ id }) => id)).toEqual(expected);
    expect(
      core
        .restart()
        .drills.list()
        .map(({ id }) => id),
    ).toEqual(expected);
  });
});

describe('a device that really stopped in answer to a drill', () => {
  const check = (core: Core, id: string) => {
    expect(rowsOf(core, id)[A]).toBe('unconfirmed really_stopped');
    expect(found(core.registry.get(A)).warnings.get('drill_stopped')?.message).toContain(
      'took a drill for a real stop',
    );
    expect(core.kinds().filter((kind) => kind === 'drill.stopped')).toHaveLength(1);
    expect(core.drills.latencies().filter(({ deviceId, count }) => deviceId === A && count > 0)).toEqual([]);
  };

  it('is told by an acknowledgement that is not one of a drill', () => {
    const core = plant();
    const { id } = start(core);
    answer(core, A, id, false);
    answer(core, A, id, false);
    check(core, id);
  });

  it('is told by the outcome of a stop with the id of the drill, also late', () => {
    const core = plant();
    const { id } = start(core);
    core.clock.advance(6_000);
    core.answers.stopped(A, id);
    const row = rowsOf(core, id)[A];
    expect([row, core.kinds().includes('drill.stopped')]).toEqual(['unconfirmed really_stopped', true]);
  });

  it('is told by a stop alert while the answer is awaited, but not by other alerts nor by other devices', () => {
    const core = plant();
    const { id } = start(core);
    core.answers.alert(A, 18, { alertType: 'runtime_protection', message: '' });
    expect(rowsOf(core, id)[A]).toBe('sent');
    core.answers.alert(A, 18, { alertType: 'emergency_stop', message: 'Emergency stop activated' });
    core.answers.alert(A, 19, { alertType: 'emergency_stop', message: 'Emergency stop activated' });
    check(core, id);
    expect(rowsOf(core, id)[B]).toBe('sent');
  });
});

describe('drill and stop', () => {
  it('a real stop ends what a drill waits for, and the drill counts nothing for the stop', () => {
    const core = plant();
    const { id } = start(core);
    answer(core, B, id);
    const stop = core.stop.engage({ kind: 'device', deviceId: A }, '', OPERATOR);
    if (!stop.ok) throw new Error(stop.error.message);
    answer(core, A, id);
    expect([rowsOf(core, id), core.stop.get(stop.value.id)?.devices]).toMatchObject([
      { [A]: 'unconfirmed stopped', [B]: 'confirmed' },
      [{ deviceId: A, state: 'sent' }],
    ]);
    core.answers.alert(A, 18, { alertType: 'emergency_stop', message: '' });
    expect(core.kinds()).not.toContain('drill.stopped');
    core.clock.advance(5_000);
    expect(core.drills.latencies()).toMatchObject([
      { deviceId: A, count: 0, missed: 1 }, // the stop, not the drill
      { deviceId: B, count: 1, missed: 0 },
    ]);
  });

  it('an acknowledgement of a drill with the id of a stop confirms no stop', () => {
    const core = plant();
    const stop = core.stop.engage(all, '', OPERATOR);
    if (!stop.ok) throw new Error(stop.error.message);
    answer(core, A, stop.value.id, true);
    expect(core.stop.get(stop.value.id)?.devices[0]?.state).toBe('sent');
    answer(core, A, stop.value.id, false);
    expect(core.stop.get(stop.value.id)?.devices[0]?.state).toBe('confirmed');
  });

  it.each([
    ['UNAUTHORIZED', 'unauthorized'],
    ['NO_TOKEN_CONFIGURED', 'no_token'],
    ['VALIDATION_FAIL', 'refused'],
  ])('a drill that is refused with %s is unconfirmed at once: %s', (code, reason) => {
    const core = plant();
    const { id } = start(core);
    const report = {
      correlationId: id,
      flow: 'command',
      outcome: 'rejected',
      rawOutcome: 'rejected',
      isUnknownOutcome: false,
      code,
      reason: undefined,
      isRetryable: undefined,
      generation: undefined,
      seq: undefined,
    } as const;
    expect(core.answers.outcome(A, report)).toBe(true);
    expect([rowsOf(core, id)[A], core.entries.at(-1)?.kind]).toEqual([`unconfirmed ${reason}`, 'drill.missed']);
  });
});
