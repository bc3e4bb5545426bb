import { qualityAt, type Quality } from '../../shared/domain/quality';
import { sensorTypeInfo } from '../../shared/domain/sensor-types';
import type { Reading } from './conversion-rules';
import { IdentityRing } from './identity-ring';
import type { SeriesRow } from './sample-store';

/** A value is stale after this many usual intervals without a new one … */
const STALE_INTERVALS = 3;
/** … plus this, for jitter of radio and broker; within these bounds, the upper one for the longest legal interval of 300 s. */
const STALE_SLACK_MS = 2_000;
const STALE_BOUNDS_MS = [10_000, 902_000] as const;
/** Before an interval is known (contract default: 30 s). */
const STALE_DEFAULT_MS = 90_000;
/** Weight of the newest gap in the learned interval. */
const GAP_WEIGHT = 0.2;
const MICROSECONDS = 1000;

export type Latest = {
  readonly raw: number;
  readonly value: number | null;
  readonly unit: string;
  readonly quality: Quality;
  /** Device time, Unix ms, null while its clock is not set. */
  readonly tsMs: number | null;
  /** Receive time, Unix ms. */
  readonly receivedMs: number;
};

/** One measured value in memory: its newest reading, its rhythm, and what it needs to recognise repetitions. */
export class Series {
  readonly identities = new IdentityRing();
  areIdentitiesLoaded = false;
  /** Far more stored identities than the ring holds, only while the broker delivers again what it was not told to forget. */
  redelivered: ReadonlySet<number> | null = null;
  latest: Latest | null = null;
  /** Counts readings; a stream compares it to see news. */
  version = 0;
  /** `version` of the reading that a value was derived from last. */
  derivedVersion = 0;
  private gapMs: number | null = null;
  private lastMonotonicMs: number | null = null;
  private lastAtUs = 0;

  constructor(private current: SeriesRow) {}

  get row(): SeriesRow {
    return this.current;
  }

  /** Goes on under another number: its readings were put together with those of the device that it replaces. */
  moveTo(row: SeriesRow): void {
    this.current = row;
    this.redelivered = null; // asked of the other number
  }

  /** Takes a reading over as the newest. */
  take(reading: Reading, raw: number, times: { tsMs: number | null; receivedMs: number; monotonicMs: number }): void {
    const { tsMs, receivedMs, monotonicMs } = times;
    if (this.lastMonotonicMs !== null) {
      const gap = monotonicMs - this.lastMonotonicMs;
      this.gapMs = this.gapMs === null ? gap : this.gapMs + GAP_WEIGHT * (gap - this.gapMs);
    }
    this.lastMonotonicMs = monotonicMs;
    this.version += 1;
    this.latest = { ...reading, raw, tsMs, receivedMs };
  }

  /** Shows a stored reading after a restart; it is stale until a new one comes. */
  restore(stored: { at: number; value: number | null; raw: number; quality: number; ts: number | null }): void {
    const unit = sensorTypeInfo(this.row.type)?.unit ?? '';
    const { value, raw, quality, ts } = stored;
    this.latest = {
      raw,
      value,
      unit,
      quality: qualityAt(quality),
      tsMs: ts,
      receivedMs: Math.floor(stored.at / MICROSECONDS),
    };
  }

  /** Key of a new row, Unix µs: receive time, moved by microseconds where rows of one millisecond would collide. */
  nextAtUs(receivedMs: number): number {
    const at = receivedMs * MICROSECONDS;
    const isCrowded = this.lastAtUs >= at && this.lastAtUs < at + 1_000_000;
    this.lastAtUs = isCrowded ? this.lastAtUs + 1 : at;
    return this.lastAtUs;
  }

  /** Silence after which the value is stale, ms. `configuredMs` is the interval that the device was told. */
  staleAfterMs(configuredMs: number | undefined): number {
    const interval = configuredMs ?? this.gapMs;
    if (interval === null) return STALE_DEFAULT_MS;
    const [shortest, longest] = STALE_BOUNDS_MS;
    return Math.min(longest, Math.max(shortest, interval * STALE_INTERVALS + STALE_SLACK_MS));
  }

  /** Monotonic age of the newest reading of this process, ms; null before one. */
  ageMs(monotonicMs: number): number | null {
    return this.lastMonotonicMs === null ? null : monotonicMs - this.lastMonotonicMs;
  }
}
