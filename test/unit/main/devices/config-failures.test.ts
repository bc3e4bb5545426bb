import { describe, expect, it } from 'vitest';
import { answer, config, operation, push, sensor } from './config-bench';
import { A, openCore, type Core } from './core-bench';

function ready(): Core {
  const core = openCore();
  core.approved(A);
  return core;
}

describe('failures of a configuration', () => {
  const bus = [0x44, 0x45].map((i2c_address) => sensor(0, 'sht31', { i2c_address }));
  const failed = { type: 'sensor', status: 'partial_success', failed_count: 1 };

  it.each([
    ['with an address leaves its neighbour on the bus confirmed', { i2c_address: 0x45 }, [0x44]],
    ['without an address means all of its type on the pin', {}, []],
  ])('one on an I2C bus %s', (_name, address, left) => {
    const core = ready();
    const id = push(core, { sensors: bus });
    answer(core, id, { ...failed, failures: [{ gpio: 0, sensor_type: 'sht31', error: 'CONFIG_FAILED', ...address }] });
    expect(config(core).confirmed?.sensors?.map(({ i2c_address }) => i2c_address)).toEqual(left);
  });

  it('are told in one sentence, the first five by name', () => {
    const core = ready();
    const pins = [4, 13, 14, 16, 17, 18, 19];
    const id = push(core, { sensors: pins.map((gpio) => sensor(gpio)) });
    const failures = pins.map((gpio) => ({ gpio, error: 'GPIO_CONFLICT', detail: 'GPIO_CONFLICT' }));
    answer(core, id, { ...failed, status: 'error', failed_count: pins.length, failures });
    const named = [4, 13, 14, 16, 17].map((pin) => `sensors, pin ${pin}: GPIO_CONFLICT`).join('; ');
    expect(operation(core, id)).toEqual(['failed', `${named}; and 2 more.`]);
  });
});
