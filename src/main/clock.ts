/** Time as the rooms see it. Wall time is for records and devices, monotonic time for every wait (a clock jump breaks no timer). */
export type Clock = {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds since an arbitrary start; never jumps. */
  readonly monotonic: () => number;
  /** Runs `action` once after `ms`; the result cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** Runs `action` every `ms`; the result cancels it. */
  readonly every: (ms: number, action: () => void) => () => void;
};

/** The machine's clock. Timers do not keep the process alive by themselves. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  every: (ms, action) => {
    const timer = setInterval(action, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};
