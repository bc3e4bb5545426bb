import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../../src/main/devices/config-plan';
import {
  actuator,
  answer,
  config,
  confirmLast,
  last,
  leave,
  operation,
  outcome,
  push,
  pushed,
  sensor,
} from './config-bench';
import { A, B, OPERATOR, beat, openCore } from './core-bench';

const sensors = [sensor(4)];

describe('a configuration push', () => {
  it('goes out with generation and fingerprint and is pending until the device answers', () => {
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
          config_fingerprint: fingerprintOf({ sensors }),
          reason_code: 'manual_config_sync',
          timestamp: core.clock.now() / 1000,
        },
      },
    ]);
    expect(config(core)).toMatchObject({
      desired: { sensors },
      confirmed: null,
      state: { sensors: 'pending', actuators: 'none', offlineRules: 'none' },
      generation: core.clock.now(),
    });
    expect(operation(core, id)).toEqual(['pending', undefined]);
  });

  it('never goes back in its generation, even when the clock does or the console starts anew', () => {
    const core = openCore();
    core.approved(A);
    const first = core.clock.now();
    push(core, { sensors });
    confirmLast(core);
    core.clock.jump(-3_600_000);
    const again = core.restart();
    again.approved(A);
    push(again, { actuators: [] });
    expect(last(again)['generation']).toBe(first + 1);
  });

  it('is confirmed section by section', () => {
    const core = openCore();
    core.approved(A);
    const actuators = [actuator(25)];
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
      failures: [],
    });
    expect(operation(core, id)).toEqual(['confirmed', undefined]);
    expect(core.kinds().slice(-2)).toEqual(['config.requested', 'config.confirmed']);
  });

  it('is not told twice when its outcome follows the answers', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors });
    confirmLast(core);
    confirmLast(core);
    expect(core.kinds().filter((kind) => kind === 'config.confirmed')).toHaveLength(1);
  });

  it('of rules beside sensors waits for its outcome, and one second for a device that sends none', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors, offlineRules: [] });
    answer(core, id, { type: 'sensor' });
    expect(config(core).state).toEqual({ sensors: 'confirmed', actuators: 'none', offlineRules: 'pending' });
    core.clock.advance(1_000);
    expect([config(core).state.offlineRules, operation(core, id)]).toEqual(['confirmed', ['confirmed', undefined]]);
    core.clock.advance(120_000);
    expect([config(core).state.offlineRules, core.kinds().includes('config.timeout')]).toEqual(['confirmed', false]);
    const second = push(core, { sensors, offlineRules: [] });
    answer(core, second, { type: 'sensor' });
    outcome(core, second, 'failed', { code: 'COMMIT_FAILED', reason: 'flash' });
    expect([config(core).state.offlineRules, operation(core, second)]).toEqual([
      'failed',
      ['failed', 'offlineRules: COMMIT_FAILED (flash).'],
    ]);
  });

  it('of rules alone is confirmed by its outcome', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { offlineRules: [] });
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

  it('without an answer times out after 75 s, with rules after 120 s', () => {
    const core = openCore();
    core.approved(A);
    const first = push(core, { sensors });
    core.clock.advance(74_999);
    expect(operation(core, first)[0]).toBe('pending');
    core.clock.advance(1);
    expect([operation(core, first)[0], config(core).state.sensors]).toEqual(['timeout', 'failed']);
    const second = push(core, { offlineRules: [] });
    core.clock.advance(119_999);
    expect(operation(core, second)[0]).toBe('pending');
    core.clock.advance(1);
    expect(operation(core, second)[0]).toBe('timeout');
  });

  it('leaves no timer behind when the console stops', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors });
    core.operations.stop();
    core.close();
    expect(core.clock.pending).toBe(0);
  });
});

