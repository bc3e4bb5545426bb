import { describe, expect, it } from 'vitest';
import { seamsAfter } from '../../../../src/renderer/plant/seam-rules';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { deviceOf, noonMs } from '../plant-fixtures';

const minutes = (count: number) => noonMs - count * 60_000;
const seam = (id: string, at: number) => ({ deviceId: id as DeviceId, at: new Date(at).toISOString() });
const devices = {
  ESP_1: deviceOf('ESP_1', { name: 'Pump', replaces: [seam('ESP_A', minutes(90)), seam('ESP_B', minutes(10))] }),
  ESP_2: deviceOf('ESP_2', { name: '', replaces: [seam('ESP_C', minutes(20))] }),
  ESP_3: deviceOf('ESP_3'),
};

describe('the seams in a plot', () => {
  it('are the replacements of its devices within its span, oldest first, each once', () => {
    expect(seamsAfter(devices, ['ESP_1', 'ESP_3', 'ESP_2', 'ESP_1'], minutes(60))).toEqual([
      { id: 'ESP_2:ESP_C', deviceId: 'ESP_2', name: 'ESP_2', at: minutes(20) },
      { id: 'ESP_1:ESP_B', deviceId: 'ESP_1', name: 'Pump', at: minutes(10) },
    ]);
  });

  it('are none for devices that were no replacement, are not known, or replaced one before the plot begins', () => {
    expect(seamsAfter(devices, ['ESP_3', 'ESP_9'], minutes(60))).toEqual([]);
    expect(seamsAfter(devices, ['ESP_1', 'ESP_2'], minutes(10))).toEqual([]);
  });
});
