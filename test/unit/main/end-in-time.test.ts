import { describe, expect, it } from 'vitest';
import { endInTime } from '../../../src/main/end-in-time';
import { ManualClock } from '../../fakes/manual-clock';
import { memoryLog } from './store/open-store';

const limit = { part: 'flash', ms: 3_500 };

describe('the end of a part of the console', () => {
  it('is waited for', async () => {
    const clock = new ManualClock();
    const { log, lines } = memoryLog();
    const part = Promise.withResolvers<void>();
    let isOver = false;
    const ended = endInTime({ clock, log }, limit, part.promise).then(() => (isOver = true));
    clock.advance(3_000);
    await Promise.resolve();
    expect(isOver).toBe(false);
    part.resolve();
    await ended;
    expect([lines, clock.pending]).toEqual([[], 0]);
  });

  it('is waited for no longer than its limit, and told of', async () => {
    const clock = new ManualClock();
    const { log, lines } = memoryLog();
    const ended = endInTime({ clock, log }, limit, new Promise(() => undefined));
    clock.advance(3_500);
    await ended;
    expect(lines).toMatchObject([{ part: 'flash', ms: 3_500 }]);
  });

  it('keeps nothing behind it from ending when it fails', async () => {
    const clock = new ManualClock();
    const { log, lines } = memoryLog();
    await endInTime({ clock, log }, limit, Promise.reject(new Error('broken')));
    expect(lines).toMatchObject([{ part: 'flash', err: { message: 'broken' } }]);
    expect(clock.pending).toBe(0);
  });
});
