import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  covers,
  forgettable,
  isComplete,
  isEngaged,
  nextStop,
  withNewDevice,
  type StopEvent,
} from '../../../../src/main/stop/stop-state';
import type { StopDeviceState, StopRefusal, StopView } from '../../../../src/shared/api/stop';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { seedOfRun } from '../../../fakes/random';

const a = 'ESP_A' as DeviceId;
const b = 'ESP_B' as DeviceId;
const tent = 'tent' as ZoneId;
const start = Date.UTC(2026, 10, 21, 12);
const iso = (ms: number) => new Date(start + ms).toISOString();
const stop = (states: Readonly<Record<string, StopDeviceState>>, more: Partial<StopView> = {}): StopView => ({
  id: 's-1',
  scope: { kind: 'all' },
  reason: 'leak',
  by: 'user:operator',
  engagedAt: iso(0),
  clearableAt: iso(5_000),
  devices: Object.entries(states).map(([id, state]) => ({ deviceId: id as DeviceId, state })),
  ...more,
});
const cleared = { clearedAt: iso(9_000), clearedBy: 'user:operator' };
const step = (before: StopView, event: StopEvent, ms = 1_000) => nextStop(before, event, start + ms);
const statesOf = ({ devices }: StopView) => Object.fromEntries(devices.map(({ deviceId, state }) => [deviceId, state]));

describe('covers', () => {
  it.each([
    [{ kind: 'all' }, tent, true],
    [{ kind: 'all' }, null, true],
    [{ kind: 'zone', zoneId: tent }, tent, true],
    [{ kind: 'zone', zoneId: tent }, 'other' as ZoneId, false],
    [{ kind: 'zone', zoneId: tent }, null, false],
    [{ kind: 'device', deviceId: a }, tent, true],
    [{ kind: 'device', deviceId: b }, tent, false],
  ] as const)('%j and a device in %s → %s', (scope, zoneId, expected) => {
    expect(covers(scope, a, zoneId)).toBe(expected);
  });

  it('throws for a scope that does not exist', () => {
    expect(() => covers({ kind: 'galaxy' } as never, a, null)).toThrow('galaxy');
  });
});

