import { describe, expect, it } from 'vitest';
import { SampleStore, type NewSample } from '../../../../src/main/telemetry/sample-store';
import { readSamples, type SampleQuery } from '../../../../src/main/telemetry/samples';
import { Series } from '../../../../src/main/telemetry/series';
import type { DeviceId, SeriesId } from '../../../../src/shared/domain/ids';
import { CLOCK_START_MS, ManualClock } from '../../../fakes/manual-clock';
import { openStore } from '../store/open-store';

const start = CLOCK_START_MS;
const row = {
  number: 1,
  id: 'ESP_A:4:ds18b20' as SeriesId,
  deviceId: 'ESP_A' as DeviceId,
  gpio: 4,
  type: 'ds18b20',
  address: null,
  subzoneId: null,
};
const iso = (ms: number) => new Date(start + ms).toISOString();
const sample = (ms: number, value: number | null, more: Partial<NewSample> = {}): NewSample => ({
  series: 1,
  at: (start + ms) * 1000,
  value,
  raw: 400,
  quality: value === null ? 5 : 0,
  ts: start + ms,
  seq: 1,
  ...more,
});

/** A real database with these rows, read on the same connection instead of the query thread. */
function bench(...samples: NewSample[]) {
  const { store, clock } = openStore({ clock: new ManualClock(start + 60_000) });
  const database = store.history;
  const samplesStore = new SampleStore(database, {
    all: <Row>(sql: string, parameters: readonly (string | number | null)[]) =>
      Promise.resolve(database.prepare<(string | number | null)[], Row>(sql).all(...parameters)),
  });
  samplesStore.createSeries(row);
  for (const one of samples) samplesStore.insert(one);
  const series = new Series(row);
  return { samplesStore, database, read: (query: SampleQuery) => readSamples(samplesStore, series, query, clock) };
}

