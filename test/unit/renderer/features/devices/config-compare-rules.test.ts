import { describe, expect, it } from 'vitest';
import { compareSection } from '../../../../../src/renderer/features/devices/config-compare-rules';
import type { ConfigSections, DeviceView } from '../../../../../src/shared/api/devices';
import { sampleDevice } from './sample-plant';

const sensor = (
  gpio: number,
  interval = 30,
  sensorType = 'ds18b20',
): NonNullable<ConfigSections['sensors']>[number] => ({
  gpio,
  sensor_type: sensorType,
  sensor_name: 'Air',
  active: true,
  raw_mode: true,
  operating_mode: 'continuous',
  measurement_interval_seconds: interval,
  subzone_id: '',
});

function config(desired: ConfigSections | null, confirmed: ConfigSections | null): DeviceView['config'] {
  return { ...sampleDevice('ESP_1').config, desired, confirmed };
}

describe('desired against confirmed configuration', () => {
  it('tells same, changed, wanted and surplus apart, in pin order', () => {
    const compared = compareSection(
      config({ sensors: [sensor(12), sensor(4), sensor(5, 60)] }, { sensors: [sensor(4), sensor(5), sensor(13)] }),
      'sensors',
    );
    expect(compared.map(({ key, state, changedFields }) => [key, state, changedFields])).toEqual([
      ['4:ds18b20', 'same', []],
      ['5:ds18b20', 'changed', ['measurement_interval_seconds']],
      ['12:ds18b20', 'wanted', []],
      ['13:ds18b20', 'surplus', []],
    ]);
  });

  it('keeps two sensors on one pin apart', () => {
    const both = { sensors: [sensor(21, 30, 'sht31_temp'), sensor(21, 30, 'sht31_humidity')] };
    expect(compareSection(config(both, both), 'sensors').map(({ state }) => state)).toEqual(['same', 'same']);
  });

  it('is empty when nothing was ever pushed', () => {
    expect(compareSection(config(null, null), 'actuators')).toEqual([]);
  });
});
