import { useSyncExternalStore } from 'react';

/*
 * The console's clock as seen from this page. A message that says when it was sent bounds the offset from below; the largest bound seen
 * is the one with the least delay. It fades by DRIFT, so that clocks which drift apart are followed but a lasting delay is not hidden.
 */
const DRIFT = 100e-6;

export class ServerClock {
  #offsetMs = 0;
  #notedAt = 0;
  #isKnown = false;

  /** Forget what was measured: another connection, perhaps another console. */
  restart(): void {
    this.#isKnown = false;
  }

  /** A message sent at `sentAt` (console clock) arrived at `receivedAt` (page clock). */
  note(sentAt: number, receivedAt: number): void {
    const bound = sentAt - receivedAt;
    const faded = this.#offsetMs - DRIFT * Math.abs(receivedAt - this.#notedAt);
    if (this.#isKnown && bound <= faded) return;
    this.#offsetMs = bound;
    this.#notedAt = receivedAt;
    this.#isKnown = true;
  }

  /** A first, coarse idea until a frame arrives; up to a second late, so it never replaces a frame's. */
  noteStatus(status: { readonly startedAt: string; readonly uptimeS: number }, receivedAt: number): void {
    if (this.#isKnown) return;
    const bound = Date.parse(status.startedAt) + status.uptimeS * 1000 - receivedAt;
    this.#offsetMs = Math.abs(bound) < 2_000 ? 0 : bound;
  }

  /** Console time, Unix ms. */
  now(pageNow = Date.now()): number {
    return pageNow + this.#offsetMs;
  }
}

export const serverClock = new ServerClock();

type Ticker = { readonly subscribe: (listener: () => void) => () => void; readonly snapshot: () => number };

const tickers = new Map<number, Ticker>();

/** One timer per step, at whole multiples of the step, running while somebody looks. */
function tickerOf(stepMs: number): Ticker {
  const known = tickers.get(stepMs);
  if (known) return known;
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = () => {
    timer = setTimeout(
      () => {
        for (const each of listeners) each();
        arm();
      },
      stepMs - (serverClock.now() % stepMs) + 1,
    );
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    if (listeners.size === 1) arm();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) clearTimeout(timer);
    };
  };
  const ticker = { subscribe, snapshot: () => Math.floor(serverClock.now() / stepMs) * stepMs };
  tickers.set(stepMs, ticker);
  return ticker;
}

/** Console time, Unix ms, rounded down to `stepMs` and renewed every `stepMs`. */
export function useNow(stepMs: number): number {
  const { subscribe, snapshot } = tickerOf(stepMs);
  return useSyncExternalStore(subscribe, snapshot);
}

/** Calls `listener` every `stepMs`, on the timer that `useNow` uses; for code that writes into the page by itself. */
export function onTick(stepMs: number, listener: () => void): () => void {
  return tickerOf(stepMs).subscribe(listener);
}
