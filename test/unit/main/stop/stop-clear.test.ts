import { describe, expect, it } from 'vitest';
import { registerStopHandlers } from '../../../../src/main/stop/stop-handler';
import type { StopScope } from '../../../../src/shared/api/stop';
import { A, B, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';
import { approvedPair, clear, engage, sentTo, statesOf } from './stop-bench';

const crash = { reason: 'crash', timestamp: 0 };

/** An engaged stop that both devices confirmed and that may be cleared now. */
function clearable(core: Core, scope?: StopScope): string {
  const { id } = engage(core, scope);
  for (const device of [A, B]) core.stop.confirmed(device, id);
  core.clock.advance(5_000);
  core.connection.take();
  return id;
}

describe('clearing a stop', () => {
  it('is refused until 5 s after the last confirmation, with the time to wait', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.clock.advance(3_000);
    core.stop.confirmed(A, id);
    core.clock.advance(4_000);
    expect(core.stop.clear(id, OPERATOR)).toEqual({
      ok: false,
      error: {
        code: 'too_early',
        message: 'Devices accept a clear no earlier than 5 seconds after their stop. Try again in 1 s.',
        retryable: true,
        details: { retryAfterMs: 1_000 },
      },
    });
    expect([core.stop.blockOf(A)?.code, sentTo(core, A)]).toEqual(['blocked', ['emergency_stop']]);
    core.clock.advance(1_000);
    expect(clear(core, id)).toBe('cleared');
  });

  it('is not held up for an hour by a wall clock that was set back', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.clock.jump(-3_600_000);
    core.clock.advance(5_000);
    expect(clear(core, id)).toBe('cleared');
  });

  it('sends a clear to each device, lifts the block and starts nothing', () => {
    const core = approvedPair();
    const id = clearable(core);
    expect(clear(core, id)).toBe('cleared');
    expect(core.connection.sent.map(({ topic, qos, payload }) => ({ topic, qos, payload }))).toEqual(
      [A, B].map((device) => ({
        topic: `kaiser/god/esp/${device}/actuator/emergency`,
        qos: 1,
        payload: {
          command: 'clear_emergency',
          auth_token: '',
          reason: 'cleared by the operator',
          correlation_id: id,
          intent_id: id,
        },
      })),
    );
    expect([core.stop.blockOf(A), found(core.stop.get(id)).clearedBy, core.entries.at(-1)]).toMatchObject([
      null,
      OPERATOR,
      { kind: 'stop.cleared', message: 'Software stop cleared: whole plant. Nothing was started.' },
    ]);
  });

  it('is done for a device when it says so', () => {
    const core = approvedPair();
    const id = clearable(core);
    clear(core, id);
    core.stop.recovered(A);
    core.stop.recovered(A);
    expect([statesOf(core, id), core.kinds().filter((kind) => kind === 'stop.device_cleared').length]).toEqual([
      { [A]: 'cleared', [B]: 'confirmed' },
      1,
    ]);
  });

  it('repeated, asks only the devices that have not answered, and is journaled once', () => {
    const core = approvedPair();
    const id = clearable(core);
    clear(core, id);
    core.stop.recovered(A);
    core.connection.take();
    expect([clear(core, id), sentTo(core, A), sentTo(core, B)]).toEqual(['cleared', [], ['clear_emergency']]);
    expect(core.kinds().filter((kind) => kind === 'stop.cleared')).toHaveLength(1);
  });

  it('leaves a device stopped that another stop holds, and clears it with that one', () => {
    const core = approvedPair();
    const outer = clearable(core);
    const inner = clearable(core, { kind: 'device', deviceId: A });
    clear(core, outer);
    expect([sentTo(core, A), sentTo(core, B), core.stop.blockOf(A)?.details]).toMatchObject([
      [],
      ['clear_emergency'],
      { stopId: inner },
    ]);
    core.connection.take();
    clear(core, inner);
    core.stop.recovered(A);
    expect([sentTo(core, A), statesOf(core, outer)[A], statesOf(core, inner)[A]]).toEqual([
      ['clear_emergency'],
      'cleared',
      'cleared',
    ]);
  });

  it('reaches a device that missed it when it is back', () => {
    const core = approvedPair();
    const id = clearable(core);
    core.devices.will(B, crash, false);
    clear(core, id);
    core.connection.take();
    core.devices.heartbeat(B, beat());
    core.stop.recovered(B);
    core.devices.will(B, crash, false);
    core.devices.heartbeat(B, beat());
    expect(sentTo(core, B)).toEqual(['clear_emergency']);
  });

  it('does not mistake a device that is free of itself for one that was cleared, while it is engaged', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.stop.recovered(A);
    expect(statesOf(core, id)[A]).toBe('sent');
  });

  it('does not name devices as overdue any more', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.clock.jump(10_000);
    clear(core, id);
    core.clock.advance(10_000);
    expect([statesOf(core, id), core.kinds().includes('stop.unconfirmed')]).toEqual([
      { [A]: 'sent', [B]: 'sent' },
      false,
    ]);
  });

  it('of a stop that does not exist is refused', () => {
    expect(clear(approvedPair(), 'x')).toBe('not_found');
  });
});

