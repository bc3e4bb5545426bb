import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedRing } from '../../../../../../src/renderer/features/commissioning/monitor/bounded-ring';

describe('A bounded ring', () => {
  test('keeps the newest and counts what was pushed out', () => {
    const ring = new BoundedRing<number>(3);
    for (const item of [1, 2, 3, 4, 5]) ring.push(item);
    expect({ items: [...ring], size: ring.size, dropped: ring.dropped }).toEqual({
      items: [3, 4, 5],
      size: 3,
      dropped: 2,
    });
    expect([ring.at(-1), ring.at(0), ring.at(2), ring.at(3)]).toEqual([undefined, 3, 5, undefined]);
  });

  test('behaves as a list that is cut at its old end', () => {
    const step = fc.oneof(fc.record({ push: fc.integer() }), fc.constant('shift'), fc.constant('clear'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ring = new BoundedRing<number>(4);
        let items: number[] = [];
        for (const each of steps) {
          if (each === 'shift') ring.shift();
          else if (each === 'clear') ring.clear();
          else if (typeof each === 'object') ring.push(each.push);
          if (each === 'shift') items = items.slice(1);
          else if (each === 'clear') items = [];
          else if (typeof each === 'object') items = [...items, each.push].slice(-4);
          expect([...ring]).toEqual(items);
        }
      }),
      { seed: 6 },
    );
  });
});
