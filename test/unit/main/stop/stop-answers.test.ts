import { describe, expect, it } from 'vitest';
import type { StopView } from '../../../../src/shared/api/stop';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { actuatorConfigSchema } from '../../../../src/shared/wire/messages/config';
import type { Outcome } from '../../../../src/shared/wire/messages/intent-outcome';
import { currentTraceId, withTrace } from '../../../../src/main/trace';
import { A, B, OPERATOR, found, type Core } from '../devices/core-bench';
import { approvedPair, engage, sentTo } from './stop-bench';

/** A stop that both devices confirmed and that was cleared. */
function cleared(core: Core): string {
  const { id } = engage(core);
  for (const device of [A, B]) core.stop.confirmed(device, id);
  core.clock.advance(5_000);
  core.stop.clear(id, OPERATOR);
  core.connection.take();
  core.entries.splice(0);
  return id;
}
const row = (core: Core, id: string, deviceId: DeviceId): StopView['devices'][number] =>
  found(core.stop.get(id)?.devices.find((device) => device.deviceId === deviceId));
const report = (correlationId: string | undefined, code: string, outcome: Outcome = 'rejected', reason?: string) => ({
  correlationId,
  flow: 'command',
  outcome,
  rawOutcome: outcome,
  isUnknownOutcome: false,
  code,
  reason,
  isRetryable: undefined,
  generation: undefined,
  seq: undefined,
});
const refusals = (core: Core) =>
  core.entries.filter(({ kind }) => kind === 'stop.refused').map(({ message }) => message);

describe('a refused stop', () => {
  it.each([
    ['UNAUTHORIZED', 'rejected', 'unauthorized', 'the stop token is wrong'],
    ['NO_TOKEN_CONFIGURED', 'rejected', 'no_token', 'it demands a stop token and has none'],
    ['EMERGENCY_PARSE_ERROR', 'failed', undefined, '(EMERGENCY_PARSE_ERROR)'],
    ['EMERGENCY_CONTRACT_MISMATCH', 'failed', undefined, '(EMERGENCY_CONTRACT_MISMATCH)'],
  ] as const)('with %s (%s) is unconfirmed at once, reason %s', (code, outcome, reason, words) => {
    const core = approvedPair();
    const { id } = engage(core);
    expect(core.answers.outcome(A, report(id, code, outcome))).toBe(true);
    expect([row(core, id, A).state, row(core, id, A).reason, row(core, id, B).state]).toEqual([
      'unconfirmed',
      reason,
      'sent',
    ]);
    expect(refusals(core)).toEqual([expect.stringContaining(words)]);
  });

  it('is told once, though a device says it by outcome, error topic and error code', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.answers.errorCode(A, 3500);
    core.answers.refused(A, { error: 'unauthorized', message: 'token differs' });
    core.answers.outcome(A, report(id, 'UNAUTHORIZED'));
    expect([row(core, id, A).reason, refusals(core).length]).toEqual(['unauthorized', 1]);
    expect(found(core.registry.get(A)).warnings.get('emergency_refused')?.count).toBe(1);
  });

  it('is told by error code 3501 alone, which passes the gate of a device that is not registered', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.answers.errorCode(B, 3501);
    core.answers.errorCode(B, 1052);
    expect([row(core, id, B).state, row(core, id, B).reason]).toEqual(['unconfirmed', 'no_token']);
  });

  it('of the broadcast gives way to the confirmation of its own message, in both orders', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.answers.outcome(A, report(id, 'UNAUTHORIZED'));
    core.stop.confirmed(A, id);
    core.stop.confirmed(B, id);
    core.answers.outcome(B, report(id, 'UNAUTHORIZED'));
    for (const device of [A, B])
      expect([row(core, id, device).state, row(core, id, device).reason]).toEqual(['confirmed', undefined]);
  });

  it('that answers nothing that is open is journaled all the same, and an unknown device is ignored', () => {
    const core = approvedPair();
    core.answers.refused(A, { error: undefined, message: undefined });
    core.answers.refused('ESP_X' as DeviceId, { error: 'unauthorized', message: '' });
    core.answers.errorCode(A, 3500);
    expect(refusals(core)).toEqual([`${A} refused a stop or clear: no reason given`]);
  });

  it('belongs to its id only: outcomes of commands, of foreign ids and of steps are left to others', () => {
    const core = approvedPair();
    const { id } = engage(core, { kind: 'device', deviceId: A });
    const left = [
      core.answers.outcome(A, report('other', 'UNAUTHORIZED')),
      core.answers.outcome(A, report(undefined, 'UNAUTHORIZED')),
      core.answers.outcome(B, report(id, 'UNAUTHORIZED')),
      core.answers.outcome(A, report(id, 'COMMAND_ACCEPTED', 'accepted')),
    ];
    expect([left, row(core, id, A).state]).toEqual([[false, false, false, false], 'sent']);
  });
});

