import { describe, expect, it } from 'vitest';
import {
  canBeReplaced,
  decidedDevices,
  deviceCounts,
  filterDevices,
  isWeakSignal,
  pendingDevices,
  retiredDevices,
  zoneCell,
} from '../../../../../src/renderer/features/devices/device-list-rules';
import type { DeviceId, ZoneId } from '../../../../../src/shared/domain/ids';
import { at, byId, inZone, sampleDevice, sampleZone } from './sample-plant';

const zones = byId(sampleZone('z1', 'Tomatoes', 1), sampleZone('z2', 'Fish tank', 0));
const devices = byId(
  sampleDevice('ESP_3', { name: 'Pump 10', ...inZone('z1'), health: { ip: '10.0.0.7' } }),
  sampleDevice('ESP_1', { name: 'pump 9', presence: 'offline', ...inZone('z2') }),
  sampleDevice('ESP_2', { name: 'Pump 9', approval: 'rejected' }),
  sampleDevice('ESP_5', { approval: 'pending', firstSeenAt: at(-10) }),
  sampleDevice('ESP_4', { approval: 'pending', firstSeenAt: at(-5) }),
  sampleDevice('ESP_0', { presence: 'unknown' }),
);

describe('the device list', () => {
  it('is ordered by name as people count, then by id, whatever the states', () => {
    expect(decidedDevices(devices).map(({ id }) => id)).toEqual(['ESP_0', 'ESP_1', 'ESP_2', 'ESP_3']);
  });

  it('puts devices that wait for approval in the order in which they came', () => {
    expect(pendingDevices(devices).map(({ id }) => id)).toEqual(['ESP_5', 'ESP_4']);
  });

  it.each([
    ['', ['ESP_0', 'ESP_1', 'ESP_2', 'ESP_3']],
    ['  pump 9 ', ['ESP_1', 'ESP_2']],
    ['FISH', ['ESP_1']],
    ['10.0.0.7', ['ESP_3']],
    ['pump tomatoes', ['ESP_3']],
    ['nothing like this', []],
  ])('filtered by “%s” shows %j', (filter, expected) => {
    expect(filterDevices(decidedDevices(devices), zones, filter).map(({ id }) => id)).toEqual(expected);
  });

  it('counts presence over approved devices only', () => {
    expect(deviceCounts(devices)).toEqual({ total: 6, online: 1, offline: 1, unknown: 1, pending: 2, rejected: 1 });
  });

  it('calls a signal weak from −80 dBm downwards, and an unknown one not', () => {
    expect([isWeakSignal(-79), isWeakSignal(-80), isWeakSignal(undefined)]).toEqual([false, true, false]);
  });
});

describe('replaced devices', () => {
  const replacedBy = (offsetMs: number) => ({ deviceId: 'ESP_9' as DeviceId, at: at(offsetMs) });
  const retired = (id: string, offsetMs: number) =>
    sampleDevice(id, { approval: 'rejected', presence: 'offline', replacedBy: replacedBy(offsetMs) });
  const withRetired = { ...devices, ...byId(retired('ESP_6', -50), retired('ESP_7', -20)) };

  it('stand apart, the last one first, and in no count but the total', () => {
    expect(retiredDevices(withRetired).map(({ id }) => id)).toEqual(['ESP_7', 'ESP_6']);
    expect(decidedDevices(withRetired)).toEqual(decidedDevices(devices));
    expect(deviceCounts(withRetired)).toEqual({ ...deviceCounts(devices), total: 8 });
  });

  it.each([
    ['offline', sampleDevice('ESP_1', { presence: 'offline' }), true],
    ['unknown', sampleDevice('ESP_1', { presence: 'unknown' }), true],
    ['online', sampleDevice('ESP_1'), false],
    ['never approved', sampleDevice('ESP_1', { presence: 'offline', approval: 'pending' }), false],
    ['rejected', sampleDevice('ESP_1', { presence: 'offline', approval: 'rejected' }), false],
    ['simulated', sampleDevice('ESP_1', { presence: 'offline', demo: true }), false],
    ['replaced already', retired('ESP_1', 0), false],
  ])('a device that is %s can be replaced or not', (_, device, expected) => {
    expect(canBeReplaced(device)).toBe(expected);
  });
});

describe('the zone of a device', () => {
  const cellOf = (
    desired: string | null,
    confirmed: string | null,
    state: 'none' | 'pending' | 'confirmed' | 'failed',
    reason?: string,
  ) =>
    zoneCell(
      sampleDevice('ESP_1', {
        zone: {
          desired: desired as ZoneId | null,
          confirmed: confirmed as ZoneId | null,
          state,
          ...(reason && { reason }),
        },
      }),
      zones,
    );

  it('is one name when the device has confirmed it', () => {
    expect(cellOf('z1', 'z1', 'confirmed')).toEqual({
      current: 'Tomatoes',
      wanted: null,
      isRemoval: false,
      state: 'confirmed',
      reason: null,
    });
  });

  it('keeps the confirmed zone beside the wanted one until the device agrees', () => {
    expect(cellOf('z2', 'z1', 'pending')).toEqual({
      current: 'Tomatoes',
      wanted: 'Fish tank',
      isRemoval: false,
      state: 'pending',
      reason: null,
    });
  });

  it('says why an assignment failed', () => {
    expect(cellOf('z2', null, 'failed', 'CONFIG_LANE_BUSY')).toMatchObject({
      current: null,
      wanted: 'Fish tank',
      reason: 'CONFIG_LANE_BUSY',
    });
  });

  it('knows a removal that the device has not confirmed', () => {
    expect(cellOf(null, 'z1', 'pending')).toMatchObject({ current: 'Tomatoes', wanted: null, isRemoval: true });
  });

  it('shows the id of a zone that is not in the plant model', () => {
    expect(cellOf('old', 'old', 'confirmed').current).toBe('old');
  });
});