describe('single readings', () => {
  it('are those of the last hour when nothing else is asked, oldest first', async () => {
    const { read } = bench(
      sample(-3_540_001, 1),
      sample(-3_539_999, 2),
      sample(60_000, 4),
      sample(0, 3),
      sample(60_001, 5),
    );
    expect(await read({})).toEqual({
      items: [
        { at: iso(-3_539_999), value: 2, quality: 'good' },
        { at: iso(0), value: 3, quality: 'good' },
        { at: iso(60_000), value: 4, quality: 'good' },
      ],
    });
  });

  it('include both ends of the range', async () => {
    const { read } = bench(...[0, 1, 2, 3, 4].map((ms) => sample(ms, ms)));
    const { items } = await read({ from: iso(1), to: iso(3) });
    expect(items.map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it('include what lies within the last millisecond of the range', async () => {
    const { read } = bench(sample(3, 3, { at: (start + 3) * 1000 + 999 }), sample(4, 4));
    const { items } = await read({ from: iso(1), to: iso(3) });
    expect(items.map(({ value }) => value)).toEqual([3]);
  });

  it('come in pages without losing or repeating one', async () => {
    const { read } = bench(...Array.from({ length: 7 }, (_, index) => sample(0, index, { at: start * 1000 + index })));
    const values: (number | null)[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await read({ limit: 3, cursor });
      sizes.push(page.items.length);
      values.push(...page.items.map(({ value }) => value));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect([values, sizes]).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [3, 3, 1],
    ]);
  });

  it('have no further page when the last one is exactly full', async () => {
    const { read } = bench(sample(0, 0), sample(1, 1));
    expect(await read({ limit: 2 })).not.toHaveProperty('nextCursor');
  });

  it('start from the beginning for a cursor that is none', async () => {
    const { read } = bench(sample(0, 0));
    expect((await read({ cursor: 'x' })).items).toHaveLength(1);
  });

  it('show a fault as a missing value with its quality', async () => {
    const { read } = bench(sample(0, null), sample(1, 1, { quality: 99 }));
    expect((await read({})).items).toEqual([
      { at: iso(0), value: null, quality: 'error' },
      { at: iso(1), value: 1, quality: 'unknown' },
    ]);
  });

  it('are those of their own series', async () => {
    const { read } = bench(sample(0, 1), sample(0, 2, { series: 2 }));
    expect((await read({})).items.map(({ value }) => value)).toEqual([1]);
  });

  it('are none in a range that ends before it starts', async () => {
    const { read } = bench(sample(0, 0));
    expect([
      await read({ from: iso(1), to: iso(-1) }),
      await read({ from: iso(1), to: iso(-1), maxPoints: 10 }),
    ]).toEqual([{ items: [] }, { items: [] }]);
  });
});

describe('buckets', () => {
  const everySecond = (count: number) => Array.from({ length: count }, (_, second) => sample(second * 1000, second));

  it('are at most as many as asked, with mean, minimum, maximum and worst quality', async () => {
    const { read } = bench(...everySecond(10), sample(9_500, 100, { quality: 3 }));
    const page = await read({ from: iso(0), to: iso(9_999), maxPoints: 2 });
    expect(page).toEqual({
      items: [
        { at: iso(0), value: 2, min: 0, max: 4, quality: 'good' },
        { at: iso(5_000), value: (5 + 6 + 7 + 8 + 9 + 100) / 6, min: 5, max: 100, quality: 'suspect' },
      ],
    });
  });

  it('keep to the number of points for a whole day of readings', async () => {
    const { read } = bench(...Array.from({ length: 2_880 }, (_, index) => sample(index * 30_000 - 86_400_000, index)));
    const { items } = await read({ from: iso(-86_400_000), to: iso(0), maxPoints: 100 });
    expect(items).toHaveLength(100);
    expect(items.every(({ value }) => value !== null)).toBe(true);
  });

  it('are never shorter than a millisecond', async () => {
    const { read } = bench(sample(0, 1, { at: start * 1000 }), sample(0, 3, { at: start * 1000 + 999 }), sample(1, 9));
    const { items } = await read({ from: iso(0), to: iso(1), maxPoints: 10_000 });
    expect(items.map(({ value }) => value)).toEqual([2, 9]);
  });

  it('mark a pause as a gap behind the last reading before it', async () => {
    const { read } = bench(sample(0, 1), sample(600_000, 2));
    expect(await read({ from: iso(0), to: iso(1_000_000), maxPoints: 100 })).toEqual({
      items: [
        { at: iso(0), value: 1, min: 1, max: 1, quality: 'good' },
        { at: iso(0), value: null, quality: 'unknown' },
        { at: iso(600_000), value: 2, min: 2, max: 2, quality: 'good' },
      ],
    });
  });

  it('show no gap while a slow sensor keeps its rhythm', async () => {
    const { read } = bench(sample(0, 1), sample(90_000, 2), sample(180_001, 3));
    const { items } = await read({ from: iso(0), to: iso(200_000), maxPoints: 1_000 });
    expect(items.map(({ value }) => value)).toEqual([1, 2, null, 3]);
  });

  it('of faults alone have neither value nor bounds', async () => {
    const { read } = bench(sample(0, null), sample(1, null));
    expect((await read({ from: iso(0), to: iso(10), maxPoints: 1 })).items).toEqual([
      { at: iso(0), value: null, quality: 'error' },
    ]);
  });
});

describe('SampleStore', () => {
  it('moves a row whose key is taken by a microsecond', () => {
    const { samplesStore, database } = bench(sample(0, 1));
    samplesStore.insert(sample(0, 2));
    samplesStore.insert(sample(0, 3));
    expect(database.prepare('SELECT at, value FROM samples ORDER BY at').all()).toEqual([
      { at: start * 1000, value: 1 },
      { at: start * 1000 + 1, value: 2 },
      { at: start * 1000 + 2, value: 3 },
    ]);
  });

  it('puts a row behind the newest one when a whole millisecond is full', () => {
    const { samplesStore, database } = bench(
      ...Array.from({ length: 1_000 }, (_, index) => sample(0, index, { at: start * 1000 + index })),
    );
    samplesStore.insert(sample(0, 7777));
    expect(database.prepare('SELECT value FROM samples ORDER BY at DESC LIMIT 1').get()).toEqual({ value: 7777 });
  });

  it('removes a device with its rows and takes them off the total', () => {
    const { samplesStore, database } = bench(sample(0, 1), sample(1, 2), sample(0, 9, { series: 2 }));
    samplesStore.createSeries({ ...row, number: 2, id: 'ESP_B:4:ds18b20' as SeriesId, deviceId: 'ESP_B' as DeviceId });
    samplesStore.countRows(3);
    expect(samplesStore.removeDevice('ESP_A' as DeviceId)).toBe(2);
    expect([
      samplesStore.allSeries().map(({ id }) => id),
      database.prepare('SELECT value FROM samples').all(),
      database.prepare("SELECT value FROM totals WHERE key = 'samples'").get(),
    ]).toEqual([['ESP_B:4:ds18b20'], [{ value: 9 }], { value: 1 }]);
  });

  it('hands out the newest identities, oldest first, and the latest row', () => {
    const { samplesStore } = bench(...[1, 2, 3].map((seq) => sample(seq, seq, { seq, ts: null })));
    expect([samplesStore.recentIdentities(1, 2), samplesStore.latest(1), samplesStore.latest(7)]).toEqual([
      [
        { ts: null, seq: 2, raw: 400 },
        { ts: null, seq: 3, raw: 400 },
      ],
      { at: (start + 3) * 1000, value: 3, raw: 400, quality: 0, ts: null },
      undefined,
    ]);
  });
});
