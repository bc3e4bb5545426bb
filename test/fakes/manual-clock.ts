import type { Clock } from '../../src/main/clock';

type Timer = { dueMs: number; readonly everyMs: number | null; readonly action: () => void };

/** 2026-11-21T12:00:00Z: where every manual clock starts. */
export const CLOCK_START_MS = Date.UTC(2026, 10, 21, 12);

/** A clock that moves only when a test moves it. Wall time can jump; monotonic time and timers cannot. */
export class ManualClock implements Clock {
  private wallMs: number;
  private monotonicMs = 1_000;
  private readonly timers = new Set<Timer>();

  constructor(startMs = CLOCK_START_MS) {
    this.wallMs = startMs;
  }

  readonly now = (): number => this.wallMs;
  readonly monotonic = (): number => this.monotonicMs;
  readonly after = (ms: number, action: () => void): (() => void) => this.add(ms, null, action);
  readonly every = (ms: number, action: () => void): (() => void) => this.add(ms, ms, action);

  /** Wall time as ISO 8601, as views carry it. */
  get iso(): string {
    return new Date(this.wallMs).toISOString();
  }

  /** Timers that are neither run nor cancelled. */
  get pending(): number {
    return this.timers.size;
  }

  /** Lets time pass; due timers run in order, each at its own time. */
  advance(ms: number): void {
    const endMs = this.monotonicMs + ms;
    for (let next = this.nextDue(endMs); next; next = this.nextDue(endMs)) {
      this.moveTo(next.dueMs);
      if (next.everyMs === null) this.timers.delete(next);
      else next.dueMs += next.everyMs;
      next.action();
    }
    this.moveTo(endMs);
  }

  /** Sets the wall clock forward or back, as an operator or NTP does; no timer notices. */
  jump(ms: number): void {
    this.wallMs += ms;
  }

  private add(ms: number, everyMs: number | null, action: () => void): () => void {
    const timer = { dueMs: this.monotonicMs + ms, everyMs, action };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  private nextDue(endMs: number): Timer | undefined {
    return [...this.timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  private moveTo(monotonicMs: number): void {
    const passedMs = monotonicMs - this.monotonicMs;
    this.monotonicMs = monotonicMs;
    this.wallMs += passedMs;
  }
}
