import { describe, expect, it } from 'vitest';
import {
  clearPermission,
  devicesInScope,
  engagedStops,
  pastStops,
  rowsToCheck,
  stopCounts,
  stopCovering,
  stopRows,
  type StopPlant,
} from '../../../../../src/renderer/features/stop/stop-rules';
import type { StopView } from '../../../../../src/shared/api/stop';
import type { DeviceId, ZoneId } from '../../../../../src/shared/domain/ids';
import { at, byId, inZone, noon, sampleActuator, sampleDevice, sampleZone } from '../devices/sample-plant';

type Entry = StopView['devices'][number];

const entry = (deviceId: string, state: Entry['state'], more: Partial<Entry> = {}): Entry => ({
  deviceId: deviceId as DeviceId,
  state,
  sentAt: at(0),
  ...more,
});

function stop(changes: Partial<StopView> = {}): StopView {
  return {
    id: 's1',
    scope: { kind: 'all' },
    reason: '',
    by: 'user:operator',
    engagedAt: at(0),
    clearableAt: at(5_000),
    devices: [],
    ...changes,
  };
}

const plant: StopPlant = {
  devices: byId(
    sampleDevice('ESP_A', { name: 'Pump 10', ...inZone('z1') }),
    sampleDevice('ESP_B', { name: 'Pump 9', ...inZone('z1') }),
    sampleDevice('ESP_C', { name: 'Tank', presence: 'offline', presenceSince: at(-300_000), ...inZone('z2') }),
    sampleDevice('ESP_D', { notes: 'Valve V3, east wall.\nBought 2024.', ...inZone('z2') }),
  ),
  zones: byId(sampleZone('z1', 'Tomatoes', 0), sampleZone('z2', 'Fish tank', 1)),
  actuators: {
    a: sampleActuator('ESP_C', 5, {
      name: 'Circulation pump',
      state: 'unknown',
      last: { at: at(-1), state: 'on', value: 1 },
    }),
    b: sampleActuator('ESP_D', 5, { name: 'Mist', state: 'on' }),
    c: sampleActuator('ESP_D', 6, { name: 'Heater', state: 'off' }),
  },
};

describe('rows of a stop', () => {
  it('names the unconfirmed first, then the offline, then the confirmed by zone and natural name', () => {
    const devices = [
      entry('ESP_A', 'confirmed', { latencyMs: 83 }),
      entry('ESP_B', 'confirmed', { latencyMs: 212 }),
      entry('ESP_C', 'offline'),
      entry('ESP_D', 'unconfirmed'),
    ];
    const rows = stopRows(stop({ devices }), plant, noon + 41_000);
    expect(rows.map(({ deviceId, state }) => [deviceId, state])).toEqual([
      ['ESP_D', 'unconfirmed'],
      ['ESP_C', 'offline'],
      ['ESP_B', 'confirmed'],
      ['ESP_A', 'confirmed'],
    ]);
    expect(rows[0]).toEqual({
      deviceId: 'ESP_D',
      name: 'ESP_D',
      zoneName: 'Fish tank',
      zoneOrder: 1,
      state: 'unconfirmed',
      isOnline: true,
      hasRefused: false,
      refusal: null,
      latencyMs: null,
      waitedMs: 41_000,
      offlineSince: null,
      place: 'Valve V3, east wall.',
      lastOn: ['Mist'],
    });
    expect(rows[1]).toMatchObject({ offlineSince: at(-300_000), lastOn: ['Circulation pump'], isOnline: false });
  });

  it('counts a device as not confirmed once 5 s have passed, even before the console says so', () => {
    const engaged = stop({ devices: [entry('ESP_A', 'sent')] });
    expect(stopRows(engaged, plant, noon + 4_999)[0]?.state).toBe('waiting');
    expect(stopRows(engaged, plant, noon + 5_000)[0]?.state).toBe('unconfirmed');
  });

  it('measures from the time of sending, so that a device that came back gets its own 5 s', () => {
    const engaged = stop({ devices: [entry('ESP_C', 'sent', { sentAt: at(60_000) })] });
    expect(stopRows(engaged, plant, noon + 61_000)[0]).toMatchObject({ state: 'waiting', waitedMs: 1_000 });
  });

  it('names every device that has not left the stop 5 s after the clear, and tells those apart that it never reached', () => {
    const devices = [
      entry('ESP_A', 'cleared'),
      entry('ESP_B', 'confirmed'),
      entry('ESP_C', 'offline'),
      entry('ESP_D', 'unconfirmed'),
    ];
    const statesAfter = (ms: number) =>
      stopRows(stop({ clearedAt: at(10_000), devices }), plant, noon + 10_000 + ms).map(({ deviceId, state }) => [
        deviceId,
        state,
      ]);
    expect(statesAfter(1_000)).toEqual([['ESP_B', 'clearing'], ['ESP_D', 'clearing'], ['ESP_C', 'missed'], ['ESP_A', 'cleared']]); // prettier-ignore
    expect(statesAfter(5_000)).toEqual([['ESP_B', 'uncleared'], ['ESP_D', 'uncleared'], ['ESP_C', 'missed'], ['ESP_A', 'cleared']]); // prettier-ignore
  });

  it('knows a device that refused this stop, not one that refused an earlier one', () => {
    const warned = (warnedAt: string) =>
      sampleDevice('ESP_A', { warnings: [{ code: 'emergency_refused', message: '', at: warnedAt, count: 1 }] });
    const refusedAt = (offsetMs: number) =>
      stopRows(
        stop({ devices: [entry('ESP_A', 'unconfirmed')] }),
        { ...plant, devices: byId(warned(at(offsetMs))) },
        noon + 9_000,
      )[0]?.hasRefused;
    expect([refusedAt(100), refusedAt(-100)]).toEqual([true, false]);
  });

  it('keeps a forgotten device in the table under its id', () => {
    const rows = stopRows(stop({ devices: [entry('ESP_GONE', 'unconfirmed')] }), plant, noon);
    expect(rows[0]).toMatchObject({ name: 'ESP_GONE', zoneName: null, isOnline: false });
  });
});

