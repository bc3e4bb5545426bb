import { describe, expect, test } from 'vitest';
import {
  MAX_PENS,
  proposedSeries,
  toggledSeries,
  withGaps,
} from '../../../../../src/renderer/features/overview/plot-rules';
import type { ZoneContent } from '../../../../../src/renderer/plant/zone-rules';
import type { SeriesId } from '../../../../../src/shared/domain/ids';
import { sensorOf } from '../../plant-fixtures';

const id = (number: number) => `ESP_1:${number}:ph` as SeriesId;

const contentOf = (...sensors: ZoneContent['sensors']): ZoneContent => ({
  zoneId: 'z',
  zone: null,
  devices: [],
  actuators: [],
  sensors,
});

describe('the choice of lines', () => {
  test('a press adds at the end, a second one takes out', () => {
    const two = toggledSeries([id(1)], id(2));
    expect([two, toggledSeries(two ?? [], id(1))]).toEqual([[id(1), id(2)], [id(2)]]);
  });

  test('there are no more lines than pens', () => {
    const full = Array.from({ length: MAX_PENS }, (_, number) => id(number));
    expect([toggledSeries(full, id(99)), toggledSeries(full, id(0))?.length]).toEqual([null, MAX_PENS - 1]);
  });

  test('the proposal is one value per zone, all of the same unit, three at most', () => {
    const temperature = (device: string) => sensorOf(device, 4, 'ds18b20');
    const humidity = (device: string) => sensorOf(device, 2, 'sht31_humidity', { unit: '%RH' });
    const contents = [
      contentOf(temperature('A')),
      contentOf(humidity('B')),
      contentOf(humidity('C'), temperature('C')),
      contentOf(temperature('D')),
      contentOf(temperature('E')),
    ];
    expect([proposedSeries(contents), proposedSeries([])]).toEqual([['A:4:ds18b20', 'C:4:ds18b20', 'D:4:ds18b20'], []]);
  });
});

describe('gaps', () => {
  test('a silence becomes a gap with its ends, a usual distance none', () => {
    const points = [0, 10_000, 20_000, 30_000, 400_000, 410_000].map((at) => ({ at, value: 1 }));
    const { points: filled, gaps } = withGaps(points);
    expect(gaps).toEqual([{ from: 30_000, to: 400_000 }]);
    expect(filled.map(({ at, value }) => [at, value])).toEqual([
      [0, 1],
      [10_000, 1],
      [20_000, 1],
      [30_000, 1],
      [30_001, null],
      [400_000, 1],
      [410_000, 1],
    ]);
  });

  test('a slow series has no gap in every step', () => {
    expect(withGaps([0, 300_000, 600_000].map((at) => ({ at, value: 1 }))).gaps).toEqual([]);
  });

  test('of no point or one there are none', () => {
    expect([withGaps([]).points, withGaps([{ at: 1, value: 2 }]).gaps]).toEqual([[], []]);
  });
});
