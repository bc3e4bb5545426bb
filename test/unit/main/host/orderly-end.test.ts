import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { END_DEADLINE_MS, OrderlyEnd } from '../../../../src/main/host/orderly-end';
import { ManualClock } from '../../../fakes/manual-clock';

function open() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  return { clock, lines, end: new OrderlyEnd(log, clock) };
}

describe('orderly end', () => {
  it('stops the last started first, one after the other, once', async () => {
    const { end, clock } = open();
    const stopped: string[] = [];
    for (const name of ['console', 'web host']) {
      end.add(name, async () => {
        stopped.push(`${name} begins`);
        await Promise.resolve();
        stopped.push(`${name} ends`);
      });
    }
    expect(end.hasBegun).toBe(false);
    expect(await Promise.all([end.begin(), end.begin()])).toEqual(['in_time', 'in_time']);
    expect(end.hasBegun).toBe(true);
    expect(stopped).toEqual(['web host begins', 'web host ends', 'console begins', 'console ends']);
    expect(clock.pending).toBe(0);
  });

  it('stops the others when one fails, and logs which', async () => {
    const { end, lines } = open();
    let isStopped = false;
    end.add('console', async () => {
      isStopped = true;
    });
    end.add('web host', () => Promise.reject(new Error('stuck')));
    expect(await end.begin()).toBe('in_time');
    expect(isStopped).toBe(true);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { part: 'web host', err: { message: 'stuck' } },
    ]);
  });

  it('gives up at the deadline', async () => {
    const { end, clock } = open();
    end.add('console', () => new Promise(() => undefined));
    const result = end.begin();
    clock.advance(END_DEADLINE_MS);
    expect(await result).toBe('late');
  });

  it('waits for what is still starting', async () => {
    const { end } = open();
    let stopped = '';
    const starting = Promise.withResolvers<{ stop: () => Promise<void> }>();
    end.add('console', async () => (await starting.promise).stop());
    const result = end.begin();
    starting.resolve({
      stop: async () => {
        stopped = 'console';
      },
    });
    expect([await result, stopped]).toEqual(['in_time', 'console']);
  });
});
