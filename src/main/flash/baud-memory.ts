import { z } from 'zod';

/** Where the memory keeps its one text; the console's settings. */
export type TextPlace = {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string) => void;
};

const KEY = 'flash_bauds';
/** Adapters that are remembered; the one that was used longest ago is forgotten. A bench has some ten. */
const MAX_ADAPTERS = 64;
const schema = z.array(z.tuple([z.string(), z.int().positive()])).max(MAX_ADAPTERS);

/** The fastest speed that has worked with an adapter, over restarts; with a disk that is full, until the console ends. */
export class BaudMemory {
  /** What was remembered last. */
  private text: string | undefined;

  constructor(private readonly place: TextPlace) {}

  /** Null: never used, or forgotten. */
  recall(adapterKey: string): number | null {
    return this.entries().find(([key]) => key === adapterKey)?.[1] ?? null;
  }

  remember(adapterKey: string, baud: number): void {
    const others = this.entries().filter(([key]) => key !== adapterKey);
    this.text = JSON.stringify([...others, [adapterKey, baud]].slice(-MAX_ADAPTERS));
    try {
      this.place.set(KEY, this.text);
    } catch {
      // The store tells of its fault itself; a job that was verified must not fail over this.
    }
  }

  /** A text that cannot be read counts as none: the speeds are then found anew. */
  private entries(): z.infer<typeof schema> {
    const text = this.text ?? this.place.get(KEY);
    if (text === undefined) return [];
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return [];
    }
  }
}
