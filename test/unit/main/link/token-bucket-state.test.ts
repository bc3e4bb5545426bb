import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../../src/main/link/token-bucket-state';

const taken = (bucket: TokenBucket, times: number, nowMs: number) =>
  Array.from({ length: times }, () => bucket.take(nowMs)).filter(Boolean).length;

describe('a token bucket', () => {
  it('gives its burst at once and then its rate', () => {
    const bucket = new TokenBucket({ perSecond: 20, burst: 200 }, 0);
    expect([taken(bucket, 300, 0), taken(bucket, 300, 1_000), taken(bucket, 300, 1_500)]).toEqual([200, 20, 10]);
  });

  it('never holds more than its burst', () => {
    const bucket = new TokenBucket({ perSecond: 5, burst: 20 }, 0);
    expect(taken(bucket, 100, 3_600_000)).toBe(20);
  });

  it('collects parts of a token', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
    expect([bucket.take(0), bucket.take(400), bucket.take(800), bucket.take(1_000)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('gives nothing for a clock that runs back', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 10_000);
    expect([bucket.take(10_000), bucket.take(0), bucket.take(10_500), bucket.take(11_000)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
