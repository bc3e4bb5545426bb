import { describe, expect, test } from 'vitest';
import { zoneContents, zoneIdOf } from '../../../../src/renderer/plant/zone-rules';
import type { DeviceView } from '../../../../src/shared/api/devices';
import type { ZoneId } from '../../../../src/shared/domain/ids';
import { actuatorOf, deviceOf, sensorOf, zoneOf } from '../plant-fixtures';

const inZone = (desired: string | null, confirmed: string | null): Partial<DeviceView> => ({
  zone: { desired: desired as ZoneId | null, confirmed: confirmed as ZoneId | null, state: 'pending' },
});

function byId<T>(keyOf: (item: T) => string, ...items: readonly T[]): Record<string, T> {
  return Object.fromEntries(items.map((item) => [keyOf(item), item]));
}

describe('the zone of a device', () => {
  test.each([
    ['zone_1', 'zone_2', 'zone_2'],
    ['zone_1', null, 'zone_1'],
    [null, null, null],
  ])('desired %s, confirmed %s: stands in %s', (desired, confirmed, expected) => {
    expect(zoneIdOf(deviceOf('ESP_1', inZone(desired, confirmed)))).toBe(expected);
  });
});

describe('the zones of a plant', () => {
  const plant = {
    zones: byId(({ id }) => id, zoneOf('b', { order: 1 }), zoneOf('a', { order: 2 }), zoneOf('c', { order: 0 })),
    devices: byId(
      ({ id }) => id,
      deviceOf('ESP_10', inZone('b', 'b')),
      deviceOf('ESP_9', inZone('b', 'b')),
      deviceOf('ESP_2', inZone(null, null)),
      deviceOf('ESP_3', inZone('gone', 'gone')),
      deviceOf('ESP_4', { ...inZone('b', 'b'), approval: 'pending' }),
    ),
    sensors: byId(
      ({ seriesId }) => seriesId,
      sensorOf('ESP_9', 4, 'sht31_humidity'),
      sensorOf('ESP_9', 4, 'sht31_temp'),
      sensorOf('ESP_9', 4, 'alien'),
      sensorOf('ESP_9', 12, 'ph'),
      sensorOf('ESP_10', 2, 'ph'),
      sensorOf('ESP_4', 1, 'ph'),
    ),
    actuators: byId(
      ({ deviceId, gpio }) => `${deviceId}:${gpio}`,
      actuatorOf('ESP_10', 5),
      actuatorOf('ESP_9', 18),
      actuatorOf('ESP_9', 5),
    ),
  };

  test('stand in display order, then unknown zones, then devices without zone; pending devices nowhere', () => {
    expect(
      zoneContents(plant).map(({ zoneId, zone, devices }) => [zoneId, zone?.name ?? null, devices.map(({ id }) => id)]),
    ).toEqual([
      ['c', 'Zone c', []],
      ['b', 'Zone b', ['ESP_9', 'ESP_10']],
      ['a', 'Zone a', []],
      ['gone', null, ['ESP_3']],
      [null, null, ['ESP_2']],
    ]);
  });

  test('list values by device, pin and kind, actuators by device and pin', () => {
    const content = zoneContents(plant).find(({ zoneId }) => zoneId === 'b');
    expect(content?.sensors.map(({ seriesId }) => seriesId)).toEqual([
      'ESP_9:4:sht31_temp',
      'ESP_9:4:sht31_humidity',
      'ESP_9:4:alien',
      'ESP_9:12:ph',
      'ESP_10:2:ph',
    ]);
    expect(content?.actuators.map(({ deviceId, gpio }) => `${deviceId}:${gpio}`)).toEqual([
      'ESP_9:5',
      'ESP_9:18',
      'ESP_10:5',
    ]);
  });
});
