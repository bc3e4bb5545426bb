import type { SensorView, TelemetryFrame } from '../../shared/api/telemetry';
import type { DeviceId, SeriesId } from '../../shared/domain/ids';
import { qualityAt, type Quality } from '../../shared/domain/quality';
import { RING_SPAN_MS, SeriesRing, type Points } from './series-ring';

/*
 * Live readings without React. Views subscribe to a series; the hub keeps one telemetry stream open for the union of what is on screen,
 * writes readings into rings as they arrive, and tells each changed series' listeners once per animation frame.
 * The page's one hub is in telemetry-hub.ts; components use it through live-value.ts and live-number.tsx.
 */

/** The newest reading of a series. The same object until something about it changes. */
export type LiveValue = {
  readonly value: number | null;
  /** Console clock, Unix ms; null before the first reading. */
  readonly at: number | null;
  readonly quality: Quality;
  readonly isStale: boolean;
};

export const noValue: LiveValue = { value: null, at: null, quality: 'unknown', isStale: true };

/** How the display keeps up. */
export type DisplayState = {
  /** How long the newest frame was under way and in work, ms. */
  readonly lagMs: number;
  readonly framesPerSecond: number;
  /** Readings and frames left out on their way to this screen since it was opened. They are stored all the same. */
  readonly merged: number;
  readonly heldBack: number;
  /** Newest reading of any series, console clock, Unix ms. */
  readonly newestAt: number | null;
};

type SeedPoint = { readonly at: number; readonly value: number | null; readonly low?: number; readonly high?: number };

/** What the hub needs from outside; the real ones are in telemetry-hub.ts. */
export type HubParts = {
  readonly openStream: (series: readonly SeriesId[], signal: AbortSignal) => Promise<AsyncIterable<TelemetryFrame>>;
  readonly readHistory: (series: SeriesId, fromMs: number) => Promise<readonly SeedPoint[]>;
  /** Called with each frame's `sentAt`. */
  readonly noteSentAt: (sentAt: number) => void;
  /** Console clock, Unix ms. */
  readonly now: () => number;
  readonly requestFrame: (draw: () => void) => void;
  readonly after: (ms: number, run: () => void) => () => void;
};

/** The contract's bound of one subscription (shared/api/telemetry.ts). */
const MAX_SERIES = 2000;
const RESUBSCRIBE_MS = 150;
const RETRY_MS = 1000;
/** The console sends a frame at least this often (main/telemetry/live-frames.ts). */
const IDLE_FRAME_MS = 1000;
const SEEDS_AT_A_TIME = 4;

type Entry = {
  latest: LiveValue;
  readonly ring: SeriesRing;
  readonly listeners: Set<() => void>;
  staleAfterMs: number;
  isSeeded: boolean;
};

export class SeriesHub {
  readonly #entries = new Map<SeriesId, Entry>();
  readonly #changed = new Set<SeriesId>();
  readonly #toSeed: SeriesId[] = [];
  #seeding = 0;
  #isFlushAsked = false;
  #connection: AbortSignal | undefined;
  #stream: { readonly series: readonly SeriesId[]; readonly end: AbortController } | undefined;
  #cancelResubscribe: (() => void) | undefined;
  #display: DisplayState = { lagMs: 0, framesPerSecond: 0, merged: 0, heldBack: 0, newestAt: null };
  #frames = 0;
  #lastFrameSentAt = 0;

  constructor(private readonly parts: HubParts) {}

  /** Starts to follow a series; the answer ends it. The ring stays, so that coming back to a screen shows no hole. */
  subscribe(seriesId: SeriesId, listener: () => void): () => void {
    const entry = this.#entry(seriesId);
    entry.listeners.add(listener);
    this.#resubscribeSoon();
    return () => {
      entry.listeners.delete(listener);
      this.#resubscribeSoon();
    };
  }

  /** The newest reading. */
  latest(seriesId: SeriesId): LiveValue {
    return this.#entries.get(seriesId)?.latest ?? noValue;
  }

  /** The last 15 minutes, oldest first. */
  points(seriesId: SeriesId): Points {
    return this.#entry(seriesId).ring;
  }

  get display(): DisplayState {
    return this.#display;
  }

  /** Takes what the state stream says about a sensor: its first value, and when a value counts as stale. */
  describe(sensor: SensorView): void {
    const entry = this.#entry(sensor.seriesId);
    entry.staleAfterMs = sensor.staleAfterMs;
    const at = sensor.receivedAt === null ? null : Date.parse(sensor.receivedAt);
    if (at === null || (entry.latest.at !== null && entry.latest.at >= at)) return;
    this.#set(sensor.seriesId, { value: sensor.value, at, quality: sensor.quality, isStale: sensor.stale });
  }

