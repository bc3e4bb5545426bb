import { describe, expect, it } from 'vitest';
import type { CommandView } from '../../../../src/shared/api/control';
import { sensorResponse } from '../../../../src/shared/wire/messages/command-response';
import { poolBytes } from '../../../fakes/payload-budget';
import { A, B, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';
import { events, get, outcome, warnings } from './command-bench';

const PIN = 34;

function measure(core: Core, gpio = PIN, id = A): CommandView {
  const result = core.control.measure(id, gpio, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
const refusal = (core: Core, gpio = PIN, id = A) => {
  const result = core.control.measure(id, gpio, OPERATOR);
  return result.ok ? 'accepted' : result.error;
};
const answer = (core: Core, id: string | undefined, fields: Record<string, unknown> = {}, { gpio = PIN } = {}) =>
  core.control.measured(
    A,
    gpio,
    sensorResponse.schema.parse({
      request_id: id,
      correlation_id: id,
      command: 'measure',
      success: true,
      measurement_ok: true,
      reason_code: 'NONE',
      quality: 'good',
      sensor_type: 'moisture',
      raw: 2140,
      ...fields,
    }),
  );
const sent = (core: Core) => core.connection.to('/command');

describe('measure now on the wire', () => {
  it('is one QoS 2 message with three equal ids, recorded and described', () => {
    const core = openCore();
    core.approved(A);
    const { id } = measure(core);
    expect(sent(core)).toMatchObject([
      {
        topic: `kaiser/god/esp/${A}/sensor/${PIN}/command`,
        qos: 2,
        isRetained: false,
        expiryS: 30,
        payload: {
          command: 'measure',
          request_id: id,
          timeout_ms: 5_000,
          correlation_id: id,
          intent_id: id,
          timestamp: core.clock.now() / 1000,
        },
      },
    ]);
    expect(poolBytes(Buffer.from(sent(core)[0]?.text ?? ''))).toBeLessThanOrEqual(384);
    expect(get(core, id)).toMatchObject({ kind: 'sensor', gpio: PIN, command: 'MEASURE', state: 'sent' });
    expect(core.entries.at(-1)).toMatchObject({
      kind: 'command.sent',
      actor: OPERATOR,
      message: `${A}: pin ${PIN} MEASURE`,
    });
  });

  it('makes no output of its pin', () => {
    const core = openCore();
    core.approved(A);
    answer(core, measure(core).id);
    expect(core.actuators.ofDevice(A)).toEqual([]);
  });
});

describe('measure now ends', () => {
  it('with the value by the response', () => {
    const core = openCore();
    core.approved(A);
    const { id } = measure(core);
    core.clock.advance(180);
    answer(core, id);
    expect(get(core, id)).toMatchObject({
      state: 'applied',
      code: 'NONE',
      latencyMs: 180,
      result: { raw: 2140, quality: 'good', sensor_type: 'moisture' },
    });
    expect(core.entries.at(-1)).toMatchObject({ kind: 'command.applied', message: `${A}: pin ${PIN} MEASURE applied` });
  });

  it('without a result when the device names none', () => {
    const core = openCore();
    core.approved(A);
    const { id } = measure(core);
    answer(core, id, { raw: undefined, quality: undefined, sensor_type: undefined });
    expect([get(core, id).state, get(core, id).result]).toEqual(['applied', undefined]);
  });

  it.each<[string, Record<string, unknown>, Partial<CommandView>]>([
    [
      'a sensor is missing',
      { success: false, reason_code: 'SENSOR_NOT_FOUND' },
      { state: 'failed', code: 'SENSOR_NOT_FOUND' },
    ],
    [
      'it took too long',
      { success: false, timeout: true, reason_code: 'MEASURE_TIMEOUT' },
      { state: 'expired', code: 'MEASURE_TIMEOUT' },
    ],
    ['it took too long, by its code', { success: false, reason_code: 'MEASURE_TIMEOUT' }, { state: 'expired' }],
    [
      'it took too long, in short',
      { success: undefined, measurement_ok: undefined, timeout: true },
      { state: 'expired' },
    ],
    ['the device was not ready', { success: false, reason_code: 'PENDING_APPROVAL_BLOCKED' }, { state: 'rejected' }],
    ['only measurement_ok is there', { success: undefined, measurement_ok: false }, { state: 'failed' }],
    [
      'it says why',
      { success: false, message: 'bus stuck', reason_code: 'MEASUREMENT_FAILED' },
      { state: 'failed', message: 'bus stuck', code: 'MEASUREMENT_FAILED' },
    ],
  ])('when %s', (_name, fields, expected) => {
    const core = openCore();
    core.approved(A);
    const { id } = measure(core);
    answer(core, id, fields);
    expect(get(core, id)).toMatchObject(expected);
  });

  it('the same way for response and outcome of a time-out, so that they do not contradict each other', () => {
    const core = openCore();
    core.approved(A);
    const { id } = measure(core);
    answer(core, id, { success: false, timeout: true, reason_code: 'MEASURE_TIMEOUT' });
    outcome(core, id, 'expired', { code: 'MEASURE_TIMEOUT', reason: 'no answer of the sensor' });
    expect(get(core, id)).toMatchObject({ state: 'expired', message: 'no answer of the sensor' });
    expect(get(core, id).conflict).toBeUndefined();
  });

  it('by outcome alone, or unconfirmed after 30 s; a late value is kept all the same', () => {
    const core = openCore();
    core.approved(A);
    const one = measure(core);
    core.clock.advance(1_000);
    const other = measure(core);
    outcome(core, one.id, 'applied');
    core.clock.advance(30_000);
    answer(core, other.id);
    expect(get(core, one.id).state).toBe('applied');
    expect(get(core, other.id)).toMatchObject({ state: 'unconfirmed', result: { raw: 2140 } });
    expect(events(get(core, other.id))).toEqual(['sent', 'timeout', 'response_applied late']);
  });

  it('not by an answer without an id, of another pin, or without a result', () => {
    const core = openCore();
    core.approved(A);
    const { id } = measure(core);
    answer(core, undefined);
    answer(core, id, {}, { gpio: 35 });
    answer(core, id, { success: undefined, measurement_ok: undefined });
    expect(events(get(core, id))).toEqual(['sent']);
    expect(warnings(core, A)).toEqual([
      ['foreign_answer', 1, id],
      ['unmatched_answer', 2, `no result: ${id}`],
    ]);
  });
});

describe('measure now is refused', () => {
  it('for a device that does not exist, is not approved or not there', () => {
    const core = openCore();
    expect(refusal(core)).toMatchObject({ code: 'not_found' });
    core.devices.heartbeat(A, beat());
    expect(refusal(core)).toMatchObject({ code: 'not_approved' });
    core.approved(B);
    core.devices.will(B, { reason: 'crash', timestamp: 0 }, false);
    expect(refusal(core, PIN, B)).toMatchObject({
      code: 'offline',
      message: expect.stringContaining('offline (crash)') as string,
    });
    expect(sent(core)).toEqual([]);
    expect(core.kinds().filter((kind) => kind === 'command.refused').length).toBe(2);
  });

  it('while the publish queue of the device is under pressure, until it has recovered (conformance I8)', () => {
    const core = openCore();
    const device = core.approved(A);
    core.approved(B);
    core.registry.warn(device, { code: 'queue_pressure', message: 'x', raw: '6' });
    expect(refusal(core)).toEqual({
      code: 'busy',
      message: `${A} cannot send as fast as it measures (queue 6 of 8). Measure again when it has recovered.`,
      retryable: true,
      details: { name: A, slots: 8, fill: 6 },
    });
    core.registry.warn(device, { code: 'queue_pressure', message: 'x', raw: '' });
    expect(refusal(core)).toMatchObject({
      message: `${A} cannot send as fast as it measures. Measure again when it has recovered.`,
    });
    expect(refusal(core, PIN, B)).toBe('accepted');
    expect(core.control.command(A, 18, { command: 'ON' }, OPERATOR).ok).toBe(true);
    core.registry.settle(device, 'queue_pressure');
    expect(refusal(core)).toBe('accepted');
  });

  it('within a second on the same pin, and within 250 ms on the same device', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const entries = core.entries.length;
    measure(core);
    expect([refusal(core), refusal(core, 35), refusal(core, PIN, B)]).toEqual([
      {
        code: 'busy',
        message: `${A} was asked to measure just now. Measure again in 1000 ms.`,
        retryable: true,
        details: { retryAfterMs: 1_000 },
      },
      expect.objectContaining({ code: 'busy', details: { retryAfterMs: 250 } }),
      'accepted',
    ]);
    core.clock.advance(249.5);
    expect(refusal(core, 35)).toMatchObject({ details: { retryAfterMs: 1 } });
    core.clock.advance(0.5);
    expect([refusal(core, 35), refusal(core)]).toEqual([
      'accepted',
      expect.objectContaining({ details: { retryAfterMs: 750 } }),
    ]);
    core.clock.advance(750);
    expect(refusal(core)).toBe('accepted');
    expect(core.kinds().slice(entries)).toEqual(Array.from({ length: 4 }, () => 'command.sent'));
  });

  it('not because the wall clock was set back', () => {
    const core = openCore();
    core.approved(A);
    measure(core);
    core.clock.jump(-3_600_000);
    core.clock.advance(1_000);
    expect(refusal(core)).toBe('accepted');
  });

  it('not by a software stop', () => {
    const core = openCore();
    core.approved(A);
    core.stop.engage({ kind: 'all' }, 'leak', OPERATOR);
    expect(refusal(core)).toBe('accepted');
  });

  it('while the broker is away, without counting as asked', () => {
    const core = openCore();
    core.approved(A);
    core.connection.isOnline = false;
    expect(refusal(core)).toMatchObject({ code: 'broker_unavailable' });
    core.connection.isOnline = true;
    core.publisher.reconnected();
    expect(refusal(core)).toBe('accepted');
    expect(core.control.page({ kind: 'sensor' }).items.map(({ state }) => state)).toEqual(['sent', 'failed']);
    expect(found(core.registry.get(A)).warnings.size).toBe(0);
  });
});
