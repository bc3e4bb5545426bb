// What a push removes, and how it is split (wire contract 5.1; conformance H9).
import { describe, expect, it } from 'vitest';
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
import { A, openCore } from './core-bench';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

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

  it('is not asked for twice where the operator switched it inactive', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors: [sensor(4), sensor(5, 'ds18b20', { active: false })] });
    confirmLast(core);
    push(core, { sensors: [sensor(4)] });
    expect(last(core)['sensors']).toEqual([sensor(4)]);
  });

  it('is not asked for where the device refuses it while the next wish waits', () => {
    const core = openCore();
    core.approved(A);
    const id = push(core, { sensors: [sensor(4), sensor(13)] });
    push(core, { sensors: [sensor(4)] });
    answer(core, id, { type: 'sensor', status: 'partial_success', failures: [{ gpio: 13, error: 'GPIO_CONFLICT' }] });
    expect([pushed(core).length, last(core)['sensors']]).toEqual([2, [sensor(4)]]);
  });

  it('stays confirmed as long as nothing is stored, also when its removal is refused', () => {
    const core = openCore();
    core.approved(A);
    push(core, { actuators: [actuator(25), actuator(26)] });
    confirmLast(core);
    const id = push(core, { actuators: [actuator(26)] });
    answer(core, id, { type: 'actuator', status: 'error', error_code: 'NVS_WRITE_FAILED', failed_item: { gpio: 25 } });
    outcome(core, id, 'failed', { code: 'COMMIT_FAILED' });
    expect(config(core).confirmed).toEqual({ actuators: [actuator(25), actuator(26)] });
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

  it('has failed as a whole when one section failed and another was not answered', () => {
    const core = openCore();
    core.approved(A);
    const actuators = Array.from({ length: 10 }, (_, index) => actuator(index + 20));
    const id = push(core, { sensors: long(14), actuators });
    answer(core, id, { type: 'sensor', status: 'error', error: 'VALIDATION_FAILED' });
    core.clock.advance(75_000);
    expect([operation(core, id)[0], config(core).state.actuators]).toEqual(['failed', 'failed']);
  });

  it('keeps a section that was asked for again after its own message was done', () => {
    const core = openCore();
    core.approved(A);
    const actuators = Array.from({ length: 10 }, (_, index) => actuator(index + 20));
    const id = push(core, { sensors: long(14), actuators });
    answer(core, id, { type: 'sensor' });
    push(core, { sensors: long(14) });
    push(core, { offlineRules: [] });
    confirmLast(core);
    for (let message = 0; message < 2; message += 1) confirmLast(core);
    expect(config(core).state).toEqual({ sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'confirmed' });
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