describe('a refused clear', () => {
  it('is asked once more after 6 s, then left to the operator', () => {
    const core = approvedPair();
    const id = cleared(core);
    core.answers.refused(A, { error: 'clear_failed', message: 'too young' });
    core.answers.outcome(A, report(id, 'EMERGENCY_CLEAR_REJECTED', 'failed', 'too young'));
    core.clock.advance(5_999);
    expect([sentTo(core, A), row(core, id, A).reason]).toEqual([[], undefined]);
    core.clock.advance(1);
    expect(sentTo(core, A)).toEqual(['clear_emergency']);
    core.answers.outcome(A, report(id, 'EMERGENCY_CLEAR_REJECTED', 'failed', 'output hot'));
    core.answers.refused(A, { error: 'clear_failed', message: 'output hot' });
    core.clock.advance(60_000);
    expect([sentTo(core, A), row(core, id, A)]).toMatchObject([
      ['clear_emergency'],
      { state: 'confirmed', reason: 'clear_rejected' },
    ]);
    expect(refusals(core)).toEqual([
      `${A} refused the clear (too young); it is asked once more in 6 s`,
      `${A} refused the clear twice (EMERGENCY_CLEAR_REJECTED: output hot). Look at it, then clear again.`,
    ]);
  });

  it('that the operator repeats begins anew', () => {
    const core = approvedPair();
    const id = cleared(core);
    const reject = () => core.answers.outcome(A, report(id, 'EMERGENCY_CLEAR_REJECTED', 'failed'));
    reject();
    core.clock.advance(6_000);
    reject();
    core.connection.take();
    core.stop.clear(id, OPERATOR);
    expect(row(core, id, A).reason).toBeUndefined();
    reject();
    core.clock.advance(6_000);
    expect(sentTo(core, A)).toEqual(['clear_emergency', 'clear_emergency']);
  });

  it('is not asked again of a device that left meanwhile, or that another stop holds', () => {
    const core = approvedPair();
    const id = cleared(core);
    for (const device of [A, B]) core.answers.outcome(device, report(id, 'EMERGENCY_CLEAR_REJECTED', 'failed'));
    core.answers.recovered(A, id);
    engage(core, { kind: 'device', deviceId: B });
    core.connection.take();
    core.clock.advance(6_000);
    expect([sentTo(core, A), sentTo(core, B)]).toEqual([[], []]);
  });

  it('for a wrong token is left to the operator at once', () => {
    const core = approvedPair();
    const id = cleared(core);
    core.answers.refused(A, { error: 'unauthorized', message: undefined });
    core.clock.advance(10_000);
    expect([sentTo(core, A), row(core, id, A)]).toMatchObject([[], { state: 'confirmed', reason: 'unauthorized' }]);
    expect(refusals(core)).toEqual([expect.stringContaining('refused the clear: the stop token is wrong')]);
  });

  it('of a stop that is engaged says nothing about it', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.answers.outcome(A, report(id, 'EMERGENCY_CLEAR_REJECTED', 'failed'));
    expect([row(core, id, A).state, refusals(core)]).toEqual(['sent', []]);
  });
});

describe('what the actuators say', () => {
  const configured = (core: Core, id: DeviceId) => {
    const actuators = [18, 19, 25].map((gpio) =>
      actuatorConfigSchema.parse({ gpio, actuator_type: 'relay', actuator_name: '', active: gpio !== 25 }),
    );
    const device = found(core.registry.get(id));
    device.config = { ...device.config, confirmed: { actuators } };
  };
  const status = (core: Core, id: DeviceId, gpio: number, emergency: string) =>
    core.answers.status(id, gpio, {
      type: 'relay',
      isOn: false,
      isKnown: true,
      strangeState: undefined,
      value: 0,
      runtimeMs: 0,
      emergency,
      source: undefined,
      ts: 0,
    });
  const alert = (core: Core, id: DeviceId, gpio: number) =>
    core.answers.alert(id, gpio, { alertType: 'emergency_stop', message: '' });

  it('confirms a stop when alert and status of all active ones came after it', () => {
    const core = approvedPair();
    configured(core, A);
    alert(core, A, 18);
    status(core, A, 18, 'active');
    core.clock.advance(1_000);
    const { id } = engage(core);
    core.clock.advance(50);
    alert(core, A, 19);
    status(core, A, 19, 'active');
    expect(row(core, id, A).state).toBe('sent'); // what pin 18 said is older than the stop
    status(core, A, 18, 'active');
    expect(row(core, id, A).state).toBe('sent');
    alert(core, A, 18);
    expect(row(core, id, A)).toMatchObject({ state: 'confirmed', latencyMs: 50 });
  });

  it('confirms every engaged stop of the device, and no other device', () => {
    const core = approvedPair();
    configured(core, A);
    const ids = [engage(core).id, engage(core, { kind: 'device', deviceId: A }).id];
    for (const gpio of [18, 19]) {
      alert(core, A, gpio);
      status(core, A, gpio, 'active');
    }
    expect(ids.map((id) => row(core, id, A).state)).toEqual(['confirmed', 'confirmed']);
    expect(row(core, ids[0] ?? '', B).state).toBe('sent');
  });

  it('confirms nothing for a device without known actuators', () => {
    const core = approvedPair();
    const { id } = engage(core);
    alert(core, A, 255);
    expect(row(core, id, A).state).toBe('sent');
  });

  it('ends a cleared stop when all are normal since the clear, not while one is being cleared', () => {
    const core = approvedPair();
    configured(core, A);
    const { id } = engage(core);
    core.stop.confirmed(A, id);
    for (const gpio of [18, 19]) status(core, A, gpio, 'normal');
    core.clock.advance(5_000);
    core.stop.clear(id, OPERATOR);
    core.clock.advance(10);
    status(core, A, 18, 'clearing');
    status(core, A, 19, 'normal');
    expect(row(core, id, A).state).toBe('confirmed');
    status(core, A, 18, 'normal');
    expect([row(core, id, A).state, core.entries.at(-1)?.kind]).toEqual(['cleared', 'stop.device_cleared']);
  });

  it('of an unknown device leaves nothing behind', () => {
    const core = approvedPair();
    const unknown = 'ESP_X' as DeviceId;
    alert(core, unknown, 18);
    status(core, unknown, 18, 'active');
    expect([core.registry.get(unknown), core.entries]).toEqual([undefined, []]);
  });
});

