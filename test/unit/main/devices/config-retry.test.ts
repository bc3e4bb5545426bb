// Answers that come late, and messages that are sent once more by themselves (wire contract 5.6).
import { describe, expect, it } from 'vitest';
import {
  actuator,
  answer,
  config,
  last,
  lastId,
  confirmLast,
  operation,
  outcome,
  push,
  pushed,
  sensor,
} from './config-bench';
import { A, beat, openCore, type Core } from './core-bench';

const sensors = [sensor(4), sensor(13)];
const actuators = [actuator(25), actuator(26)];
const conflict = { type: 'sensor', gpio: 13, error_code: 1002, error: 'GPIO_CONFLICT', detail: 'GPIO 13 not usable' };
const partial = { type: 'sensor', status: 'partial_success', count: 1, failed_count: 1, failures: [conflict] };

function ready(): Core {
  const core = openCore();
  core.approved(A);
  return core;
}
const pins = (core: Core, section: 'sensors' | 'actuators') =>
  config(core).confirmed?.[section]?.map(({ gpio }) => gpio);

describe('an answer after the time-out', () => {
  it('still confirms, while the operation stays what it was', () => {
    const core = ready();
    const id = push(core, { sensors });
    core.clock.advance(75_000);
    answer(core, id, { type: 'sensor' });
    expect([operation(core, id)[0], config(core).state.sensors, config(core).confirmed]).toEqual([
      'timeout',
      'confirmed',
      { sensors },
    ]);
    expect(core.kinds().slice(-2)).toEqual(['config.timeout', 'config.confirmed']);
  });

  it('still names what failed, and starts nothing anew', () => {
    const core = ready();
    const id = push(core, { sensors });
    core.clock.advance(75_000);
    answer(core, id, { ...partial, failures: [{ ...conflict, error: 'QUEUE_FULL' }] });
    core.clock.advance(10_000);
    expect([config(core).failures.length, pins(core, 'sensors'), pushed(core).length]).toEqual([1, [4], 1]);
  });

  it('says nothing any more when a newer push of the section was sent', () => {
    const core = ready();
    const first = push(core, { sensors });
    core.clock.advance(75_000);
    push(core, { sensors: [sensor(5)] });
    answer(core, first, { type: 'sensor' });
    expect([config(core).confirmed, config(core).state.sensors]).toEqual([null, 'pending']);
  });

  it('of a section leaves a newer wish for it pending', () => {
    const core = ready();
    const id = push(core, { sensors, actuators });
    push(core, { sensors: [sensor(5)] });
    answer(core, id, { type: 'sensor' });
    expect([config(core).confirmed, config(core).state.sensors]).toEqual([{ sensors }, 'pending']);
  });

  it('leaves a newer wish pending that has not been sent', () => {
    const core = ready();
    const first = push(core, { sensors });
    push(core, { sensors: [sensor(5)] });
    answer(core, first, { type: 'sensor' });
    expect([config(core).confirmed, config(core).state.sensors]).toEqual([{ sensors }, 'pending']);
    expect(last(core)['sensors']).toEqual([
      { ...sensor(4), active: false },
      { ...sensor(13), active: false },
      sensor(5),
    ]);
  });
});

describe('a generation that the device calls stale', () => {
  const stale = (core: Core) =>
    answer(core, lastId(core), { type: 'sensor', status: 'error', error_code: 'STALE_SENSOR_SCOPE' });

  it('is raised above, once, under a new id', () => {
    const core = ready();
    core.devices.heartbeat(A, beat({ ts: core.clock.now() / 1000 + 86_400 * 30, time_valid: true }));
    const id = push(core, { sensors });
    stale(core);
    const [first, second] = pushed(core);
    expect(Number(second?.['generation'])).toBeGreaterThan(core.clock.now() + 86_400_000 * 30);
    expect(second?.['correlation_id']).not.toBe(first?.['correlation_id']);
    expect(operation(core, id)[0]).toBe('pending');
    answer(core, lastId(core), { type: 'sensor' });
    expect([operation(core, id)[0], config(core).generation]).toEqual(['confirmed', second?.['generation']]);
  });

  it('a second time is a failure', () => {
    const core = ready();
    const id = push(core, { sensors });
    stale(core);
    stale(core);
    expect([pushed(core).length, operation(core, id)]).toEqual([2, ['failed', 'sensors: STALE_SENSOR_SCOPE.']]);
  });
});

describe('a device that is busy', () => {
  it.each(['QUEUE_FULL', 'WRITE_TIMEOUT', 'CONFIG_LANE_BUSY'])('(%s) gets it once more after two seconds', (name) => {
    const core = ready();
    const id = push(core, { sensors });
    outcome(core, id, 'failed', { code: name });
    core.clock.advance(1_999);
    expect(pushed(core)).toHaveLength(1);
    core.clock.advance(1);
    expect(pushed(core)).toHaveLength(2);
    answer(core, id, { type: 'system', status: 'error', error_code: name }); // of the first message, too late to matter
    expect(operation(core, id)[0]).toBe('pending');
    outcome(core, lastId(core), 'failed', { code: name });
    expect([pushed(core).length, operation(core, id)]).toEqual([2, ['failed', `sensors: ${name}.`]]);
  });

  it('says it twice, which is once', () => {
    const core = ready();
    const id = push(core, { sensors });
    outcome(core, id, 'failed', { code: 'QUEUE_FULL' });
    answer(core, id, { type: 'system', status: 'error', error_code: 'QUEUE_FULL' });
    answer(core, id, { type: 'sensor', status: 'error', error_code: 'VALIDATION_FAILED' });
    expect([operation(core, id)[0], config(core).state.sensors, config(core).failures]).toEqual([
      'pending',
      'pending',
      [],
    ]);
  });

  it('is not asked a third time because the broker was slow with the first', () => {
    const core = ready();
    core.connection.mood = 'silent';
    const id = push(core, { sensors });
    outcome(core, id, 'failed', { code: 'QUEUE_FULL' });
    core.connection.mood = 'takes';
    core.clock.advance(10_000);
    expect([pushed(core).length, operation(core, id)[0]]).toEqual([2, 'pending']);
  });

  it('keeps the sections of that push out of a newer one', () => {
    const core = ready();
    const id = push(core, { sensors });
    outcome(core, id, 'failed', { code: 'QUEUE_FULL' });
    push(core, { actuators });
    core.clock.advance(2_000);
    confirmLast(core);
    expect(Object.keys(last(core))[0]).toBe('actuators');
    expect(last(core)['sensors']).toBeUndefined();
  });
});