describe('the latch', () => {
  it('survives a restart of the console (conformance F11) and asks again who had not confirmed', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.stop.confirmed(A, id);
    const again = core.restart();
    expect([again.stop.blockOf(A)?.code, statesOf(again, id), again.connection.sent]).toEqual([
      'blocked',
      { [A]: 'confirmed', [B]: 'unconfirmed' },
      [],
    ]);
    again.stop.brokerOnline();
    again.stop.confirmed(B, id);
    expect([sentTo(again, B), statesOf(again, id)[B]]).toEqual([['emergency_stop'], 'confirmed']);
  });

  it('takes a confirmation of the process before it, even when nothing was sent again', () => {
    const core = approvedPair();
    const { id } = engage(core);
    const again = core.restart();
    again.clock.advance(100);
    again.stop.confirmed(A, id);
    expect(statesOf(again, id)[A]).toBe('confirmed');
  });

  it('that was cleared stays cleared', () => {
    const core = approvedPair();
    const id = clearable(core);
    clear(core, id);
    const again = core.restart();
    expect([again.stop.blockOf(A), again.stop.list().map((stop) => [stop.id, stop.clearedBy])]).toEqual([
      null,
      [[id, OPERATOR]],
    ]);
  });

  it('leaves no timer behind', () => {
    const quiet = approvedPair();
    quiet.close();
    const core = approvedPair();
    found(core.registry.get(A)).health = { capabilities: ['drill'] };
    core.drills.start({ kind: 'device', deviceId: A }, OPERATOR);
    const { id } = engage(core);
    core.clock.advance(5_000);
    clear(core, id);
    core.stop.refused(A, { id, reason: 'clear_rejected', text: 'too early' });
    engage(core);
    core.close();
    expect(core.clock.pending).toBe(quiet.clock.pending);
  });
});

describe('the list of stops', () => {
  it('has engaged ones first, newest first, and the last twenty cleared ones', () => {
    const core = openCore();
    const ids = Array.from({ length: 23 }, () => {
      core.clock.advance(10_000);
      return engage(core).id;
    });
    const cleared = ids.slice(0, 21);
    for (const id of cleared) clear(core, id);
    core.clock.advance(10_000);
    const expected = [ids[22], ids[21], ...cleared.toReversed().slice(0, 20)];
    expect(core.stop.list().map(({ id }) => id)).toEqual(expected);
    expect(
      core
        .restart()
        .stop.list()
        .map(({ id }) => id),
    ).toEqual(expected);
  });
});

describe('answers of devices', () => {
  it('reach their receivers from their topics', () => {
    const core = approvedPair();
    const seen: unknown[] = [];
    registerStopHandlers(core.messages, {
      acknowledged: (id, { correlationId, isDrill }) => void seen.push(['acknowledged', id, correlationId, isDrill]),
      recovered: (id, correlationId) => void seen.push(['recovered', id, correlationId]),
      recoveredWithoutId: (id) => void seen.push(['recovered without id', id]),
      refused: (id, { error }) => void seen.push(['refused', id, error]),
      alert: (id, gpio, { alertType }) => void seen.push(['alert', id, gpio, alertType]),
    });
    const messages: [string, unknown][] = [
      ['actuator/emergency/ack', { correlation_id: 's' }],
      ['actuator/emergency/ack', { correlation_id: 'd', drill: true }],
      ['actuator/recovery_confirm', { correlation_id: 'c' }],
      ['actuator/emergency/response', { status: 'emergency_cleared' }],
      ['actuator/emergency/response', { status: 'other' }],
      ['actuator/emergency/error', { error: 'clear_failed' }],
      ['actuator/255/alert', { alert_type: 'emergency_stop' }],
    ];
    for (const [path, payload] of messages)
      core.messages.dispatch({
        topic: `kaiser/god/esp/${A}/${path}`,
        payload: Buffer.from(JSON.stringify(payload)),
        isRetained: false,
        isRedelivered: false,
      });
    expect(seen).toEqual([
      ['acknowledged', A, 's', false],
      ['acknowledged', A, 'd', true],
      ['recovered', A, 'c'],
      ['recovered without id', A],
      ['refused', A, 'clear_failed'],
      ['alert', A, 255, 'emergency_stop'],
    ]);
  });
});
