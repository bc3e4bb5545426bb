/** Points per series: 15 minutes in steps of 1.5 s, which is more than a strip has pixels. */
export const RING_POINTS = 600;
export const RING_SPAN_MS = 15 * 60_000;
const STEP_MS = RING_SPAN_MS / RING_POINTS;

/** Read-only view of a ring's points, oldest first. */
export type Points = {
  readonly length: number;
  readonly timeAt: (index: number) => number;
  /** Last value of the step; NaN is a gap. */
  readonly valueAt: (index: number) => number;
  readonly lowAt: (index: number) => number;
  readonly highAt: (index: number) => number;
};

/**
 * The last 15 minutes of one series in typed arrays of fixed size. Readings within one step of 1.5 s share a point that keeps the last,
 * the lowest and the highest of them, so that a short peak stays visible however fast the readings come.
 */
export class SeriesRing implements Points {
  readonly #time = new Float64Array(RING_POINTS);
  readonly #value = new Float64Array(RING_POINTS);
  readonly #low = new Float64Array(RING_POINTS);
  readonly #high = new Float64Array(RING_POINTS);
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  timeAt(index: number): number {
    return this.#at(this.#time, index);
  }

  valueAt(index: number): number {
    return this.#at(this.#value, index);
  }

  lowAt(index: number): number {
    return this.#at(this.#low, index);
  }

  highAt(index: number): number {
    return this.#at(this.#high, index);
  }

  /** Adds a reading; `value` null is a gap. A reading older than the last one is left out: the strip shows arrival order. */
  push(at: number, value: number | null, low = value, high = value): void {
    const last = this.#length - 1;
    const lastAt = last >= 0 ? this.timeAt(last) : -Infinity;
    if (at < lastAt) return;
    const number = value ?? Number.NaN;
    const slot = this.#slot(last);
    const isSameStep = last >= 0 && Math.floor(at / STEP_MS) === Math.floor(lastAt / STEP_MS);
    if (isSameStep && Number.isNaN(number) === Number.isNaN(this.#value[slot])) {
      this.#write(slot, at, number);
      this.#low[slot] = Math.min(this.#low[slot] ?? number, low ?? number);
      this.#high[slot] = Math.max(this.#high[slot] ?? number, high ?? number);
      return;
    }
    if (this.#length === RING_POINTS) this.#start = (this.#start + 1) % RING_POINTS;
    else this.#length += 1;
    const next = this.#slot(this.#length - 1);
    this.#write(next, at, number);
    this.#low[next] = low ?? number;
    this.#high[next] = high ?? number;
  }

  /** Puts older points in front of what arrived meanwhile. */
  seed(
    points: readonly {
      readonly at: number;
      readonly value: number | null;
      readonly low?: number;
      readonly high?: number;
    }[],
  ): void {
    const live = Array.from({ length: this.#length }, (_, index) => ({
      at: this.timeAt(index),
      value: Number.isNaN(this.valueAt(index)) ? null : this.valueAt(index),
      low: this.lowAt(index),
      high: this.highAt(index),
    }));
    const firstLive = live[0]?.at ?? Infinity;
    this.#start = 0;
    this.#length = 0;
    for (const { at, value, low, high } of [...points.filter((point) => point.at < firstLive), ...live]) {
      this.push(at, value, low ?? value, high ?? value);
    }
  }

  #write(slot: number, at: number, value: number): void {
    this.#time[slot] = at;
    this.#value[slot] = value;
  }

  #slot(index: number): number {
    return (this.#start + index) % RING_POINTS;
  }

  #at(array: Float64Array, index: number): number {
    return array[this.#slot(index)] ?? Number.NaN;
  }
}
