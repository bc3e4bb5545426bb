import type { SerialLogLine } from '../../../../shared/api/flash';
import type { JobError } from '../../../../shared/domain/job-errors';
import { BoundedRing } from './bounded-ring';
import { everyLine, linesAsText, passesFilter, type LineFilter } from './monitor-rules';

/*
 * The lines of the serial monitor outside of React: they may come by the thousand a second. The feed opens the stream, keeps the newest
 * lines, applies filter and pause, and tells its listeners at most once per animation frame. The page's one feed is in use-monitor.ts.
 */

/** Lines that are kept: some twenty minutes of a talkative device, 2 MB at most. */
export const KEPT_LINES = 10_000;

export type NumberedLine = SerialLogLine & {
  /** Counts up from 0 since the last clear; the identity of a row. */
  readonly number: number;
};

type MonitorEvent = {
  readonly lines: readonly SerialLogLine[];
  readonly dropped: number;
  readonly ended: JobError | null;
};

export type MonitorFeedParts = {
  readonly openStream: (port: string, baud: number, signal: AbortSignal) => Promise<AsyncIterable<MonitorEvent>>;
  readonly requestFrame: (draw: () => void) => void;
};

/** Why it does not receive: never started, by the key, because the page was left, by the console, or a call that failed. */
export type MonitorEnd =
  | { readonly reason: 'idle' | 'stopped' }
  | { readonly reason: 'left' }
  /** `wasOpen`: it listened before; else the port could not be had at all. */
  | { readonly reason: 'ended'; readonly error: JobError; readonly wasOpen: boolean }
  | { readonly reason: 'failed'; readonly error: unknown };

export type MonitorView = {
  readonly state: 'closed' | 'opening' | 'open';
  readonly end: MonitorEnd;
  readonly port: string | null;
  /** Lines that pass the filter and are not held by a pause. */
  readonly shown: number;
  /** How many of the shown ones went out at the old end: what a scrolled list moves by. */
  readonly shownDropped: number;
  /** Lines that are kept, filtered or not. */
  readonly kept: number;
  /** Lines that came since the pause and pass the filter. */
  readonly waiting: number;
  readonly isPaused: boolean;
  /** Pushed out of the 10,000 kept ones. */
  readonly droppedHere: number;
  /** Left out by the console because they came too fast. */
  readonly droppedByConsole: number;
  readonly filter: LineFilter;
};

export class MonitorFeed {
  readonly #parts: MonitorFeedParts;
  readonly #all = new BoundedRing<NumberedLine>(KEPT_LINES);
  readonly #passing = new BoundedRing<NumberedLine>(KEPT_LINES);
  readonly #listeners = new Set<() => void>();
  #run: AbortController | null = null;
  #state: MonitorView['state'] = 'closed';
  #end: MonitorEnd = { reason: 'idle' };
  #port: string | null = null;
  #filter = everyLine;
  #next = 0;
  /** First number that a pause holds back. */
  #pausedFrom: number | null = null;
  #waiting = 0;
  #droppedByConsole = 0;
  #isFrameAsked = false;
  #view: MonitorView;

  constructor(parts: MonitorFeedParts) {
    this.#parts = parts;
    this.#view = this.#build();
  }

  /** Opens a port; what was received before stays. A stream that is open ends. */
  start(port: string, baud: number): void {
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    this.#port = port;
    this.#state = 'opening';
    this.#publish();
    void this.#receive(port, baud, run);
  }

  /** Ends the stream; the lines stay. */
  stop(reason: 'stopped' | 'left'): void {
    if (this.#run) this.#close({ reason });
  }

  /** Forgets every line and the counts of what was dropped. */
  clear(): void {
    this.#all.clear();
    this.#passing.clear();
    this.#next = 0;
    this.#waiting = 0;
    this.#droppedByConsole = 0;
    if (this.#pausedFrom !== null) this.#pausedFrom = 0;
    this.#publish();
  }

  /** Holds new lines back, or shows them. */
  pause(isPaused: boolean): void {
    this.#pausedFrom = isPaused ? this.#next : null;
    this.#waiting = 0;
    this.#publish();
  }

  setFilter(filter: LineFilter): void {
    this.#filter = filter;
    this.#passing.clear();
    this.#waiting = 0;
    for (const line of this.#all) this.#pass(line);
    this.#publish();
  }

  /** A shown line, 0 is the oldest. */
  line(index: number): NumberedLine | undefined {
    return index < this.#view.shown ? this.#passing.at(index) : undefined;
  }

  /** All lines that pass the filter, waiting ones included, as text. */
  text(): string {
    return linesAsText(this.#passing);
  }

  readonly view = (): MonitorView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #receive(port: string, baud: number, run: AbortController): Promise<void> {
    try {
      const stream = await this.#parts.openStream(port, baud, run.signal);
      for await (const event of stream) {
        if (this.#run !== run) return;
        this.#take(event);
      }
      // A stream that ends without saying why was ended by the loss of the connection.
      if (this.#run === run)
        this.#close({ reason: 'failed', error: new DOMException('The stream ended.', 'AbortError') });
    } catch (error) {
      if (this.#run === run) this.#close({ reason: 'failed', error });
    }
  }

  #take({ lines, dropped, ended }: MonitorEvent): void {
    const wasOpen = this.#state === 'open';
    this.#state = 'open';
    this.#droppedByConsole += dropped;
    for (const each of lines) {
      const line = { ...each, number: this.#next };
      this.#next += 1;
      this.#all.push(line);
      this.#pass(line);
    }
    // What is not kept any more is not shown any more either.
    const oldest = this.#all.at(0)?.number ?? this.#next;
    while ((this.#passing.at(0)?.number ?? oldest) < oldest) this.#passing.shift();
    if (ended === null) this.#ask();
    else this.#close({ reason: 'ended', error: ended, wasOpen });
  }

  #pass(line: NumberedLine): void {
    if (!passesFilter(line, this.#filter)) return;
    this.#passing.push(line);
    if (this.#pausedFrom !== null && line.number >= this.#pausedFrom) this.#waiting += 1;
  }

  #close(end: MonitorEnd): void {
    const run = this.#run;
    this.#run = null;
    this.#state = 'closed';
    this.#end = end;
    run?.abort();
    this.#publish();
  }

  #ask(): void {
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    this.#parts.requestFrame(() => {
      this.#isFrameAsked = false;
      this.#publish();
    });
  }

  #publish(): void {
    this.#view = this.#build();
    for (const listener of this.#listeners) listener();
  }

  #build(): MonitorView {
    const waiting = Math.min(this.#waiting, this.#passing.size);
    return {
      state: this.#state,
      end: this.#end,
      port: this.#port,
      shown: this.#passing.size - waiting,
      shownDropped: this.#passing.dropped,
      kept: this.#all.size,
      waiting,
      isPaused: this.#pausedFrom !== null,
      droppedHere: this.#all.dropped,
      droppedByConsole: this.#droppedByConsole,
      filter: this.#filter,
    };
  }
}
