import { describe, expect, it } from 'vitest';
import type { ConfigSections } from '../../../../src/shared/api/devices';
import { configResponse } from '../../../../src/shared/wire/messages/config';
import { intentOutcome } from '../../../../src/shared/wire/messages/intent-outcome';
import { A, B, OPERATOR, found, openCore, type Core } from './core-bench';

const sensors: NonNullable<ConfigSections['sensors']> = [
  {
    gpio: 4,
    sensor_type: 'ds18b20',
    sensor_name: 'Nutrient',
    active: true,
    raw_mode: true,
    operating_mode: 'continuous',
    measurement_interval_seconds: 30,
    subzone_id: '',
  },
];
const offlineRules: NonNullable<ConfigSections['offlineRules']> = [];
const actuators: NonNullable<ConfigSections['actuators']> = [];

/** Pushes and returns the id of the operation. */
function push(core: Core, sections: ConfigSections): string {
  const result = core.configuration.push(A, sections, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.id;
}
const answer = (core: Core, id: string, fields: Record<string, unknown>, from = A) =>
  core.configuration.answered(from, configResponse.schema.parse({ correlation_id: id, status: 'success', ...fields }));
const outcome = (core: Core, id: string | undefined, word: string, more: Record<string, unknown> = {}) =>
  core.configuration.outcome(id, intentOutcome.schema.parse({ flow: 'config', outcome: word, ...more }));
const operation = (core: Core, id: string) => {
  const result = core.operations.get(id);
  if (!result.ok) throw new Error(result.error.message);
  return [result.value.state, result.value.reason];
};
const config = (core: Core) => found(core.registry.get(A)).config;

describe('a configuration push', () => {
  it('goes out with an increasing generation and is pending until the device answers', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    expect(core.connection.sent).toMatchObject([
      {
        topic: `kaiser/god/esp/${A}/config`,
        qos: 2,
        expiryS: 30,
        payload: {
          sensors,
          correlation_id: id,
          intent_id: id,
          request_id: id,
          generation: core.clock.now(),
          reason_code: 'manual_config_sync',
          timestamp: core.clock.now() / 1000,
        },
      },
    ]);
    expect(config(core)).toEqual({
      desired: { sensors },
      confirmed: null,
      state: { sensors: 'pending', actuators: 'none', offlineRules: 'none' },
      generation: core.clock.now(),
    });
    expect(operation(core, id)).toEqual(['pending', undefined]);
  });

  it('never goes back in its generation, even when the clock does', () => {
    const core = openCore();
    core.approved(A);
    const first = core.clock.now();
    answer(core, push(core, { sensors }), { type: 'sensor' });
    core.clock.jump(-3_600_000);
    push(core, { actuators });
    expect(core.connection.to('/config').map(({ payload }) => payload['generation'])).toEqual([first, first + 1]);
  });

  it('is confirmed section by section', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors, actuators });
    answer(core, id, { type: 'sensor' });
    expect([config(core).state.sensors, config(core).confirmed, operation(core, id)]).toEqual([
      'confirmed',
      { sensors },
      ['pending', undefined],
    ]);
    answer(core, id, { type: 'actuator' });
    expect(config(core)).toMatchObject({
      confirmed: { sensors, actuators },
      state: { sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'none' },
    });
    expect(operation(core, id)).toEqual(['confirmed', undefined]);
    expect(core.kinds().slice(-2)).toEqual(['config.requested', 'config.confirmed']);
  });

  it('of rules beside sensors shares the fate of the answers', () => {
    const core = openCore();
    core.approved(A);
    answer(core, push(core, { sensors, offlineRules }), { type: 'sensor' });
    expect(config(core).state).toEqual({ sensors: 'confirmed', actuators: 'none', offlineRules: 'confirmed' });
    answer(core, push(core, { sensors, offlineRules }), { type: 'sensor', status: 'error', message: 'no' });
    expect(config(core).state).toEqual({ sensors: 'failed', actuators: 'none', offlineRules: 'failed' });
  });

  it('of rules alone is confirmed by its outcome', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { offlineRules });
    for (const word of ['accepted', 'applied']) outcome(core, id, word);
    expect(operation(core, id)).toEqual(['pending', undefined]);
    outcome(core, id, 'persisted');
    expect([operation(core, id), config(core).state.offlineRules]).toEqual([['confirmed', undefined], 'confirmed']);
  });

  it('waits for its sections even when the outcome comes first', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    outcome(core, id, 'persisted');
    expect(operation(core, id)).toEqual(['pending', undefined]);
    answer(core, id, { type: 'sensor' });
    expect(operation(core, id)).toEqual(['confirmed', undefined]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['partly', { type: 'sensor', status: 'partial_success', message: '1 failed' }, 'sensor: 1 failed'],
    ['with an unknown status', { type: 'sensor', status: 'maybe' }, 'sensor: maybe'],
    ['as a whole', { type: 'system', status: 'error', error_code: 'COMMIT_FAILED' }, 'system: COMMIT_FAILED'],
  ])('that fails %s is a failure, with the words of the device', (_name, fields, reason) => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    answer(core, id, fields);
    expect([operation(core, id), config(core).state.sensors, config(core).confirmed]).toEqual([
      ['failed', reason],
      'failed',
      null,
    ]);
  });

  it('keeps the first reason when a later section succeeds', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors, actuators });
    answer(core, id, { type: 'sensor', status: 'error', message: 'pin 13' });
    answer(core, id, { type: 'actuator' });
    expect([operation(core, id), config(core).state]).toEqual([
      ['failed', 'sensor: pin 13'],
      { sensors: 'failed', actuators: 'confirmed', offlineRules: 'none' },
    ]);
  });

  it.each([
    ['rejected', { reason: 'busy', code: 'X' }, 'busy'],
    ['failed', { code: 'COMMIT_FAILED' }, 'COMMIT_FAILED'],
    ['expired', {}, 'expired'],
  ])('with the outcome %s fails at once', (word, more, reason) => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    outcome(core, id, word, more);
    expect([operation(core, id), config(core).state.sensors]).toEqual([['failed', reason], 'failed']);
  });

  it('without an answer times out after 75 s, with rules after 120 s', () => {
    const core = openCore();
    core.approved(A);
    const first = push(core, { sensors });
    core.clock.advance(74_999);
    expect(operation(core, first)[0]).toBe('pending');
    core.clock.advance(1);
    expect([operation(core, first)[0], config(core).state.sensors]).toEqual(['timeout', 'failed']);
    core.approved(A);
    const second = push(core, { offlineRules });
    core.clock.advance(119_999);
    expect(operation(core, second)[0]).toBe('pending');
    core.clock.advance(1);
    expect(operation(core, second)[0]).toBe('timeout');
  });

  it.each(['refuses', 'silent'] as const)(
    'that the broker does not take over (%s) fails and leaves no wish pending',
    (mood) => {
      const core = openCore();
      core.approved(A);
      core.connection.mood = mood;
      const id = push(core, { sensors });
      core.clock.advance(5_000);
      expect([operation(core, id), config(core).state.sensors]).toEqual([
        ['failed', 'The broker did not take the message over.'],
        'failed',
      ]);
    },
  );

  it('leaves no timer behind when the console stops', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors });
    core.close();
    expect(core.clock.pending).toBe(0);
  });

  it('that the console left open at its end is a time-out afterwards', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    expect(operation(core.restart(), id)).toEqual(['timeout', 'The console was restarted before the device answered.']);
  });
});

