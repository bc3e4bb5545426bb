import { create } from 'zustand';

/** What the operator chose on the bench page and nobody else needs; kept while other pages are looked at. */
export type BenchChoice = {
  /** Ports that Start does not take. */
  readonly leftOut: readonly string[];
  readonly setUsed: (path: string, isUsed: boolean) => void;
};

export const useBenchChoice = create<BenchChoice>((set) => ({
  leftOut: [],
  setUsed: (path, isUsed) =>
    set(({ leftOut }) => {
      const others = leftOut.filter((each) => each !== path);
      return { leftOut: isUsed ? others : [...others, path] };
    }),
}));
