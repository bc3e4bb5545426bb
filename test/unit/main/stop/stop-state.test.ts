import { describe, expect, it } from 'vitest';
import { covers, isEngaged, nextStop, withNewDevice, type StopEvent } from '../../../../src/main/stop/stop-state';
import type { StopDeviceState, StopView } from '../../../../src/shared/api/stop';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';

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
});