describe('counts', () => {
  it('adds up every state and finds the slowest answer', () => {
    const devices = [
      entry('ESP_A', 'confirmed', { latencyMs: 83 }),
      entry('ESP_B', 'confirmed', { latencyMs: 212 }),
      entry('ESP_C', 'offline'),
      entry('ESP_D', 'sent'),
    ];
    expect(stopCounts(stopRows(stop({ devices }), plant, noon + 1_000))).toEqual({
      confirmed: 2,
      unconfirmed: 0,
      waiting: 1,
      offline: 1,
      cleared: 0,
      uncleared: 0,
      clearing: 0,
      missed: 0,
      slowestMs: 212,
    });
  });

  it('has no slowest answer while nobody has answered', () => {
    expect(stopCounts([]).slowestMs).toBeNull();
  });
});

describe('permission to clear', () => {
  const devices = [entry('ESP_A', 'confirmed'), entry('ESP_C', 'offline'), entry('ESP_D', 'unconfirmed')];
  const engaged = stop({ devices });
  const permission = (checked: readonly string[], afterMs: number) =>
    clearPermission(engaged, stopRows(engaged, plant, noon + afterMs), new Set(checked), noon + afterMs);

  it('is refused before the console would accept it, with the time that is left', () => {
    expect(permission(['ESP_C', 'ESP_D'], 3_200)).toEqual({ state: 'tooEarly', remainingMs: 1_800 });
  });

  it('is refused while a device that never confirmed is not marked as checked', () => {
    expect(permission([], 6_000)).toEqual({ state: 'unchecked', missing: 2 });
    expect(permission(['ESP_D'], 6_000)).toEqual({ state: 'unchecked', missing: 1 });
  });

  it('is given when each such device is marked, and at once when all have confirmed', () => {
    expect(permission(['ESP_C', 'ESP_D'], 5_000)).toEqual({ state: 'allowed' });
    expect(
      clearPermission(
        engaged,
        stopRows(stop({ devices: [entry('ESP_A', 'confirmed')] }), plant, noon),
        new Set(),
        noon + 5_000,
      ),
    ).toEqual({
      state: 'allowed',
    });
  });

  it('asks for a check of everything but the confirmed', () => {
    expect(rowsToCheck(stopRows(engaged, plant, noon + 6_000)).map(({ deviceId }) => deviceId)).toEqual([
      'ESP_D',
      'ESP_C',
    ]);
  });
});

describe('which stops hold', () => {
  const zoneStop = stop({ id: 's2', scope: { kind: 'zone', zoneId: 'z1' as ZoneId }, engagedAt: at(1_000) });
  const deviceStop = stop({ id: 's3', scope: { kind: 'device', deviceId: 'ESP_A' as DeviceId }, engagedAt: at(2_000) });
  const allStop = stop({ id: 's4', engagedAt: at(-9_000) });
  const cleared = stop({ id: 's5', clearedAt: at(3_000) });
  const clearedLater = stop({ id: 's6', clearedAt: at(4_000) });
  const stops = byId(deviceStop, cleared, zoneStop, allStop, clearedLater);

  it('lists the widest scope first', () => {
    expect(engagedStops(stops).map(({ id }) => id)).toEqual(['s4', 's2', 's3']);
  });

  it('lists past stops by the time of clearing, newest first', () => {
    expect(pastStops(stops).map(({ id }) => id)).toEqual(['s6', 's5']);
  });

  it('finds the narrowest stop that holds a zone or a device', () => {
    const zone = (id: string): StopView['scope'] => ({ kind: 'zone', zoneId: id as ZoneId });
    expect(stopCovering(stops, zone('z1'))?.id).toBe('s2');
    expect(stopCovering(stops, zone('z2'))?.id).toBe('s4');
    expect(stopCovering(byId(zoneStop, cleared), zone('z2'))).toBeUndefined();
    expect(stopCovering(stops, { kind: 'device', deviceId: 'ESP_A' as DeviceId })?.id).toBe('s3');
    expect(stopCovering(byId(zoneStop, deviceStop), { kind: 'all' })).toBeUndefined();
  });
});

describe('reach of a stop', () => {
  const devices = byId(
    sampleDevice('ESP_A', inZone('z1')),
    sampleDevice('ESP_B', { zone: { desired: 'z1' as ZoneId, confirmed: 'z2' as ZoneId, state: 'pending' } }),
    sampleDevice('ESP_C', { approval: 'pending' }),
    sampleDevice('ESP_D', { zone: { desired: 'z1' as ZoneId, confirmed: null, state: 'pending' } }),
  );
  const idsOf = (scope: StopView['scope']) => devicesInScope(scope, devices).map(({ id }) => id);

  it('covers every known device, and for a zone those that confirmed it', () => {
    expect(idsOf({ kind: 'all' })).toEqual(['ESP_A', 'ESP_B', 'ESP_C', 'ESP_D']);
    expect(idsOf({ kind: 'zone', zoneId: 'z1' as ZoneId })).toEqual(['ESP_A', 'ESP_D']);
    expect(idsOf({ kind: 'zone', zoneId: 'z2' as ZoneId })).toEqual(['ESP_B']);
    expect(idsOf({ kind: 'device', deviceId: 'ESP_C' as DeviceId })).toEqual(['ESP_C']);
  });
});
