import { describe, expect, it } from 'vitest';
import { boardOfChip, learnBoard } from '../../../../src/main/control/board-learning';
import { A, B, found, openCore } from '../devices/core-bench';

describe('the board of a device', () => {
  it.each([
    ['ESP32-C3', 'esp32c3'],
    ['ESP32-C3 (QFN32)', 'esp32c3'],
    ['esp32c3', 'esp32c3'],
    ['ESP32-C6', 'esp32c6'],
    ['ESP32C6', 'esp32c6'],
    ['ESP32', 'esp32'],
    ['ESP32-D0WDQ6', 'esp32'],
    ['ESP32-PICO-D4', 'esp32'],
    ['ESP32-S0WD', 'esp32'],
    [' esp32-wroom-32 ', 'esp32'],
    ['ESP32-S3', null],
    ['ESP32-S2FH4', null],
    ['ESP32-C61', null],
    ['ESP32-C2', null],
    ['ESP32-H2', null],
    ['ESP32-P4', null],
    ['ESP8266', null],
    ['', null],
  ])('of the chip %j is %s', (chip, board) => {
    expect(boardOfChip(chip)).toBe(board);
  });

  it('is learnt from the device and kept over a restart', () => {
    const core = openCore();
    core.approved(A);
    learnBoard(core.registry, A, 'ESP32-C3');
    core.store.batch.flush();
    expect(found(core.restart().registry.get(A)).board).toEqual({ id: 'esp32c3', source: 'device' });
  });

  it('is what the operator said, whatever the device says', () => {
    const core = openCore();
    const device = core.approved(A);
    device.board = { id: 'esp32c6', source: 'operator' };
    learnBoard(core.registry, A, 'ESP32-C3');
    expect(device.board).toEqual({ id: 'esp32c6', source: 'operator' });
  });

  it('is left alone by a chip without pin rules, by a repetition and by a device that is not known', () => {
    const core = openCore();
    const device = core.approved(A);
    learnBoard(core.registry, A, 'ESP32-C3');
    core.told.splice(0);
    learnBoard(core.registry, A, 'ESP32-C3');
    learnBoard(core.registry, A, 'ESP32-S3');
    learnBoard(core.registry, B, 'ESP32-C3');
    expect([device.board, core.told]).toEqual([{ id: 'esp32c3', source: 'device' }, []]);
  });
});
