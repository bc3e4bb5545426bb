/** Seeded numbers in [0, 1) (mulberry32), so that a failing run can be repeated. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: LEITSTAND_SEED, or a fixed one. */
export const seedOfRun = (): number => Number(process.env['LEITSTAND_SEED'] ?? 20_261_121);
