import { describe, expect, it } from 'vitest';
import { Series } from '../../../../src/main/telemetry/series';
import type { SeriesRow } from '../../../../src/main/telemetry/sample-store';
import type { DeviceId, SeriesId } from '../../../../src/shared/domain/ids';

const row: SeriesRow = {
  number: 1,
  id: 'ESP_A:4:ds18b20' as SeriesId,
  deviceId: 'ESP_A' as DeviceId,
  gpio: 4,
  type: 'ds18b20',
  address: null,
  subzoneId: null,
};
const start = Date.UTC(2026, 10, 21, 12);
const reading = { value: 25, unit: '°C', quality: 'good' } as const;
/** A series that got readings at these monotonic times. */
function fed(...monotonicTimes: number[]): Series {
  const series = new Series(row);
  for (const monotonicMs of monotonicTimes)
    series.take(reading, 400, { tsMs: null, receivedMs: start + monotonicMs, monotonicMs });
  return series;
}

describe('the key of a row', () => {
  it('is the receive time in microseconds', () => {
    expect(new Series(row).nextAtUs(start)).toBe(start * 1000);
  });

  it('stays apart and in order within one millisecond', () => {
    const series = new Series(row);
    expect([start, start, start, start + 1].map((ms) => series.nextAtUs(ms) - start * 1000)).toEqual([0, 1, 2, 1000]);
  });

  it('moves on by microseconds while a burst runs ahead of the clock', () => {
    const series = new Series(row);
    const keys = Array.from({ length: 1_500 }, () => series.nextAtUs(start));
    expect(new Set(keys).size).toBe(1_500);
    expect(series.nextAtUs(start + 1)).toBe(start * 1000 + 1_500);
  });

  it('does not go back when the wall clock goes back by less than a second', () => {
    const series = new Series(row);
    const first = series.nextAtUs(start);
    expect(series.nextAtUs(start - 900)).toBe(first + 1);
  });

  it('follows the wall clock back by an hour', () => {
    const series = new Series(row);
    series.nextAtUs(start);
    expect(series.nextAtUs(start - 3_600_000)).toBe((start - 3_600_000) * 1000);
  });

  it('follows the wall clock forward by an hour', () => {
    const series = new Series(row);
    series.nextAtUs(start);
    expect(series.nextAtUs(start + 3_600_000)).toBe((start + 3_600_000) * 1000);
  });
});

describe('how long a value is fresh', () => {
  it.each<[string, Series, number | undefined, number]>([
    ['is three usual intervals before anything is known', fed(), undefined, 90_000],
    ['is the same after a single reading', fed(0), undefined, 90_000],
    ['follows the interval that the device was told', fed(), 60_000, 182_000],
    ['follows the rhythm of the readings', fed(0, 30_000), undefined, 92_000],
    ['learns a new rhythm slowly', fed(0, 10_000, 20_000, 50_000), undefined, (10_000 + 0.2 * 20_000) * 3 + 2_000],
    ['prefers what the device was told to its rhythm', fed(0, 1_000), 30_000, 92_000],
    ['is never shorter than 10 s', fed(0, 20), undefined, 10_000],
    ['lets the longest legal interval pass three times', fed(), 300_000, 902_000],
    ['is never longer than that', fed(0, 3_600_000), undefined, 902_000],
  ])('%s', (_name, series, configuredMs, expected) => {
    expect(series.staleAfterMs(configuredMs)).toBe(expected);
  });
});

describe('a series', () => {
  it('has no age before its first reading', () => {
    expect(fed().ageMs(5_000)).toBeNull();
  });

  it('grows old on the monotonic clock', () => {
    expect(fed(1_000).ageMs(5_000)).toBe(4_000);
  });

  it('counts its readings and keeps the newest', () => {
    const series = fed(0);
    series.take({ value: null, unit: '°C', quality: 'error' }, -2032, {
      tsMs: 7,
      receivedMs: start + 9,
      monotonicMs: 9,
    });
    expect([series.version, series.latest]).toEqual([
      2,
      { value: null, unit: '°C', quality: 'error', raw: -2032, tsMs: 7, receivedMs: start + 9 },
    ]);
  });

  it('shows a stored reading after a restart, without taking it for a new one', () => {
    const series = new Series(row);
    series.restore({ at: start * 1000 + 999, value: 25, raw: 400, quality: 99, ts: null });
    expect([series.version, series.ageMs(1), series.latest]).toEqual([
      0,
      null,
      { value: 25, unit: '°C', quality: 'unknown', raw: 400, tsMs: null, receivedMs: start },
    ]);
  });

  it('restores a type that it does not know without a unit', () => {
    const series = new Series({ ...row, type: 'radon' });
    series.restore({ at: start * 1000, value: 40, raw: 40, quality: 0, ts: 1 });
    expect(series.latest).toMatchObject({ unit: '', quality: 'good', tsMs: 1 });
  });
});