describe('answers that mean nothing', () => {
  it.each<[string, (core: Core, id: string) => void]>([
    ['another id', (core) => answer(core, 'other', { type: 'sensor' })],
    [
      'no id',
      (core) => core.configuration.answered(A, configResponse.schema.parse({ status: 'success', type: 'sensor' })),
    ],
    ['another device', (core, id) => answer(core, id, { type: 'sensor' }, B)],
    ['another section', (core, id) => answer(core, id, { type: 'actuator' })],
    ['a section that is the name of a built-in', (core, id) => answer(core, id, { type: 'constructor' })],
    ['an outcome without an id', (core) => outcome(core, undefined, 'persisted')],
    ['an outcome of another id', (core) => outcome(core, 'other', 'failed')],
  ])('%s', (_name, act) => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const id = push(core, { sensors });
    act(core, id);
    expect([operation(core, id), config(core).confirmed, config(core).state.sensors]).toEqual([
      ['pending', undefined],
      null,
      'pending',
    ]);
  });
});

describe('a push is refused', () => {
  const refusal = (core: Core, sections: ConfigSections) => {
    const result = core.configuration.push(A, sections, OPERATOR);
    return result.ok ? 'accepted' : result.error.code;
  };

  it('for a device that does not exist', () => {
    expect(refusal(openCore(), { sensors })).toBe('not_found');
  });

  it('without any section', () => {
    const core = openCore();
    core.approved(A);
    expect(refusal(core, {})).toBe('invalid');
  });

  it('while the device is not there', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, { reason: 'crash', timestamp: 0 }, false);
    expect([refusal(core, { sensors }), core.connection.sent]).toEqual(['offline', []]);
  });

  it('while another change of the device is under way', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors });
    expect(refusal(core, { actuators })).toBe('busy');
  });

  it('while the broker is away; the device is free again afterwards', () => {
    const core = openCore();
    core.approved(A);
    core.connection.isOnline = false;
    expect([refusal(core, { sensors }), core.operations.has(A), config(core).desired]).toEqual([
      'broker_unavailable',
      false,
      null,
    ]);
  });

  it('with its size when it does not fit into one message (conformance H9)', () => {
    const core = openCore();
    core.approved(A);
    const many = Array.from({ length: 20 }, (_, gpio) => ({ ...found(sensors[0]), gpio, subzone_id: 'b'.repeat(32) }));
    expect(core.configuration.push(A, { sensors: many }, OPERATOR)).toMatchObject({
      ok: false,
      error: { code: 'too_large', details: { maxBytes: 4000 } },
    });
    expect([core.connection.sent, config(core).desired]).toEqual([[], null]);
  });
});