describe('an acknowledgement', () => {
  it('without an id, or with a foreign one, confirms nothing', () => {
    const core = approvedPair();
    const { id } = engage(core);
    for (const correlationId of [undefined, 'other'])
      core.answers.acknowledged(A, { correlationId, isDrill: false, outcome: 'executed' });
    core.answers.stopped(A, undefined);
    expect(row(core, id, A).state).toBe('sent');
    core.answers.stopped(A, id);
    expect(row(core, id, A).state).toBe('confirmed');
  });
});

describe('the trace of a stop', () => {
  it('is kept with it, and what is sent again for it belongs to it', () => {
    const core = approvedPair();
    const id = withTrace('t-1', () => engage(core).id);
    expect(core.stop.get(id)?.traceId).toBe('t-1');
    const traces: (string | undefined)[] = [];
    core.connection.onPublish = ({ topic }) => {
      if (topic.endsWith('/emergency')) traces.push(currentTraceId());
    };
    core.stop.brokerOnline();
    core.clock.advance(5_000);
    core.stop.clear(id, OPERATOR);
    expect(new Set(traces)).toEqual(new Set(['t-1']));
    expect(core.restart().stop.get(id)?.traceId).toBe('t-1');
  });
});

describe('an answer that the console did not ask for', () => {
  const unmatched = (core: Core) => {
    const warning = core.registry.get(A)?.warnings.get('unmatched_answer');
    return warning ? [warning.raw, warning.count] : [];
  };

  it.each([
    ['without an id', undefined, 'no id'],
    ['with an id of somebody else', 'other', 'other'],
  ])('ends no clear %s, and is shown', (_case, answered, raw) => {
    const core = approvedPair();
    const id = cleared(core);
    core.answers.recovered(A, answered);
    expect([row(core, id, A).state, unmatched(core)]).toEqual(['confirmed', [`clear: ${raw}`, 1]]);
    core.answers.recovered(A, id);
    expect(row(core, id, A).state).toBe('cleared');
  });

  it.each([
    ['without an id', undefined, 'no id'],
    ['with an id of somebody else', 'other', 'other'],
  ])('confirms no stop %s, and is shown', (_case, answered, raw) => {
    const core = approvedPair();
    const { id } = engage(core);
    core.answers.stopped(A, answered);
    expect([row(core, id, A).state, unmatched(core)]).toEqual(['sent', [`stop: ${raw}`, 1]]);
  });

  it('because it repeats that of an earlier clear, does not end the present one', () => {
    const core = approvedPair();
    const first = cleared(core);
    core.answers.recovered(A, first);
    const second = cleared(core);
    core.answers.recovered(A, first);
    expect([row(core, second, A).state, unmatched(core)]).toEqual(['confirmed', []]);
  });

  it('because it names a stop that is still engaged, ends nothing', () => {
    const core = approvedPair();
    const { id } = engage(core);
    core.stop.confirmed(A, id);
    core.answers.recovered(A, id);
    expect(row(core, id, A).state).toBe('confirmed');
  });

  it('ends a clear in the legacy form, which has no field for an id', () => {
    const core = approvedPair();
    const id = cleared(core);
    core.answers.recoveredWithoutId(A);
    expect(row(core, id, A).state).toBe('cleared');
  });
});