describe('nextStop', () => {
  it('notes when the message was handed out, only for the devices that it went to', () => {
    expect(step(stop({ [a]: 'offline', [b]: 'offline' }), { kind: 'sent', deviceIds: new Set([a]) })).toEqual({
      ...stop({}),
      devices: [
        { deviceId: a, state: 'sent', sentAt: iso(1_000) },
        { deviceId: b, state: 'offline' },
      ],
    });
  });

  it.each<[StopDeviceState, StopDeviceState]>([
    ['offline', 'sent'],
    ['unconfirmed', 'sent'],
    ['sent', 'sent'],
    ['confirmed', 'confirmed'],
    ['cleared', 'cleared'],
  ])('sending again takes a device from %s to %s', (before, after) => {
    expect(statesOf(step(stop({ [a]: before }), { kind: 'sent', deviceIds: new Set([a]) }))).toEqual({ [a]: after });
  });

  it('a confirmation is noted with its latency and moves the time of the clear', () => {
    const event = { kind: 'confirmed', deviceId: a, latencyMs: 120 } as const;
    expect(step(stop({ [a]: 'sent', [b]: 'sent' }), event, 1_000)).toEqual({
      ...stop({}),
      clearableAt: iso(6_000),
      devices: [
        { deviceId: a, state: 'confirmed', latencyMs: 120 },
        { deviceId: b, state: 'sent' },
      ],
    });
  });

  it('never moves the time of the clear forward to an earlier one', () => {
    const event = { kind: 'confirmed', deviceId: a, latencyMs: 120 } as const;
    expect(step(stop({ [a]: 'sent' }, { clearableAt: iso(30_000) }), event).clearableAt).toBe(iso(30_000));
  });

  it('a late confirmation counts too', () => {
    const event = { kind: 'confirmed', deviceId: a, latencyMs: 9_000 } as const;
    expect(step(stop({ [a]: 'unconfirmed' }), event, 9_000)).toMatchObject({
      clearableAt: iso(14_000),
      devices: [{ state: 'confirmed' }],
    });
  });

  it('a confirmation after the clear is noted and leaves the time of the clear', () => {
    const event = { kind: 'confirmed', deviceId: a, latencyMs: 9_000 } as const;
    const after = step(stop({ [a]: 'sent' }, cleared), event, 9_500);
    expect([statesOf(after), after.clearableAt]).toEqual([{ [a]: 'confirmed' }, iso(5_000)]);
  });

  it.each<[string, StopView]>([
    ['a repeated confirmation', stop({ [a]: 'confirmed' })],
    ['a confirmation of a device that left the stop', stop({ [a]: 'cleared' })],
    ['a confirmation of a device that the stop does not know', stop({ [b]: 'sent' })],
  ])('%s changes nothing', (_name, before) => {
    expect(step(before, { kind: 'confirmed', deviceId: a, latencyMs: 1 })).toBe(before);
  });

  it('only who was sent the message and kept silent is overdue', () => {
    const before = stop({ A: 'sent', B: 'confirmed', C: 'offline', D: 'unconfirmed', E: 'cleared' });
    expect(statesOf(step(before, { kind: 'overdue' }))).toEqual({
      A: 'unconfirmed',
      B: 'confirmed',
      C: 'offline',
      D: 'unconfirmed',
      E: 'cleared',
    });
  });

  it('is overdue only for the devices that are named, when some are', () => {
    expect(statesOf(step(stop({ [a]: 'sent', [b]: 'sent' }), { kind: 'overdue', deviceIds: new Set([b]) }))).toEqual({
      [a]: 'sent',
      [b]: 'unconfirmed',
    });
  });

  it.each<[StopDeviceState, StopRefusal | undefined, StopDeviceState, StopRefusal | undefined]>([
    ['sent', 'unauthorized', 'unconfirmed', 'unauthorized'],
    ['sent', undefined, 'unconfirmed', undefined],
    ['offline', 'no_token', 'unconfirmed', 'no_token'],
    ['unconfirmed', 'no_token', 'unconfirmed', 'no_token'],
    ['unconfirmed', undefined, 'unconfirmed', undefined],
    ['confirmed', 'unauthorized', 'confirmed', undefined],
    ['cleared', 'unauthorized', 'cleared', undefined],
  ])('a refused stop takes a device from %s, reason %s, to %s', (before, reason, after, shown) => {
    const next = step(stop({ [a]: before }), { kind: 'refused', deviceId: a, reason });
    expect([next.devices[0]?.state, next.devices[0]?.reason]).toEqual([after, shown]);
  });

  it('a refusal that is repeated, or of a device that the stop does not know, changes nothing', () => {
    const event = { kind: 'refused', deviceId: a, reason: 'unauthorized' } as const;
    const once = step(stop({ [a]: 'sent' }), event);
    const foreign = stop({ [b]: 'sent' });
    expect([step(once, event) === once, step(foreign, event) === foreign]).toEqual([true, true]);
  });

  it('a refused clear names its reason and leaves the state; the next clear takes the reason back', () => {
    const before = stop({ [a]: 'confirmed', [b]: 'cleared' }, cleared);
    const refused = step(before, { kind: 'refused', deviceId: a, reason: 'clear_rejected' });
    expect(refused.devices).toEqual([
      { deviceId: a, state: 'confirmed', reason: 'clear_rejected' },
      { deviceId: b, state: 'cleared' },
    ]);
    expect(step(refused, { kind: 'clear_sent', deviceId: a })).toEqual(before);
    expect(step(before, { kind: 'clear_sent', deviceId: a })).toBe(before);
    expect(step(before, { kind: 'refused', deviceId: b, reason: 'clear_rejected' })).toBe(before);
  });

  it.each<StopEvent>([
    { kind: 'sent', deviceIds: new Set([a]) },
    { kind: 'confirmed', deviceId: a, latencyMs: 9 },
  ])('%j takes a refusal back', (event) => {
    const refused = step(stop({ [a]: 'sent' }), { kind: 'refused', deviceId: a, reason: 'unauthorized' });
    expect(step(refused, event).devices[0]?.reason).toBeUndefined();
  });

  it('is cleared once, by the first who asks', () => {
    const once = step(stop({ [a]: 'confirmed' }), { kind: 'clear', by: 'user:operator' }, 9_000);
    expect(once).toEqual(stop({ [a]: 'confirmed' }, cleared));
    expect(step(once, { kind: 'clear', by: 'user:script' }, 10_000)).toBe(once);
  });

  it('lets a device leave only after the clear', () => {
    const engaged = stop({ [a]: 'confirmed', [b]: 'confirmed' });
    const event = { kind: 'device_cleared', deviceId: a } as const;
    expect(step(engaged, event)).toBe(engaged);
    expect(statesOf(step({ ...engaged, ...cleared }, event))).toEqual({ [a]: 'cleared', [b]: 'confirmed' });
  });

  it('forgets a removed device', () => {
    expect(statesOf(step(stop({ [a]: 'sent', [b]: 'sent' }), { kind: 'device_removed', deviceId: a }))).toEqual({
      [b]: 'sent',
    });
  });

  it('throws for an event that does not exist', () => {
    expect(() => step(stop({}), { kind: 'eclipse' } as never)).toThrow('eclipse');
  });
});

