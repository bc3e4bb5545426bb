import { beforeEach, describe, expect, test } from 'vitest';
import type { SerialLogLine } from '../../../../../../src/shared/api/flash';
import type { JobError } from '../../../../../../src/shared/domain/job-errors';
import { must } from '../../../../../../src/shared/domain/assert';
import { KEPT_LINES, MonitorFeed } from '../../../../../../src/renderer/features/commissioning/monitor/monitor-feed';

type Event = { readonly lines: readonly SerialLogLine[]; readonly dropped: number; readonly ended: JobError | null };

const vanished: JobError = { code: 'port_vanished', message: 'The port is gone.', retryable: true, details: {} };

/** A stream that a test feeds by hand. */
class Source {
  readonly #events: Event[] = [];
  #wake: (() => void) | null = null;
  #isOver = false;
  constructor(readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => void this.end());
  }

  send(texts: readonly string[], change: Partial<Event> = {}): Promise<void> {
    const lines = texts.map((text) => ({ atMs: 0, text, level: text.startsWith('E') ? ('error' as const) : null }));
    this.#events.push({ lines, dropped: 0, ended: null, ...change });
    this.#wake?.();
    return settled();
  }

  end(): Promise<void> {
    this.#isOver = true;
    this.#wake?.();
    return settled();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event> {
    for (;;) {
      const event = this.#events.shift();
      if (event) yield event;
      else if (this.#isOver) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Until the feed has taken what was sent: a few turns of the microtask queue. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

let sources: Source[];
let frames: (() => void)[];
let feed: MonitorFeed;
let refusal: Error | null;

beforeEach(() => {
  sources = [];
  frames = [];
  refusal = null;
  feed = new MonitorFeed({
    openStream: (_port, _baud, signal) => {
      if (refusal) return Promise.reject(refusal);
      const source = new Source(signal);
      sources.push(source);
      return Promise.resolve(source);
    },
    requestFrame: (frame) => void frames.push(frame),
  });
});

async function opened(): Promise<Source> {
  feed.start('/dev/ttyUSB0', 115_200);
  await settled();
  return must(sources.at(-1), 'the feed opened a stream');
}

function draw(): void {
  for (const frame of frames.splice(0)) frame();
}

function shown(): (string | undefined)[] {
  return Array.from({ length: feed.view().shown }, (_, index) => feed.line(index)?.text);
}

describe('The monitor feed', () => {
  test('tells its listeners once per frame, however much comes', async () => {
    const source = await opened();
    let told = 0;
    feed.subscribe(() => (told += 1));
    await source.send(['a', 'b']);
    await source.send(['c']);
    expect({ told, frames: frames.length }).toEqual({ told: 0, frames: 1 });
    draw();
    expect({ told, lines: shown(), state: feed.view().state }).toEqual({
      told: 1,
      lines: ['a', 'b', 'c'],
      state: 'open',
    });
  });

  test('keeps the newest 10,000 lines and counts the others', async () => {
    const source = await opened();
    await source.send(Array.from({ length: KEPT_LINES + 5 }, (_, index) => `line ${index}`));
    draw();
    const { kept, droppedHere, shownDropped } = feed.view();
    expect({ kept, droppedHere, shownDropped, first: feed.line(0)?.text }).toEqual({
      kept: KEPT_LINES,
      droppedHere: 5,
      shownDropped: 5,
      first: 'line 5',
    });
  });

  test('shows no line that is not kept any more', async () => {
    const source = await opened();
    feed.setFilter({ text: '', level: 'error' });
    await source.send(['E old', ...Array.from({ length: KEPT_LINES }, () => 'plain')]);
    await source.send(['E new']);
    draw();
    expect(shown()).toEqual(['E new']);
  });

  test('counts what the console left out', async () => {
    const source = await opened();
    await source.send(['a'], { dropped: 7 });
    await source.send([], { dropped: 2 });
    draw();
    expect(feed.view().droppedByConsole).toBe(9);
  });

  test('filters what it has and what comes, and gives the same as text', async () => {
    const source = await opened();
    await source.send(['E one', 'two']);
    feed.setFilter({ text: '', level: 'error' });
    expect(shown()).toEqual(['E one']);
    await source.send(['three', 'E four']);
    draw();
    expect(shown()).toEqual(['E one', 'E four']);
    expect(feed.text().trimEnd().split('\n')).toHaveLength(2);
    feed.setFilter({ text: 'T', level: 'all' });
    expect(shown()).toEqual(['two', 'three']);
  });

  test('goes on receiving in a pause and says how many lines wait', async () => {
    const source = await opened();
    await source.send(['a']);
    feed.pause(true);
    await source.send(['b', 'c']);
    draw();
    expect({ lines: shown(), waiting: feed.view().waiting }).toEqual({ lines: ['a'], waiting: 2 });
    feed.setFilter({ text: 'c', level: 'all' });
    expect({ lines: shown(), waiting: feed.view().waiting }).toEqual({ lines: [], waiting: 1 });
    feed.pause(false);
    expect({ lines: shown(), waiting: feed.view().waiting }).toEqual({ lines: ['c'], waiting: 0 });
  });

  test('does not count more waiting lines than there are after a very long pause', async () => {
    const source = await opened();
    await source.send(['before']);
    feed.pause(true);
    await source.send(Array.from({ length: KEPT_LINES + 1 }, () => 'x'));
    draw();
    const { shown: count, waiting, kept } = feed.view();
    expect({ count, waiting, kept }).toEqual({ count: 0, waiting: KEPT_LINES, kept: KEPT_LINES });
  });

  test('forgets lines and counts when it is cleared, also in a pause', async () => {
    const source = await opened();
    await source.send(['a'], { dropped: 1 });
    feed.pause(true);
    feed.clear();
    await source.send(['b']);
    draw();
    const { shown: count, kept, waiting, droppedByConsole, droppedHere } = feed.view();
    expect({ count, kept, waiting, droppedByConsole, droppedHere }).toEqual({
      count: 0,
      kept: 1,
      waiting: 1,
      droppedByConsole: 0,
      droppedHere: 0,
    });
  });

  test('says why the port was given back, and keeps the lines', async () => {
    const source = await opened();
    await source.send(['last words'], { ended: vanished });
    await source.send(['never seen']);
    const { state, end } = feed.view();
    expect({ state, end, lines: shown() }).toEqual({
      state: 'closed',
      end: { reason: 'ended', error: vanished, wasOpen: false },
      lines: ['last words'],
    });
  });

  test('tells a port that was lost from one that could not be had', async () => {
    const source = await opened();
    await source.send([]);
    await source.send([], { ended: vanished });
    expect(feed.view().end).toEqual({ reason: 'ended', error: vanished, wasOpen: true });
  });

  test('ends the stream when it is stopped, and takes nothing more from it', async () => {
    const source = await opened();
    feed.stop('left');
    await source.send(['late']);
    expect({ aborted: source.signal.aborted, view: feed.view().end, lines: shown() }).toEqual({
      aborted: true,
      view: { reason: 'left' },
      lines: [],
    });
  });

  test('keeps the reason of an end that came before a stop', async () => {
    const source = await opened();
    await source.send([], { ended: vanished });
    feed.stop('left');
    expect(feed.view().end.reason).toBe('ended');
  });

  test('leaves the old port when another is opened', async () => {
    const first = await opened();
    const second = await opened();
    await first.send(['old']);
    await second.send(['new']);
    draw();
    expect({ aborted: first.signal.aborted, lines: shown() }).toEqual({ aborted: true, lines: ['new'] });
  });

  test('tells a call that failed and a stream that broke off', async () => {
    refusal = new Error('refused');
    feed.start('/dev/ttyUSB0', 115_200);
    await settled();
    expect(feed.view().end).toEqual({ reason: 'failed', error: refusal });
    refusal = null;
    const source = await opened();
    await source.end();
    expect(feed.view()).toMatchObject({ state: 'closed', end: { reason: 'failed', error: { name: 'AbortError' } } });
  });
});
