import { describe, expect, it } from 'vitest';
import { boardIds, boardOf, boards } from '../../../../src/shared/domain/boards';

describe('the board behind a hardware type', () => {
  it.each([
    ['esp32', 'esp32'],
    ['ESP32_WROOM', 'esp32'],
    ['ESP32-WROOM-32E', 'esp32'],
    ['esp32dev', 'esp32'],
    ['WROOM', 'esp32'],
    ['esp32c3', 'esp32c3'],
    ['ESP32-C3', 'esp32c3'],
    ['XIAO_ESP32C3', 'esp32c3'],
    ['xiao', 'esp32c3'],
    ['ESP32_C6', 'esp32c6'],
    ['XIAO ESP32C6', 'esp32c6'],
    ['esp32c6-devkitc-1', 'esp32c6'],
    ['esp32s3', null],
    ['ESP32-H2', null],
    ['simulated', null],
    ['', null],
    [undefined, null],
  ])('%s is %s', (text, board) => {
    expect(boardOf(text)).toBe(board);
  });
});

describe.each(boardIds)('the table of %s', (id) => {
  const { usable, reserved, lastGpio, inputOnly, withCare, i2c, oneWire, adc1 } = boards[id];

  it('names no pin as usable and reserved, and none outside the chip', () => {
    const kept = Object.values(reserved).flat();
    expect(usable.filter((gpio) => kept.includes(gpio))).toEqual([]);
    expect([...usable, ...kept].filter((gpio) => gpio > lastGpio)).toEqual([]);
    expect(new Set(kept).size).toBe(kept.length);
  });

  it('has its buses and special pins among the usable ones, and at least one analog input', () => {
    const special = [...inputOnly, ...withCare, i2c.sda, i2c.scl, oneWire];
    expect(special.filter((gpio) => !usable.includes(gpio))).toEqual([]);
    expect(adc1.some((gpio) => usable.includes(gpio))).toBe(true);
  });
});
