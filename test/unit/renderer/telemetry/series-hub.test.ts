import { describe, expect, test } from 'vitest';
import { noValue, SeriesHub } from '../../../../src/renderer/telemetry/series-hub';
import type { TelemetryFrame } from '../../../../src/shared/api/telemetry';
import type { DeviceId, SeriesId } from '../../../../src/shared/domain/ids';
import { noonMs, sensorOf } from '../plant-fixtures';

const a = 'ESP_1:4:ds18b20' as SeriesId;
const b = 'ESP_1:5:ph' as SeriesId;

type Opened = {
  readonly series: readonly SeriesId[];
  readonly signal: AbortSignal;
  readonly send: (frame: Partial<TelemetryFrame>) => Promise<void>;
  readonly fail: () => Promise<void>;
};

/** A hub whose clock, timers, frames and streams are in the hands of the test. */
function stage() {
  const history = new Map<SeriesId, { at: number; value: number }[]>([[a, [{ at: noonMs - 60_000, value: 7 }]]]);
  const opened: Opened[] = [];
  const draws: (() => void)[] = [];
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  let nowMs = noonMs;
  const hub = new SeriesHub({
    openStream: async (series, signal) => {
      const { iterable, send, fail } = channel();
      opened.push({ series, signal, send, fail });
      return iterable;
    },
    readHistory: async (id) => history.get(id) ?? Promise.reject(new Error('no history')),
    noteSentAt: () => undefined,
    now: () => nowMs,
    requestFrame: (draw) => void draws.push(draw),
    after: (ms, run) => {
      const timer = { at: nowMs + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  const connection = new AbortController();
  return {
    hub,
    history,
    opened,
    connection,
    draw: () => draws.splice(0).forEach((run) => run()),
    advance: async (ms: number) => {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.at > nowMs) continue;
        timers.delete(timer);
        timer.run();
      }
      await settled();
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function channel() {
  const waiting: PromiseWithResolvers<IteratorResult<TelemetryFrame>>[] = [];
  const frames: TelemetryFrame[] = [];
  const iterable: AsyncIterable<TelemetryFrame> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const next = Promise.withResolvers<IteratorResult<TelemetryFrame>>();
        const frame = frames.shift();
        if (frame) next.resolve({ value: frame, done: false });
        else waiting.push(next);
        return next.promise;
      },
    }),
  };
  const send = async (part: Partial<TelemetryFrame>) => {
    const frame = {
      sentAt: noonMs,
      index: [],
      at: [],
      value: [],
      quality: [],
      stale: [],
      merged: 0,
      heldBack: 0,
      ...part,
    };
    const next = waiting.shift();
    if (next) next.resolve({ value: frame, done: false });
    else frames.push(frame);
    await settled();
  };
  const fail = async () => {
    waiting.shift()?.reject(new Error('The console ended the stream.'));
    await settled();
  };
  return { iterable, send, fail };
}

const readings = (...values: readonly (readonly [index: number, value: number])[]): Partial<TelemetryFrame> => ({
  index: values.map(([index]) => index),
  at: values.map(() => noonMs),
  value: values.map(([, value]) => value),
  quality: values.map(() => 0),
  stale: values.map(() => false),
});

const nothing = () => undefined;

describe('the telemetry hub', () => {
  test('reads the past of a device again that took over from another one, and of no other', async () => {
    const { hub, history, connection, advance } = stage();
    hub.connected(connection.signal);
    hub.subscribe(a, nothing);
    await advance(1_000);
    const timesOf = (id: SeriesId) => Array.from({ length: hub.points(id).length }, (_, i) => hub.points(id).timeAt(i));
    expect(timesOf(a)).toEqual([noonMs - 60_000]);
    history.set(
      a,
      [noonMs - 300_000, noonMs - 60_000].map((at) => ({ at, value: 7 })),
    );
    hub.historyChanged('ESP_10' as DeviceId);
    await advance(1_000);
    expect(timesOf(a)).toEqual([noonMs - 60_000]);
    hub.historyChanged('ESP_1' as DeviceId);
    await advance(1_000);
    expect(timesOf(a)).toEqual([noonMs - 300_000, noonMs - 60_000]);
  });

  test('opens one stream for everything that is subscribed within a moment', async () => {
    const { hub, opened, connection, advance } = stage();
    hub.connected(connection.signal);
    hub.subscribe(a, nothing);
    hub.subscribe(b, nothing);
    hub.subscribe(a, nothing);
    await advance(150);
    expect(opened.map(({ series }) => series)).toEqual([[a, b]]);
  });

  test('tells listeners once per animation frame, and only those whose series changed', async () => {
    const { hub, opened, connection, advance, draw } = stage();
    const told: string[] = [];
    hub.subscribe(a, () => told.push('a'));
    hub.subscribe(b, () => told.push('b'));
    hub.connected(connection.signal);
    await advance(0);
    draw();
    told.length = 0;
    await opened[0]?.send(readings([0, 21]));
    await opened[0]?.send(readings([0, 22]));
    expect(told).toEqual([]);
    draw();
    expect([told, hub.latest(a), hub.latest(b)]).toEqual([
      ['a'],
      { value: 22, at: noonMs, quality: 'good', isStale: false },
      noValue,
    ]);
  });

  test('a value keeps its identity until it changes', async () => {
    const { hub, opened, connection, advance } = stage();
    hub.subscribe(a, nothing);
    hub.subscribe(b, nothing);
    hub.connected(connection.signal);
    await advance(0);
    await opened[0]?.send(readings([0, 21], [1, 7]));
    const before = hub.latest(b);
    await opened[0]?.send(readings([0, 22]));
    expect(hub.latest(b)).toBe(before);
  });

  test('a new selection opens a new stream and ends the old one', async () => {
    const { hub, opened, connection, advance } = stage();
    const end = hub.subscribe(a, nothing);
    hub.connected(connection.signal);
    await advance(0);
    hub.subscribe(b, nothing);
    end();
    await advance(150);
    expect(opened.map(({ series, signal }) => [series, signal.aborted])).toEqual([
      [[a], true],
      [[b], false],
    ]);
  });

  test('a selection that comes back to what it was keeps its stream', async () => {
    const { hub, opened, connection, advance } = stage();
    hub.subscribe(a, nothing);
    hub.connected(connection.signal);
    await advance(0);
    hub.subscribe(b, nothing)();
    await advance(150);
    expect(opened.length).toBe(1);
  });

  test('never asks for more than 2000 series, and then for those on screen first', async () => {
    const { hub, opened, connection, advance } = stage();
    for (let index = 0; index < 2100; index += 1) hub.subscribe(`ESP_1:${index % 250}:t${index}` as SeriesId, nothing);
    hub.connected(connection.signal);
    await advance(0);
    expect(opened[0]?.series.length).toBe(2000);
    const last = 'ESP_1:99:t2099' as SeriesId;
    expect(opened[0]?.series.includes(last)).toBe(false);
    hub.subscribe(last, () => undefined);
    await advance(150);
    expect([opened[1]?.series.length, opened[1]?.series[0]]).toEqual([2000, last]);
  });

  test('on a loss of the connection every value is stale at once', async () => {
    const { hub, opened, connection, advance, draw } = stage();
    const told: string[] = [];
    hub.subscribe(a, () => told.push('a'));
    hub.connected(connection.signal);
    await advance(0);
    await opened[0]?.send(readings([0, 21]));
    draw();
    told.length = 0;
    connection.abort();
    draw();
    expect([told, hub.latest(a)]).toEqual([['a'], { value: 21, at: noonMs, quality: 'good', isStale: true }]);
  });

  test('a value without a new reading becomes stale by itself', async () => {
    const { hub, opened, connection, advance } = stage();
    hub.describe(sensorOf('ESP_1', 4, 'ds18b20', { staleAfterMs: 90_000, receivedAt: null }));
    hub.subscribe(a, nothing);
    hub.connected(connection.signal);
    await advance(0);
    await opened[0]?.send(readings([0, 21]));
    await advance(90_000);
    hub.tick();
    expect(hub.latest(a).isStale).toBe(false);
    await advance(1);
    hub.tick();
    expect(hub.latest(a).isStale).toBe(true);
  });

  test("takes a sensor's first value from its description, but never over a newer reading", async () => {
    const { hub, opened, connection, advance } = stage();
    const old = sensorOf('ESP_1', 4, 'ds18b20', { value: 1, receivedAt: new Date(noonMs - 5000).toISOString() });
    hub.describe(old);
    expect(hub.latest(a).value).toBe(1);
    hub.subscribe(a, nothing);
    hub.connected(connection.signal);
    await advance(0);
    await opened[0]?.send(readings([0, 21]));
    hub.describe(old);
    expect(hub.latest(a).value).toBe(21);
  });

  test('seeds a ring from history; a failure only leaves it shorter', async () => {
    const { hub, connection, advance } = stage();
    hub.subscribe(a, nothing);
    hub.subscribe(b, nothing);
    hub.connected(connection.signal);
    await advance(0);
    expect([hub.points(a).length, hub.points(a).valueAt(0), hub.points(b).length]).toEqual([1, 7, 0]);
  });

  test('says how far the display is behind, also when frames stop coming', async () => {
    const { hub, opened, connection, advance, draw } = stage();
    hub.subscribe(a, nothing);
    hub.connected(connection.signal);
    await advance(0);
    draw();
    await advance(1400);
    await opened[0]?.send({ ...readings([0, 21]), sentAt: noonMs });
    draw();
    expect(hub.display.lagMs).toBe(1400);
    await advance(5000);
    hub.tick();
    expect(hub.display.lagMs).toBe(5400);
    await opened[0]?.send({ sentAt: noonMs + 6400 });
    expect(hub.display.lagMs).toBe(0);
  });

  test('opens the stream again when the console ends it', async () => {
    const { hub, opened, connection, advance } = stage();
    hub.subscribe(a, nothing);
    hub.connected(connection.signal);
    await advance(0);
    await opened[0]?.fail();
    await advance(1000);
    expect(opened.map(({ series }) => series)).toEqual([[a], [a]]);
  });

  test('adds up what was merged and held back', async () => {
    const { hub, opened, connection, advance } = stage();
    hub.subscribe(a, nothing);
    hub.connected(connection.signal);
    await advance(0);
    await opened[0]?.send({ merged: 3, heldBack: 1 });
    await opened[0]?.send({ merged: 4 });
    expect([hub.display.merged, hub.display.heldBack]).toEqual([7, 1]);
  });
});
