/** The newest items up to a fixed number; what is pushed out is counted, never lost unseen. */
export class BoundedRing<T> {
  readonly #slots: T[] = [];
  #end = 0;
  #size = 0;
  #dropped = 0;

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#size;
  }

  /** How many went out at the old end since the last `clear`, by whichever way. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds at the new end; pushes the oldest out when the ring is full. */
  push(item: T): void {
    this.#slots[this.#end] = item;
    this.#end = (this.#end + 1) % this.capacity;
    if (this.#size === this.capacity) this.#dropped += 1;
    else this.#size += 1;
  }

  /** Takes the oldest out. */
  shift(): void {
    if (this.#size === 0) return;
    this.#size -= 1;
    this.#dropped += 1;
  }

  /** 0 is the oldest; undefined outside. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#size) return undefined;
    return this.#slots[(this.#end - this.#size + index + this.capacity) % this.capacity];
  }

  clear(): void {
    this.#slots.length = 0;
    this.#end = 0;
    this.#size = 0;
    this.#dropped = 0;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let index = 0; index < this.#size; index += 1) {
      const item = this.at(index);
      if (item !== undefined) yield item;
    }
  }
}
