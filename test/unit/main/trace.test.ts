import { describe, expect, it } from 'vitest';
import {
  currentTraceId,
  keepTrace,
  newTraceId,
  traceProperties,
  withoutTrace,
  withTrace,
} from '../../../src/main/trace';

const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe('a trace', () => {
  it('spans what is awaited and what is called later, and ends with its action', async () => {
    let later: string | undefined;
    const inside = withTrace('t-1', async () => {
      setImmediate(() => (later = currentTraceId()));
      await nextTurn();
      return currentTraceId();
    });
    expect(currentTraceId()).toBeUndefined();
    await nextTurn();
    expect([await inside, later, currentTraceId()]).toEqual(['t-1', 't-1', undefined]);
  });

  it('without an id stays the present one', () => {
    expect(withTrace('t-1', () => withTrace(undefined, currentTraceId))).toBe('t-1');
    expect(withTrace(undefined, currentTraceId)).toBeUndefined();
  });

  it('can be left for what belongs to none', () => {
    expect(withTrace('t-1', () => [withoutTrace(currentTraceId), currentTraceId()])).toEqual([undefined, 't-1']);
    expect(withoutTrace(currentTraceId)).toBeUndefined();
  });

  it('is kept by a callback that somebody else calls', () => {
    const seen: (string | undefined)[] = [];
    const note = (): void => void seen.push(currentTraceId());
    const traced = withTrace('t-1', () => keepTrace(note));
    const free = keepTrace(note);
    withTrace('t-2', () => {
      traced();
      free();
    });
    expect(seen).toEqual(['t-1', undefined]);
  });

  it('is what a publication carries; outside of any trace it begins its own', () => {
    const own = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const carried = [traceProperties(), withTrace('t-1', traceProperties)];
    expect(carried).toEqual([{ userProperties: { trace: own } }, { userProperties: { trace: 't-1' } }]);
  });

  it('has an id of its own', () => {
    expect(newTraceId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(newTraceId()).not.toBe(newTraceId());
  });
});
