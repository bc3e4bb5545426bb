import { describe, expect, it } from 'vitest';
import { ReplyWaiter } from '../../../../src/main/link/reply-waiter';
import { ManualClock } from '../../../fakes/manual-clock';

function bench() {
  const clock = new ManualClock();
  const waiter = new ReplyWaiter<string>(clock);
  const ends: [string, string | null][] = [];
  const expectReply = (id: string, ms = 1_000) => waiter.expect(id, ms, (reply) => void ends.push([id, reply]));
  return { clock, waiter, ends, expectReply };
}

describe('ReplyWaiter', () => {
  it('matches each reply by its id, whatever the order', () => {
    const { waiter, ends, expectReply } = bench();
    expectReply('a');
    expectReply('b');
    expect([waiter.resolve('b', 'B'), waiter.resolve('a', 'A')]).toEqual([true, true]);
    expect(ends).toEqual([
      ['b', 'B'],
      ['a', 'A'],
    ]);
  });

  it('ends once, with null at the deadline', () => {
    const { clock, waiter, ends, expectReply } = bench();
    expectReply('a');
    clock.advance(999);
    expect(ends).toEqual([]);
    clock.advance(1);
    expect([waiter.resolve('a', 'late'), ends]).toEqual([false, [['a', null]]]);
  });

  it('leaves foreign, repeated and nameless replies to the caller', () => {
    const { waiter, ends, expectReply } = bench();
    expectReply('a');
    waiter.resolve('a', 'A');
    expect([waiter.resolve('a', 'A'), waiter.resolve('x', 'X'), waiter.resolve(undefined, 'X'), ends.length]).toEqual([
      false,
      false,
      false,
      1,
    ]);
  });

  it('can be given up, one by one or all at once, and keeps no timer', () => {
    const { clock, waiter, ends, expectReply } = bench();
    const giveUp = expectReply('a');
    expectReply('b');
    expectReply('c');
    giveUp();
    waiter.resolve('b', 'B');
    waiter.cancelAll();
    clock.advance(10_000);
    expect([ends, clock.pending, waiter.resolve('c', 'C')]).toEqual([[['b', 'B']], 0, false]);
  });

  it('lets the end of one wait begin the next with the same id', () => {
    const { clock, waiter, ends } = bench();
    waiter.expect('a', 1_000, () => void waiter.expect('a', 1_000, (reply) => void ends.push(['a', reply])));
    waiter.resolve('a', 'first');
    clock.advance(500);
    waiter.resolve('a', 'second');
    expect([ends, clock.pending]).toEqual([[['a', 'second']], 0]);
  });
});