describe('a stop', () => {
  it('is engaged until it is cleared', () => {
    expect([isEngaged(stop({})), isEngaged(stop({}, cleared))]).toEqual([true, false]);
  });

  it('takes a new device in as offline, and a known one not twice', () => {
    const before = stop({ [a]: 'confirmed' });
    expect(statesOf(withNewDevice(before, b))).toEqual({ [a]: 'confirmed', [b]: 'offline' });
    expect(withNewDevice(before, a)).toBe(before);
  });

  it('is complete when it is cleared and everybody has left it', () => {
    expect(
      [
        stop({ [a]: 'cleared' }),
        stop({ [a]: 'cleared', [b]: 'confirmed' }, cleared),
        stop({ [a]: 'cleared' }, cleared),
      ].map(isComplete),
    ).toEqual([false, false, true]);
  });

  it('is forgotten when newer ones fill the list, later when a device has not left it, and never while engaged', () => {
    const at = (id: string, ms: number, states: Readonly<Record<string, StopDeviceState>>, isOver = true) =>
      stop(states, { id, engagedAt: iso(ms), ...(isOver && cleared) });
    const stops = [
      at('engaged', 0, { [a]: 'confirmed' }, false),
      at('newest', 50, { [a]: 'cleared' }),
      at('open', 20, { [a]: 'confirmed' }),
      at('complete', 30, { [a]: 'cleared' }),
      at('oldest', 10, { [a]: 'confirmed' }),
    ];
    expect(forgettable(stops, 1, 3).map(({ id }) => id)).toEqual(['complete', 'oldest']);
    expect(forgettable(stops, 4, 4)).toEqual([]);
  });
});

/** Everything that can happen to a stop of two devices, in any order. */
const anyEvent = fc.oneof(
  fc.record({ kind: fc.constant('sent' as const), deviceIds: fc.subarray([a, b]).map((ids) => new Set(ids)) }),
  fc.record({ kind: fc.constant('confirmed' as const), deviceId: fc.constantFrom(a, b), latencyMs: fc.nat(9_000) }),
  fc.record({ kind: fc.constant('overdue' as const) }),
  fc.record({
    kind: fc.constant('refused' as const),
    deviceId: fc.constantFrom(a, b),
    reason: fc.constantFrom('unauthorized' as const, 'no_token' as const, 'clear_rejected' as const, undefined),
  }),
  fc.record({ kind: fc.constant('clear' as const), by: fc.constantFrom('user:one', 'user:two') }),
  fc.record({
    kind: fc.constantFrom('clear_sent' as const, 'device_cleared' as const),
    deviceId: fc.constantFrom(a, b),
  }),
);
const ranks: Readonly<Record<StopDeviceState, number>> = {
  offline: 0,
  sent: 0,
  unconfirmed: 0,
  confirmed: 1,
  cleared: 2,
};

describe('whatever order answers come in, and however often', () => {
  it('a device never falls back behind what it confirmed, and only a clear ends a stop', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let before = stop({ [a]: 'offline', [b]: 'offline' });
        for (const [index, event] of events.entries()) {
          const after = step(before, event, index * 500);
          for (const [at, device] of after.devices.entries()) {
            const was = before.devices[at];
            expect(ranks[device.state]).toBeGreaterThanOrEqual(ranks[was?.state ?? 'offline']);
            if (device.state === 'cleared') expect(after.clearedAt).toBeDefined();
            if (device.state === 'cleared') expect(device.reason).toBeUndefined();
            if (device.state === 'confirmed') expect(device.latencyMs).toBeDefined();
          }
          expect(isEngaged(after)).toBe(isEngaged(before) && event.kind !== 'clear');
          expect(after.clearedBy).toBe(before.clearedBy ?? (event.kind === 'clear' ? event.by : undefined));
          expect(Date.parse(after.clearableAt)).toBeGreaterThanOrEqual(Date.parse(before.clearableAt));
          expect(step(after, event, index * 500)).toEqual(after); // a duplicate tells nothing new
          before = after;
        }
      }),
      { seed: seedOfRun(), numRuns: 300 },
    );
  });
});
