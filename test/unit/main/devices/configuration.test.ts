import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../../src/main/devices/config-plan';
import {
  actuator,
  answer,
  config,
  confirmLast,
  last,
  lastId,
  leave,
  operation,
  outcome,
  push,
  pushed,
  refusal,
  rule,
  sensor,
} from './config-bench';
import { A, B, OPERATOR, beat, found, openCore } from './core-bench';

const sensors = [sensor(4)];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

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

  it('is forgotten with its device', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors });
    core.devices.remove(A, OPERATOR);
    core.clock.advance(120_000);
    expect(operation(core, id)).toEqual(['failed', 'The device was removed from the console.']);
  });
});

describe('what is not wished any more', () => {
  it('is sent with active:false, first, and gone once the device confirms', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors: [sensor(4), sensor(5)], actuators: [actuator(25), actuator(26)] });
    confirmLast(core);
    push(core, { sensors: [sensor(5)], actuators: [] });
    expect(last(core)).toMatchObject({
      sensors: [{ ...sensor(4), active: false }, sensor(5)],
      actuators: [
        { ...actuator(25), active: false },
        { ...actuator(26), active: false },
      ],
    });
    expect(config(core).desired).toEqual({ sensors: [sensor(5)], actuators: [] });
    confirmLast(core);
    expect(config(core)).toMatchObject({
      confirmed: { sensors: [sensor(5)], actuators: [] },
      leftovers: { sensors: [], actuators: [] },
    });
    push(core, { sensors: [sensor(5)] });
    expect(last(core)['sensors']).toEqual([sensor(5)]);
  });

  it('is asked for again until the device confirms it, however often the wish changes', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors: [sensor(6)] });
    core.clock.advance(75_000);
    push(core, { sensors: [sensor(5)] });
    core.clock.advance(75_000);
    push(core, { sensors: [sensor(4)] });
    expect((last(core)['sensors'] as { gpio: number; active: boolean }[]).map((s) => [s.gpio, s.active])).toEqual([
      [5, false],
      [6, false],
      [4, true],
    ]);
  });

  it('is not asked for where the device had refused it', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors: [sensor(4), sensor(13)] });
    answer(core, id, {
      type: 'sensor',
      status: 'partial_success',
      failures: [{ type: 'sensor', gpio: 13, error: 'GPIO_CONFLICT' }],
    });
    push(core, { sensors: [sensor(4)] });
    expect(last(core)['sensors']).toEqual([sensor(4)]);
  });

  it('stays on the device, and on the list, when the removal is refused', () => {
    const core = openCore();
    core.approved(A);
    push(core, { actuators: [actuator(25), actuator(26)] });
    confirmLast(core);
    const id = push(core, { actuators: [actuator(26)] });
    answer(core, id, { type: 'actuator', status: 'error', error_code: 'NVS_WRITE_FAILED', failed_item: { gpio: 25 } });
    outcome(core, id, 'persisted');
    expect(config(core)).toMatchObject({
      confirmed: { actuators: [{ gpio: 26 }, { gpio: 25 }] },
      leftovers: { actuators: [{ gpio: 25, active: false }] },
    });
  });
});

