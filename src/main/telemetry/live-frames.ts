import type { TelemetryFrame } from '../../shared/api/telemetry';
import { qualityIndex } from '../../shared/domain/quality';
import type { SeriesId } from '../../shared/domain/ids';
import type { Series } from './series';

/** Frames per second at most: 20 (shared/api.md). */
export const FRAME_MS = 50;
/** Without news a frame still goes out this often, so that the page can tell a quiet plant from a dead connection. */
export const IDLE_FRAME_MS = 1000;

type Seen = { version: number; isStale: boolean };

/**
 * Builds the frames of one subscriber: the newest reading of each series that changed, and how many readings it replaced. It costs nothing
 * per reading, only per frame and subscribed series.
 */
export class FrameBuilder {
  private readonly seen: Seen[];
  private heldBack = 0;
  private lastSentMs = 0;

  constructor(
    private readonly ids: readonly SeriesId[],
    private readonly find: (id: SeriesId) => Series | undefined,
    private readonly isStale: (series: Series) => boolean,
  ) {
    this.seen = ids.map(() => ({ version: -1, isStale: false }));
  }

  /** Notes that this tick was skipped because the client does not keep up. */
  holdBack(): void {
    this.heldBack += 1;
  }

  /** The next frame, or null when there is no news. `nowMs` is Unix ms. */
  next(nowMs: number): TelemetryFrame | null {
    const frame: TelemetryFrame = {
      sentAt: nowMs,
      index: [],
      at: [],
      value: [],
      quality: [],
      stale: [],
      merged: 0,
      heldBack: this.heldBack,
    };
    this.ids.forEach((id, index) => {
      const series = this.find(id);
      if (series) this.append(frame, series, index);
    });
    if (frame.index.length === 0 && nowMs - this.lastSentMs < IDLE_FRAME_MS && nowMs >= this.lastSentMs) return null;
    this.lastSentMs = nowMs;
    this.heldBack = 0;
    return frame;
  }

  private append(frame: TelemetryFrame, series: Series, index: number): void {
    const seen = this.seen[index];
    if (!seen || !series.latest) return;
    const isStale = this.isStale(series);
    if (seen.version === series.version && seen.isStale === isStale) return;
    if (seen.version >= 0) frame.merged += Math.max(0, series.version - seen.version - 1);
    seen.version = series.version;
    seen.isStale = isStale;
    frame.index.push(index);
    frame.at.push(series.latest.receivedMs);
    frame.value.push(series.latest.value);
    frame.quality.push(qualityIndex(series.latest.quality));
    frame.stale.push(isStale);
  }
}
