// What is refused before anything is stored, and the board by which pins are judged (wire contract 8.5).
import { describe, expect, it } from 'vitest';
import { actuator, config, confirmLast, push, pushed, refusal, sensor } from './config-bench';
import { A, OPERATOR, beat, found, openCore } from './core-bench';

const sensors = [sensor(4)];

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
