import { describe, expect, it } from 'vitest';
import { SEQUENCE_WINDOW, SequenceState } from '../../../../src/main/devices/sequence-state';
import { seededRandom } from '../../../fakes/random';

const after = (...numbers: readonly number[]) => {
  const state = new SequenceState();
  for (const seq of numbers) state.take(seq, false);
  return state;
};
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_one, index) => first + index);
const counts = (last: number | null, gaps: number, missed: number, restarts: number) => ({
  last,
  gaps,
  missed,
  restarts,
});

describe('the message counter of a device', () => {
  it.each([
    ['without a message knows nothing', [], counts(null, 0, 0, 0)],
    ['may begin anywhere', [4711], counts(4711, 0, 0, 0)],
    ['that only goes up by one is complete', [1, 2, 3], counts(3, 0, 0, 0)],
    ['counts a gap and the numbers in it at once', [1, 2, 6], counts(6, 1, 3, 0)],
    ['counts each gap', [1, 3, 5, 9], counts(9, 3, 5, 0)],
    ['takes a duplicate for what it is', [1, 2, 2, 2, 3], counts(3, 0, 0, 0)],
    ['takes an exchange of two for no gap', [1, 3, 2, 4], counts(4, 0, 0, 0)],
    ['takes a delay by 16 for no gap', [1, ...upTo(18, 3), 2], counts(18, 0, 0, 0)],
    ['shortens a gap when its edge comes late', [1, 5, 2], counts(5, 1, 2, 0)],
    ['splits a gap when its middle comes late', [1, 6, 3], counts(6, 2, 3, 0)],
    ['closes a gap that fills up from its middle', [1, 5, 3, 2, 4], counts(5, 0, 0, 0)],
    ['begins anew when it falls back to its first numbers', [...upTo(40), 1, 2], counts(2, 0, 0, 1)],
    ['begins anew at 3 when the first two were lost', [...upTo(40), 3, 4], counts(4, 0, 0, 1)],
    ['ignores a single straggler from far behind', [...upTo(100), 20, 101], counts(101, 0, 0, 0)],
    ['ignores stragglers that do not follow each other', [...upTo(100), 60, 20, 101], counts(101, 0, 0, 0)],
    ['begins anew when two from far behind follow each other', [...upTo(100), 20, 21, 22], counts(22, 0, 0, 1)],
    ['counts every restart', [...upTo(30), ...upTo(30), ...upTo(30)], counts(30, 0, 0, 2)],
    ['begins anew when its first three numbers come again in a row', [...upTo(10), 1, 2, 3, 4], counts(4, 0, 0, 1)],
    ['takes two repeated first numbers for duplicates', [...upTo(10), 1, 2, 11], counts(11, 0, 0, 0)],
    [
      'takes first numbers repeated in any other order for duplicates',
      [...upTo(10), 3, 1, 2, 2, 11],
      counts(11, 0, 0, 0),
    ],
    ['takes later numbers repeated in a row for duplicates', [...upTo(10), 5, 6, 7, 8, 11], counts(11, 0, 0, 0)],
    ['gives up on a jump that no device makes', [1, 5_000_000, 5_000_001], counts(5_000_001, 1, 0, 0)],
    ['ignores what is no count', [1, -1, 0.5, Number.NaN, Infinity, 2 ** 60, 2], counts(2, 0, 0, 0)],
    ['may begin with 0', [0, 2, 1], counts(2, 0, 0, 0)],
    ['fills the gap after a first number at its edge', [0, 17, 1], counts(17, 1, 15, 0)],
  ])('%s', (_name, numbers, expected) => {
    expect(after(...numbers).counts).toEqual(expected);
  });

  it('takes no redelivery for a restart, but lets it fill a gap far behind', () => {
    const state = after(1, 3, ...upTo(500, 4));
    state.take(1, true);
    expect(state.counts).toEqual(counts(500, 1, 1, 0));
    state.take(2, true);
    expect(state.counts).toEqual(counts(500, 0, 0, 0));
  });

  it('leaves a redelivery from before its window alone', () => {
    const state = after(1, 3, ...upTo(2_000, 4));
    state.take(2, true);
    expect(state.counts).toEqual(counts(2_000, 1, 1, 0));
  });

  it('counts a restart once, whether the boot id or the counter tells it first', () => {
    const byBoot = after(...upTo(40));
    byBoot.booted();
    byBoot.take(1, false);
    const bySequence = after(...upTo(40), 1, 2);
    bySequence.booted();
    bySequence.take(3, false);
    expect([byBoot.counts, bySequence.counts]).toEqual([counts(1, 0, 0, 1), counts(3, 0, 0, 1)]);
  });
});

describe('the share of missing numbers', () => {
  it('is that of the last thousand', () => {
    const state = after(1, 12, ...upTo(900, 13));
    expect(state.missingOfWindow).toBe(10);
    for (const seq of upTo(1_006, 901)) state.take(seq, false);
    expect(state.missingOfWindow).toBe(5); // 7 to 11 are still among the last thousand
    for (const seq of upTo(2_000, 1_007)) state.take(seq, false);
    expect(state.missingOfWindow).toBe(0);
  });

  it('never exceeds the window', () => {
    expect(after(1, 900_000).missingOfWindow).toBe(SEQUENCE_WINDOW - 1);
  });

  it('begins anew with the counter', () => {
    expect(after(1, 50, 100, 1, 2).missingOfWindow).toBe(0);
  });

  it('agrees with a plain count for any loss and any small disorder', () => {
    const random = seededRandom(20_261_121);
    for (let run = 0; run < 50; run += 1) {
      const total = 200 + Math.floor(random() * 1_500);
      const arriving = upTo(total)
        .filter((seq) => seq === 1 || seq === total || random() > 0.05)
        .map((seq) => ({ seq, at: seq + random() * 6 }))
        .sort((a, b) => a.at - b.at)
        .map(({ seq }) => seq);
      const start = arriving.indexOf(1);
      const state = after(...arriving.slice(start));
      const seen = new Set(arriving.slice(start));
      const missing = upTo(total).filter((seq) => !seen.has(seq));
      const gaps = missing.filter((seq) => !missing.includes(seq - 1)).length;
      const recent = missing.filter((seq) => seq > total - SEQUENCE_WINDOW).length;
      expect([state.counts, state.missingOfWindow]).toEqual([counts(total, gaps, missing.length, 0), recent]);
    }
  });
});
