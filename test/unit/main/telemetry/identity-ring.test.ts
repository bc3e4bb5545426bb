import { describe, expect, it } from 'vitest';
import { IDENTITY_RING, IdentityRing, identityOf } from '../../../../src/main/telemetry/identity-ring';

const ts = Date.UTC(2026, 10, 21, 12);
const reading = (seq: number | undefined, tsMs: number | null = ts, raw = 400) => ({ tsMs, seq, raw });

describe('IdentityRing', () => {
  it('recognises a reading by time and counter, whether or not the broker marks the repetition', () => {
    const ring = new IdentityRing();
    expect([
      ring.isKnown(reading(1), false),
      ring.isKnown(reading(1), false),
      ring.isKnown(reading(1), true),
      ring.isKnown(reading(2), true),
      ring.isKnown(reading(1, ts + 1000), false),
    ]).toEqual([false, true, true, false, false]);
  });

  it('takes the same counter with another raw value for the same reading', () => {
    const ring = new IdentityRing();
    ring.isKnown(reading(1), false);
    expect(ring.isKnown(reading(1, ts, 401), false)).toBe(true);
  });

  it('without a counter only a redelivery with equal time and raw value is a repetition', () => {
    const ring = new IdentityRing();
    expect([
      ring.isKnown(reading(undefined), false),
      ring.isKnown(reading(undefined), false),
      ring.isKnown(reading(undefined, ts, 401), true),
      ring.isKnown(reading(undefined, ts + 1000), true),
      ring.isKnown(reading(undefined), true),
    ]).toEqual([false, false, false, false, true]);
  });

  it('does not confuse a reading without a counter with one that has counter 0', () => {
    const ring = new IdentityRing();
    ring.isKnown(reading(undefined), false);
    expect(ring.isKnown(reading(0), true)).toBe(false);
  });

  it('recognises readings while the clock of the device is not set', () => {
    const ring = new IdentityRing();
    expect([ring.isKnown(reading(7, null), false), ring.isKnown(reading(7, null), false)]).toEqual([false, true]);
  });

  it('forgets readings without a clock after a restart of the device, and only those', () => {
    const ring = new IdentityRing();
    ring.isKnown(reading(7, null), false);
    ring.isKnown(reading(undefined, null), false);
    ring.isKnown(reading(7), false);
    ring.forgetUnclocked();
    expect([
      ring.isKnown(reading(7, null), false),
      ring.isKnown(reading(undefined, null), true),
      ring.isKnown(reading(7), false),
    ]).toEqual([false, false, true]);
  });

  it('remembers the last readings and forgets the oldest', () => {
    const ring = new IdentityRing();
    for (let seq = 0; seq <= IDENTITY_RING; seq += 1) ring.isKnown(reading(seq), false);
    expect([ring.isKnown(reading(1), false), ring.isKnown(reading(0), false)]).toEqual([true, false]);
  });

  it('recognises what was stored before this process', () => {
    const ring = new IdentityRing();
    ring.remember(identityOf(ts, 41), 400);
    expect([ring.isKnown(reading(41), true), ring.isKnown(reading(42), true)]).toEqual([true, false]);
  });
});

describe('identityOf', () => {
  it.each([
    ['the year 2020', Date.UTC(2020, 0, 1)],
    ['today', ts],
    ['2039, when seconds outgrow 31 bits', Date.UTC(2039, 0, 1)],
    ['the last valid day', Date.UTC(2079, 11, 31)],
  ])('tells neighbours apart in %s', (_name, ms) => {
    const identities = [
      identityOf(ms, undefined),
      identityOf(ms, null),
      ...[0, 1, 2, 3, 4_194_302, 4_194_303].map((seq) => identityOf(ms, seq)),
      ...[0, 1].map((seq) => identityOf(ms + 1000, seq)),
      identityOf(null, 1),
    ];
    expect(new Set(identities).size).toBe(identities.length - 1); // a missing counter reads the same from message and row
    expect(identities.every(Number.isSafeInteger)).toBe(true);
  });
});