describe('a wish for a device that is not there', () => {
  it('is stored at once and sent when the device comes', () => {
    const core = openCore();
    core.approved(A);
    leave(core);
    const id = push(core, { sensors });
    expect([pushed(core), config(core).desired, config(core).state.sensors, operation(core, id)[0]]).toEqual([
      [],
      { sensors },
      'pending',
      'pending',
    ]);
    core.devices.heartbeat(A, beat());
    expect(last(core)).toMatchObject({ sensors, correlation_id: id });
  });

  it('keeps only the newest of several, with the sections of those it replaced (conformance I6)', () => {
    const core = openCore();
    core.approved(A);
    leave(core);
    const first = push(core, { sensors });
    const second = push(core, { actuators: [actuator(25)] });
    const third = push(core, { actuators: [actuator(26)] });
    core.devices.heartbeat(A, beat());
    expect(pushed(core)).toMatchObject([{ sensors, actuators: [{ gpio: 25, active: false }, { gpio: 26 }] }]);
    expect([operation(core, first)[0], operation(core, second)[0], operation(core, third)[0]]).toEqual([
      'failed',
      'failed',
      'pending',
    ]);
    confirmLast(core);
    expect(config(core).state).toEqual({ sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'none' });
  });

  it('takes a newer wish along for a section that the device works on already', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors, actuators: [] });
    push(core, { sensors: [sensor(5)] });
    push(core, { offlineRules: [] });
    confirmLast(core);
    expect(last(core)).toMatchObject({ sensors: [{ gpio: 4, active: false }, { gpio: 5 }], offline_rules: [] });
    expect(last(core)['actuators']).toBeUndefined();
    confirmLast(core);
    expect(config(core).state).toEqual({ sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'confirmed' });
  });

  it('goes back to what the device has when it is withdrawn', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors });
    confirmLast(core);
    leave(core);
    const id = push(core, { sensors: [sensor(5)], actuators: [actuator(25)] });
    core.operations.cancel(id);
    expect(config(core)).toMatchObject({
      desired: { sensors },
      confirmed: { sensors },
      state: { sensors: 'confirmed', actuators: 'none', offlineRules: 'none' },
      leftovers: { sensors: [], actuators: [] },
    });
    core.devices.heartbeat(A, beat());
    expect(pushed(core)).toHaveLength(1);
  });

  it('survives a restart of the console and goes out under the same id with a higher generation', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    const generation = Number(last(core)['generation']);
    const again = core.restart();
    expect(operation(again, id)[0]).toBe('pending');
    again.devices.heartbeat(A, beat());
    expect(last(again)).toMatchObject({ correlation_id: id, generation: generation + 1 });
    confirmLast(again);
    expect([operation(again, id)[0], config(again).state.sensors]).toEqual(['confirmed', 'confirmed']);
  });

  it('waits again when the broker does not take it', () => {
    const core = openCore();
    core.approved(A);
    core.connection.mood = 'refuses';
    const id = push(core, { sensors });
    expect([operation(core, id)[0], config(core).state.sensors]).toEqual(['pending', 'pending']);
    core.connection.mood = 'takes';
    core.clock.advance(5_000);
    confirmLast(core);
    expect([last(core)['correlation_id'], operation(core, id)[0]]).toEqual([id, 'confirmed']);
  });

  it('has failed when the console finds its operation ended after a restart', () => {
    const core = openCore();
    core.approved(A);
    leave(core);
    push(core, { sensors });
    core.store.batch.flush();
    core.store.plant.exec('DELETE FROM outbox'); // as the first version left it: an operation, and nothing to send again
    expect(config(core.restart()).state.sensors).toBe('failed');
  });

  it('is forgotten with its device', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    core.devices.remove(A, OPERATOR);
    core.clock.advance(120_000);
    expect(operation(core, id)).toEqual(['failed', 'The device was removed from the console.']);
  });
});

describe('answers that mean nothing', () => {
  it.each<[string, (core: ReturnType<typeof openCore>, id: string) => void]>([
    ['another id', (core) => answer(core, 'other', { type: 'sensor' })],
    ['no id', (core) => answer(core, undefined as unknown as string, { type: 'sensor' })],
    ['another device', (core, id) => answer(core, id, { type: 'sensor' }, B)],
    ['another section', (core, id) => answer(core, id, { type: 'actuator' })],
    ['a section that is the name of a built-in', (core, id) => answer(core, id, { type: 'constructor' })],
    ['an outcome without an id', (core) => outcome(core, undefined, 'failed')],
    ['an outcome of another id', (core) => outcome(core, 'other', 'failed')],
    ['an outcome of another device', (core, id) => outcome(core, id, 'failed', { from: B })],
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