  /** Follows a new connection; when its signal is aborted every value is stale at once. */
  connected(signal: AbortSignal): void {
    this.#connection = signal;
    signal.addEventListener('abort', () => {
      if (this.#connection !== signal) return;
      this.#connection = undefined;
      this.#closeStream();
      this.#markStale(() => true);
    });
    // What happened meanwhile is in the history only.
    for (const entry of this.#entries.values()) entry.isSeeded = false;
    this.#resubscribeSoon(0);
  }

  /** The past of a device's series has changed, because it took over from another device: it is read again. */
  historyChanged(deviceId: DeviceId): void {
    for (const [seriesId, entry] of this.#entries) if (seriesId.startsWith(`${deviceId}:`)) entry.isSeeded = false;
    this.#resubscribeSoon();
  }

  /** To be called every second: marks what has grown old, and renews the display state. */
  tick(): void {
    const now = this.parts.now();
    this.#markStale(({ latest, staleAfterMs }) => latest.at !== null && now - latest.at > staleAfterMs);
    // A quiet plant still sends a frame every second; what is missing beyond that is delay.
    const overdueMs = now - this.#lastFrameSentAt - IDLE_FRAME_MS;
    const isFollowing = this.#stream !== undefined && this.#lastFrameSentAt > 0;
    const lagMs = isFollowing ? Math.max(this.#display.lagMs, overdueMs) : 0;
    this.#display = { ...this.#display, framesPerSecond: this.#frames, lagMs };
    this.#frames = 0;
  }

  /** Counts an animation frame of the page. */
  countFrame(): void {
    this.#frames += 1;
  }

  #entry(seriesId: SeriesId): Entry {
    const known = this.#entries.get(seriesId);
    if (known) return known;
    const entry = {
      latest: noValue,
      ring: new SeriesRing(),
      listeners: new Set<() => void>(),
      staleAfterMs: Infinity,
      isSeeded: false,
    };
    this.#entries.set(seriesId, entry);
    return entry;
  }

  #set(seriesId: SeriesId, latest: LiveValue): void {
    this.#entry(seriesId).latest = latest;
    this.#changed.add(seriesId);
    if (this.#isFlushAsked) return;
    this.#isFlushAsked = true;
    this.parts.requestFrame(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushAsked = false;
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const seriesId of changed) {
      for (const listener of this.#entries.get(seriesId)?.listeners ?? []) listener();
    }
    if (this.#lastFrameSentAt > 0) this.#noteLag();
  }

  /** From the moment the console sent the newest frame to the moment it was drawn. */
  #noteLag(): void {
    const lagMs = Math.max(0, this.parts.now() - this.#lastFrameSentAt);
    this.#display = { ...this.#display, lagMs };
  }

  #markStale(isOld: (entry: Entry) => boolean): void {
    for (const [seriesId, entry] of this.#entries) {
      if (!entry.latest.isStale && isOld(entry)) this.#set(seriesId, { ...entry.latest, isStale: true });
    }
  }

  #resubscribeSoon(ms = RESUBSCRIBE_MS): void {
    this.#cancelResubscribe?.();
    this.#cancelResubscribe = this.parts.after(ms, () => {
      this.#cancelResubscribe = undefined;
      this.#resubscribe();
    });
  }

  #resubscribe(): void {
    if (!this.#connection) return;
    const series = this.#wantedSeries();
    const current = this.#stream?.series;
    const isSame = current?.length === series.length && series.every((id, index) => id === current[index]);
    if (!isSame) {
      this.#closeStream();
      if (series.length > 0) void this.#follow(series);
    }
    for (const id of series) this.#seedSoon(id);
  }

  /** All that somebody follows; where they are too many, those on screen (followed more than once) come first. */
  #wantedSeries(): readonly SeriesId[] {
    const followed = [...this.#entries].filter(([, { listeners }]) => listeners.size > 0);
    if (followed.length > MAX_SERIES) followed.sort(([, a], [, b]) => b.listeners.size - a.listeners.size);
    return followed.slice(0, MAX_SERIES).map(([id]) => id);
  }

  #closeStream(): void {
    this.#stream?.end.abort();
    this.#stream = undefined;
  }

  async #follow(series: readonly SeriesId[]): Promise<void> {
    const stream = { series, end: new AbortController() };
    this.#stream = stream;
    this.#lastFrameSentAt = 0;
    const { signal } = stream.end;
    try {
      for await (const frame of await this.parts.openStream(series, signal)) {
        if (signal.aborted) return;
        this.#receive(frame, series);
      }
    } catch {
      // The stream ended with the connection, or the console refused it; both lead to a new one.
    }
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#resubscribeSoon(RETRY_MS);
  }

  #receive(frame: TelemetryFrame, series: readonly SeriesId[]): void {
    this.parts.noteSentAt(frame.sentAt);
    this.#lastFrameSentAt = frame.sentAt;
    let { newestAt } = this.#display;
    frame.index.forEach((seriesIndex, position) => {
      const seriesId = series[seriesIndex];
      const at = frame.at[position];
      if (seriesId === undefined || at === undefined) return;
      const value = frame.value[position] ?? null;
      const quality = qualityAt(frame.quality[position] ?? -1);
      this.#entry(seriesId).ring.push(at, value);
      this.#set(seriesId, { value, at, quality, isStale: frame.stale[position] ?? false });
      newestAt = Math.max(newestAt ?? 0, at);
    });
    const { merged, heldBack } = this.#display;
    this.#display = { ...this.#display, newestAt, merged: merged + frame.merged, heldBack: heldBack + frame.heldBack };
    if (frame.index.length === 0) this.#noteLag();
  }

  #seedSoon(seriesId: SeriesId): void {
    const entry = this.#entry(seriesId);
    if (entry.isSeeded) return;
    entry.isSeeded = true;
    this.#toSeed.push(seriesId);
    if (this.#seeding < SEEDS_AT_A_TIME) void this.#seedAll();
  }

  async #seedAll(): Promise<void> {
    this.#seeding += 1;
    for (let next = this.#toSeed.shift(); next !== undefined; next = this.#toSeed.shift()) {
      await this.#seed(next);
    }
    this.#seeding -= 1;
  }

  /** A strip without its past is better than none: a failure leaves the series to be seeded at the next chance. */
  async #seed(seriesId: SeriesId): Promise<void> {
    const entry = this.#entry(seriesId);
    try {
      const points = await this.parts.readHistory(seriesId, this.parts.now() - RING_SPAN_MS);
      entry.ring.seed(points);
      this.#set(seriesId, { ...entry.latest });
    } catch {
      entry.isSeeded = false;
    }
  }
}