describe('size', () => {
  const long = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) =>
      sensor(0, 'bh1750', { i2c_address: from + index, sensor_name: 'n'.repeat(32) }),
    );

  it('over one message is split by section; the next goes after the one before (conformance H9)', () => {
    const core = openCore();
    core.approved(A);
    const actuators = Array.from({ length: 10 }, (_, index) => actuator(index + 20));
    const offlineRules = [rule(20, 0)];
    const id = push(core, { sensors: long(14), actuators, offlineRules });
    expect(pushed(core).map((payload) => Object.keys(payload)[0])).toEqual(['sensors']);
    expect(lastId(core)).toBe(id);
    answer(core, id, { type: 'sensor' });
    expect([last(core)['actuators'], lastId(core)]).toEqual([actuators, expect.stringMatching(uuid)]);
    core.clock.advance(75_000);
    expect(last(core)['offline_rules']).toEqual(offlineRules);
    outcome(core, lastId(core), 'persisted');
    expect(new Set(pushed(core).map((payload) => payload['correlation_id'])).size).toBe(3);
    const generations = pushed(core).map((payload) => Number(payload['generation']));
    expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
    expect([operation(core, id)[0], config(core).state]).toEqual([
      'timeout',
      { sensors: 'confirmed', actuators: 'failed', offlineRules: 'confirmed' },
    ]);
    for (const { text } of core.connection.to('/config')) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_000);
  });

  it('does not go on with the other sections when the device has left', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, {
      sensors: long(14),
      actuators: Array.from({ length: 10 }, (_, gpio) => actuator(gpio + 20)),
    });
    leave(core);
    core.clock.advance(75_000);
    expect([pushed(core).length, operation(core, id)[0], config(core).state]).toEqual([
      1,
      'timeout',
      { sensors: 'failed', actuators: 'failed', offlineRules: 'none' },
    ]);
  });

  it('of one section over the limit is refused with both sizes, and nothing is stored', () => {
    const core = openCore();
    core.approved(A);
    expect(refusal(core, { sensors: long(20) })).toMatchObject({
      code: 'too_large',
      details: { sizeBytes: expect.any(Number) as number, maxBytes: 4000, section: 'sensors' },
    });
    expect([core.connection.sent, config(core).desired, core.operations.list()]).toEqual([[], null, []]);
  });

  it('counts the removals', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors: long(14) });
    confirmLast(core);
    expect(refusal(core, { sensors: long(14, 50) })).toMatchObject({
      code: 'too_large',
      details: { section: 'sensors' },
    });
    expect(config(core).desired).toEqual({ sensors: long(14) });
  });
});

describe('a push is refused', () => {
  it('for a device that does not exist', () => {
    expect(refusal(openCore(), { sensors })).toMatchObject({ code: 'not_found' });
  });

  it('without any section', () => {
    const core = openCore();
    core.approved(A);
    expect(refusal(core, {})).toMatchObject({ code: 'invalid' });
  });

  it('for a device that is not approved', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    expect(refusal(core, { sensors })).toMatchObject({ code: 'not_approved' });
  });

  it('for pins that the board does not have, with every problem', () => {
    const core = openCore();
    core.approved(A);
    core.devices.heartbeat(A, beat({ hardware_type: 'ESP32_WROOM' }));
    const refused = refusal(core, { actuators: [actuator(34), actuator(12)] });
    expect(refused).toMatchObject({
      code: 'invalid',
      message:
        "Pin 12 (A12) can't be used on the ESP32: its level at start decides how the chip boots. Choose another pin.",
      details: {
        problems: [
          { gpio: 12, code: 'reserved' },
          { gpio: 34, code: 'input_only' },
        ],
      },
    });
    expect([pushed(core), config(core).desired]).toEqual([[], null]);
  });

  it('for a clash with a section that is wished already, but not for a fault inside that section', () => {
    const core = openCore();
    core.approved(A);
    push(core, { actuators: [actuator(25), actuator(12)] });
    confirmLast(core);
    core.devices.update(A, { board: 'esp32' }, OPERATOR);
    expect(refusal(core, { sensors: [sensor(25)] })).toMatchObject({ details: { problems: [{ code: 'used_twice' }] } });
    expect(refusal(core, { sensors: [sensor(26)] })).toBeNull();
  });
});

describe('the board of a device', () => {
  const board = (core: ReturnType<typeof openCore>) => found(core.registry.get(A)).board;

  it('is learned from its heartbeat', () => {
    const core = openCore();
    core.approved(A);
    core.devices.heartbeat(A, beat({ hardware_type: 'simulated' }));
    expect(board(core)).toEqual({ id: null, source: 'unknown' });
    core.devices.heartbeat(A, beat({ hardware_type: 'esp32c6' }));
    expect(board(core)).toEqual({ id: 'esp32c6', source: 'device' });
    expect(board(core.restart())).toEqual({ id: 'esp32c6', source: 'device' });
  });

  it('is what the operator says, until he takes it back', () => {
    const core = openCore();
    core.approved(A);
    core.devices.update(A, { board: 'esp32c3' }, OPERATOR);
    core.devices.heartbeat(A, beat({ hardware_type: 'esp32c6' }));
    expect(board(core)).toEqual({ id: 'esp32c3', source: 'operator' });
    core.devices.update(A, { board: null }, OPERATOR);
    expect(board(core)).toEqual({ id: null, source: 'unknown' });
    core.devices.heartbeat(A, beat({ hardware_type: 'esp32c6' }));
    expect(board(core)).toEqual({ id: 'esp32c6', source: 'device' });
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
    ['an outcome of another device', (core, id) => outcome(core, id, 'failed', {}, B)],
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
