// Configurations that the console sends by itself (wire contract 2.5, 5.1).
import { describe, expect, it } from 'vitest';
import { possibleSensorCounts } from '../../../../src/main/devices/config-count-rules';
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
import { A, OPERATOR, beat, found, openCore, type Core } from './core-bench';

const sensors = [sensor(4), sensor(5)];
const actuators = [actuator(25)];

/** A device with a confirmed configuration of two sensors and one actuator. */
function configured(): Core {
  const core = openCore();
  core.approved(A);
  push(core, { sensors, actuators });
  confirmLast(core);
  core.connection.take();
  return core;
}
const beats = (core: Core, sensor_count?: number, actuator_count?: number) =>
  core.devices.heartbeat(A, beat({ sensor_count, actuator_count }));
const warned = (core: Core) => found(core.registry.get(A)).warnings.has('count_mismatch');

describe('counts of a heartbeat', () => {
  it.each([
    ['that agree', 2, 1],
    ['that are not there', undefined, undefined],
  ])('%s start nothing', (_name, sensorCount, actuatorCount) => {
    const core = configured();
    beats(core, sensorCount, actuatorCount);
    expect(pushed(core)).toEqual([]);
  });

  it('that differ bring the section back to the device', () => {
    const core = configured();
    beats(core, 0, 1);
    expect(pushed(core)).toMatchObject([{ sensors, reason_code: 'heartbeat_count_mismatch' }]);
    expect(last(core)['actuators']).toBeUndefined();
    const id = String(last(core)['correlation_id']);
    expect(core.operations.get(id)).toMatchObject({ value: { by: 'system:resync', state: 'pending' } });
    confirmLast(core);
    expect([operation(core, id)[0], config(core).state.sensors]).toEqual(['confirmed', 'confirmed']);
    beats(core, 2, 0);
    expect(pushed(core)).toHaveLength(1); // once in 45 s
    core.clock.advance(45_000);
    beats(core, 2, 0);
    expect(pushed(core)).toHaveLength(2);
    expect(last(core)['sensors']).toBeUndefined();
  });

  it('that differ start nothing without a wish, without an approval, or while a push is open', () => {
    const core = openCore();
    beats(core, 3, 3);
    core.approved(A);
    beats(core, 3, 3);
    push(core, { sensors });
    core.connection.take();
    beats(core, 3, 3);
    expect([pushed(core), core.operations.outbox().length]).toEqual([[], 1]);
  });

  it('of a device that was rejected start nothing', () => {
    const core = configured();
    core.devices.reject(A, undefined, OPERATOR);
    beats(core, 0, 0);
    expect(core.operations.has(A)).toBe(false);
  });

  it('are known to be short of the pins that the device refused', () => {
    const core = configured();
    const id = push(core, { sensors: [...sensors, sensor(13)] });
    answer(core, id, { type: 'sensor', status: 'partial_success', failures: [{ gpio: 13, error: 'GPIO_CONFLICT' }] });
    core.connection.take();
    beats(core, 2, 1);
    expect(pushed(core)).toEqual([]);
  });

  it('that stay wrong are pushed every 45 s, three times, and then only warned of', () => {
    const core = configured();
    for (let second = 0; second < 600; second += 15) {
      beats(core, 0, 1);
      if (core.operations.has(A)) confirmLast(core);
      if (second === 30) expect(pushed(core)).toHaveLength(1);
      if (second === 45) expect(pushed(core)).toHaveLength(2);
      core.clock.advance(15_000);
    }
    expect([pushed(core).length, warned(core)]).toEqual([3, true]);
    beats(core, 2, 1);
    expect(warned(core)).toBe(false);
  });

  it('that agree for a moment do not shorten the 45 s', () => {
    const core = configured();
    for (const count of [0, 2, 0]) {
      beats(core, count, 1);
      if (core.operations.has(A)) confirmLast(core);
    }
    expect(pushed(core)).toHaveLength(1);
  });

  it('that change begin the count anew', () => {
    const core = configured();
    for (const count of [0, 0, 0, 1, 1, 1]) {
      beats(core, count, 1);
      confirmLast(core);
      core.clock.advance(45_000);
    }
    expect([pushed(core).length, warned(core)]).toEqual([6, false]);
  });

  it('are tried again after the operator sent a configuration', () => {
    const core = configured();
    for (let round = 0; round < 4; round += 1) {
      beats(core, 0, 1);
      confirmLast(core);
      core.clock.advance(45_000);
    }
    expect(pushed(core)).toHaveLength(3);
    push(core, { sensors });
    confirmLast(core);
    beats(core, 0, 1);
    expect(pushed(core)).toHaveLength(5);
  });
});

describe('the count of sensors', () => {
  it.each([
    ['nothing', [], [0]],
    ['plain ones', [sensor(4), sensor(34, 'ph')], [2]],
    ['one that is switched inactive', [sensor(4), sensor(5, 'ds18b20', { active: false })], [1]],
    ['a chip with two values', [sensor(0, 'sht31')], [1, 2]],
    ['a chip with three values', [sensor(0, 'bme280')], [1, 3]],
    ['both values of one chip as items', [sensor(0, 'sht31_temp'), sensor(0, 'sht31_humidity')], [1, 2]],
    ['two chips at two addresses', [sensor(0, 'sht31'), sensor(0, 'sht31', { i2c_address: 0x45 })], [2, 3, 4]],
    ['a chip beside a plain one', [sensor(0, 'bmp280'), sensor(4)], [2, 3]],
  ])('of %s', (_name, items, counts) => {
    expect([...possibleSensorCounts(items)].sort((a, b) => a - b)).toEqual(counts);
  });
});

describe('a device that comes back', () => {
  it('gets a configuration that was not answered once more', () => {
    const core = openCore();
    core.approved(A);
    push(core, { sensors });
    leave(core);
    core.clock.advance(75_000);
    core.connection.take();
    core.devices.heartbeat(A, beat());
    expect(pushed(core)).toMatchObject([{ sensors, reason_code: 'reconnect' }]);
    core.clock.advance(75_000);
    leave(core);
    core.devices.heartbeat(A, beat());
    expect(pushed(core)).toHaveLength(1);
  });

  it('gets one that failed once more, also over a restart of the console only once', () => {
    const core = openCore();
    core.approved(A);
    outcome(core, push(core, { sensors }), 'failed', { code: 'COMMIT_FAILED' });
    leave(core);
    core.devices.heartbeat(A, beat());
    expect(last(core)['reason_code']).toBe('reconnect');
    outcome(core, String(last(core)['correlation_id']), 'failed', { code: 'COMMIT_FAILED' });
    const again = core.restart();
    again.devices.heartbeat(A, beat());
    expect(pushed(again)).toEqual([]);
  });

  it('gets what was asked for meanwhile, and nothing on top of it', () => {
    const core = openCore();
    core.approved(A);
    outcome(core, push(core, { sensors }), 'failed', { code: 'COMMIT_FAILED' });
    leave(core);
    push(core, { actuators });
    core.devices.heartbeat(A, beat());
    expect([last(core)['actuators'], core.operations.outbox().length]).toEqual([actuators, 1]);
  });

  it('gets nothing when all is confirmed', () => {
    const core = configured();
    leave(core);
    core.devices.heartbeat(A, beat());
    expect(pushed(core)).toEqual([]);
  });
});
