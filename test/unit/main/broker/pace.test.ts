import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/main/broker/pace';
import { ManualClock } from '../../../fakes/manual-clock';

function openPace(limit = { perSecond: 10, burst: 3 }) {
  const clock = new ManualClock();
  const pace = new Pace(limit, clock);
  const done: number[] = [];
  let next = 1;
  return {
    clock,
    done,
    run: (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const number = next++;
        pace.run(() => done.push(number));
      }
    },
  };
}

describe('Pace', () => {
  it('lets a burst through at once, without a timer', () => {
    const { run, done, clock } = openPace();
    run(3);
    expect([done, clock.pending]).toEqual([[1, 2, 3], 0]);
  });

  it('lets the rest through in order, at the rate, with one timer', () => {
    const { run, done, clock } = openPace();
    run(6);
    expect([done, clock.pending]).toEqual([[1, 2, 3], 1]);
    clock.advance(99);
    expect(done).toEqual([1, 2, 3]);
    clock.advance(1);
    expect(done).toEqual([1, 2, 3, 4]);
    clock.advance(200);
    expect([done, clock.pending]).toEqual([[1, 2, 3, 4, 5, 6], 0]);
  });

  it('lets nobody overtake those who wait', () => {
    const { run, done, clock } = openPace();
    run(4);
    clock.advance(50);
    run(1);
    clock.advance(50);
    expect(done).toEqual([1, 2, 3, 4]);
    clock.advance(100);
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('saves up no more than one burst in a long silence', () => {
    const { run, done, clock } = openPace();
    run(3);
    clock.advance(3_600_000);
    run(5);
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps the rate in the long run, although its timer has a shortest wait', () => {
    const { run, done, clock } = openPace({ perSecond: 500, burst: 1_000 });
    run(10_000);
    clock.advance(10_000);
    expect(done.length).toBe(6_000);
  });

  it('takes no notice of a wall clock that jumps', () => {
    const { run, done, clock } = openPace();
    run(4);
    clock.jump(3_600_000);
    run(1);
    expect(done).toEqual([1, 2, 3]);
    clock.jump(-7_200_000);
    clock.advance(100);
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('puts an action that asks for another one behind it', () => {
    const clock = new ManualClock();
    const pace = new Pace({ perSecond: 10, burst: 1 }, clock);
    const done: string[] = [];
    pace.run(() => {
      done.push('outer');
      pace.run(() => done.push('inner'));
    });
    clock.advance(100);
    expect(done).toEqual(['outer', 'inner']);
  });
});
