import { describe, expect, it } from 'vitest';
import { FrameBuilder, IDLE_FRAME_MS } from '../../../../src/main/telemetry/live-frames';
import type { SeriesRow } from '../../../../src/main/telemetry/sample-store';
import { Series } from '../../../../src/main/telemetry/series';
import type { TelemetryFrame } from '../../../../src/shared/api/telemetry';
import type { DeviceId, SeriesId } from '../../../../src/shared/domain/ids';

const start = Date.UTC(2026, 10, 21, 12);
const ids = ['ESP_A:4:ds18b20', 'ESP_A:5:ds18b20', 'ESP_A:6:ds18b20'] as SeriesId[];
const empty: TelemetryFrame = {
  sentAt: start,
  index: [],
  at: [],
  value: [],
  quality: [],
  stale: [],
  merged: 0,
  heldBack: 0,
};

class Bench {
  readonly stale = new Set<Series>();
  readonly series = new Map<SeriesId, Series>();
  readonly builder = new FrameBuilder(
    ids,
    (id) => this.series.get(id),
    (one) => this.stale.has(one),
  );

  open(id: SeriesId): Series {
    const row: SeriesRow = {
      number: 1,
      id,
      deviceId: 'ESP_A' as DeviceId,
      gpio: 4,
      type: 'ds18b20',
      address: null,
      subzoneId: null,
    };
    const series = new Series(row);
    this.series.set(id, series);
    return series;
  }
}

function take(series: Series, value: number | null, receivedMs = start): void {
  const quality = value === null ? 'error' : 'good';
  series.take({ value, unit: '°C', quality }, 0, { tsMs: null, receivedMs, monotonicMs: receivedMs - start });
}

function bench(): { built: Bench; first: Series } {
  const built = new Bench();
  return { built, first: built.open(ids[0] ?? ('' as SeriesId)) };
}

describe('FrameBuilder', () => {
  it('sends an empty frame first, so that the page knows the connection', () => {
    expect(bench().built.builder.next(start)).toEqual(empty);
  });

  it('says nothing while there is no news', () => {
    const { built } = bench();
    built.builder.next(start);
    expect([built.builder.next(start + 50), built.builder.next(start + IDLE_FRAME_MS - 1)]).toEqual([null, null]);
  });

  it('sends a sign of life every second', () => {
    const { built } = bench();
    built.builder.next(start);
    expect(built.builder.next(start + IDLE_FRAME_MS)).toEqual({ ...empty, sentAt: start + IDLE_FRAME_MS });
  });

  it('sends what a series had before the subscription, without counting it as merged', () => {
    const { built, first } = bench();
    take(first, 24);
    take(first, 25, start + 10);
    expect(built.builder.next(start + 20)).toEqual({
      ...empty,
      sentAt: start + 20,
      index: [0],
      at: [start + 10],
      value: [25],
      quality: [0],
      stale: [false],
    });
  });

  it('sends the newest of several readings and how many it replaced', () => {
    const { built, first } = bench();
    take(first, 24);
    built.builder.next(start);
    for (const value of [25, 26, null]) take(first, value, start + 30);
    expect(built.builder.next(start + 50)).toEqual({
      ...empty,
      sentAt: start + 50,
      index: [0],
      at: [start + 30],
      value: [null],
      quality: [5],
      stale: [false],
      merged: 2,
    });
  });

  it('sends each reading once', () => {
    const { built, first } = bench();
    take(first, 24);
    built.builder.next(start);
    expect(built.builder.next(start + 50)).toBeNull();
  });

  it('tells when a value turns stale and when it is fresh again', () => {
    const { built, first } = bench();
    take(first, 24);
    built.builder.next(start);
    built.stale.add(first);
    const staleFrame = built.builder.next(start + 50);
    built.stale.delete(first);
    const freshFrame = built.builder.next(start + 100);
    expect([staleFrame, freshFrame].map((frame) => [frame?.index, frame?.stale, frame?.merged])).toEqual([
      [[0], [true], 0],
      [[0], [false], 0],
    ]);
  });

  it('leaves out a series that does not exist yet, or has no reading, and takes it up when it does', () => {
    const { built } = bench();
    built.builder.next(start);
    const second = built.open(ids[1] ?? ('' as SeriesId));
    take(second, 30);
    expect(built.builder.next(start + 50)?.index).toEqual([1]);
  });

  it('counts frames that were held back, once', () => {
    const { built, first } = bench();
    built.builder.holdBack();
    built.builder.holdBack();
    const frame = built.builder.next(start);
    take(first, 24);
    expect([frame?.heldBack, built.builder.next(start + 50)?.heldBack]).toEqual([2, 0]);
  });

  it('goes on when the wall clock is set back', () => {
    const { built } = bench();
    built.builder.next(start);
    expect(built.builder.next(start - 3_600_000)).toEqual({ ...empty, sentAt: start - 3_600_000 });
  });
});
