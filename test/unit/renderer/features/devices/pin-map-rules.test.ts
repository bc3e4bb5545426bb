import { describe, expect, it } from 'vitest';
import { newActuator, newSensor } from '../../../../../src/renderer/features/devices/config-draft-rules';
import { mappedPins } from '../../../../../src/renderer/features/devices/pin-map-rules';
import { boardPins } from '../../../../../src/shared/domain/pin-rules';

describe('The pin map', () => {
  const draft = {
    sensors: [
      { ...newSensor(0), sensor_name: 'Air' },
      { ...newSensor(4), sensor_name: 'Root' },
    ],
    actuators: [{ ...newActuator(25), actuator_type: 'valve' as const, actuator_name: 'Valve' }],
    offlineRules: [],
  };
  const pins = mappedPins(boardPins('esp32'), draft);
  const at = (gpio: number) => pins.find((pin) => pin.gpio === gpio);

  it('names what hangs on a pin, also on the second one of a valve, and opens it', () => {
    expect([at(4)?.use, at(25)?.use, at(26)?.use]).toEqual(['Root', 'Valve', 'Valve']);
    expect(at(4)?.item).toMatchObject({ section: 'sensors', index: 1 });
    expect(at(25)?.item).toMatchObject({ section: 'actuators', index: 0 });
  });

  it('offers free pins, says why others are closed, and keeps bus sensors off pin 0', () => {
    expect([at(27)?.isFree, at(34)?.isFree, at(6)?.isFree, at(21)?.isFree]).toEqual([true, true, false, false]);
    expect([at(6)?.reservation, at(0)?.use]).toEqual(['flash', null]);
  });
});
