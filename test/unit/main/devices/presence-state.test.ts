import { describe, expect, it } from 'vitest';
import {
  nextPresence,
  unknownPresence,
  type Presence,
  type PresenceEvent,
} from '../../../../src/main/devices/presence-state';

const now = { nowMs: 1_000_000, monotonicMs: 500_000 };
const at = (state: Presence['state'], reason: string, lastSignMs: number | null): Presence => ({
  state,
  reason,
  sinceMs: 1,
  lastSignMs,
});
const unknown = at('unknown', 'not_heard_yet', null);
const online = at('online', 'heartbeat', 400_000);
const offline = at('offline', 'power_loss', 400_000);
const silent = at('online', 'heartbeat', 500_000 - 180_001);
const heartbeat: PresenceEvent = { kind: 'heartbeat' };
const fresh: PresenceEvent = { kind: 'fresh_message' };
const liveWill: PresenceEvent = { kind: 'live_will', reason: 'crash' };
const retainedWill: PresenceEvent = { kind: 'retained_will', reason: 'crash' };
const sweep: PresenceEvent = { kind: 'sweep' };
const brokerLost: PresenceEvent = { kind: 'broker_lost' };

const became = (state: Presence['state'], reason: string, lastSignMs: number | null): Presence => ({
  state,
  reason,
  sinceMs: now.nowMs,
  lastSignMs,
});

describe('nextPresence', () => {
  it.each<[string, Presence, PresenceEvent, Presence]>([
    ['a first heartbeat brings a device online', unknown, heartbeat, became('online', 'heartbeat', 500_000)],
    ['a heartbeat brings a lost device back', offline, heartbeat, became('online', 'heartbeat', 500_000)],
    ['a further heartbeat only renews the sign of life', online, heartbeat, { ...online, lastSignMs: 500_000 }],
    ['a fresh message proves life where nothing is known', unknown, fresh, became('online', 'message', 500_000)],
    ['a fresh message renews the sign of life', online, fresh, { ...online, lastSignMs: 500_000 }],
    ['a fresh message does not undo a will', offline, fresh, offline],
    ['a live will takes an online device offline', online, liveWill, became('offline', 'crash', 400_000)],
    ['a live will takes a device offline that was not heard yet', unknown, liveWill, became('offline', 'crash', null)],
    ['a second will keeps reason and time of the first', offline, liveWill, offline],
    ['a retained will is believed where nothing is known', unknown, retainedWill, became('offline', 'crash', null)],
    ['a retained will does not contradict an online device', online, retainedWill, online],
    ['a retained will changes nothing about an offline device', offline, retainedWill, offline],
    ['a sweep leaves a device that spoke', online, sweep, online],
    ['a sweep leaves a device that is offline already', at('offline', 'crash', 1), sweep, at('offline', 'crash', 1)],
    ['a sweep leaves a device that was never heard', unknown, sweep, unknown],
    [
      'a sweep takes an online device without any sign for what it is',
      { ...online, lastSignMs: null },
      sweep,
      { ...online, lastSignMs: null },
    ],
    ['without a broker an online device is unknown', online, brokerLost, became('unknown', 'broker_lost', 400_000)],
    ['without a broker an offline device stays offline', offline, brokerLost, offline],
    ['without a broker an unknown device stays unknown', unknown, brokerLost, unknown],
  ])('%s', (_name, before, event, after) => {
    expect(nextPresence(before, event, now)).toEqual(after);
  });

  it('gives a device exactly 180 s of silence', () => {
    const justInTime = at('online', 'heartbeat', 500_000 - 180_000);
    expect([nextPresence(justInTime, sweep, now), nextPresence(silent, sweep, now)]).toEqual([
      justInTime,
      became('offline', 'heartbeat_timeout', silent.lastSignMs),
    ]);
  });

  it('measures silence on the monotonic clock, whatever the wall clock does', () => {
    expect(nextPresence(online, sweep, { nowMs: now.nowMs + 3_600_000, monotonicMs: 400_001 })).toBe(online);
  });

  it('starts as not heard yet', () => {
    expect(unknownPresence(7)).toEqual({ state: 'unknown', reason: 'not_heard_yet', sinceMs: 7, lastSignMs: null });
  });

  it('throws for an event that does not exist', () => {
    expect(() => nextPresence(online, { kind: 'eclipse' } as never, now)).toThrow('eclipse');
  });
});
