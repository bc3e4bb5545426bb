import type { ActuatorView } from '../../../../../src/shared/api/control';
import type { DeviceView } from '../../../../../src/shared/api/devices';
import type { ZoneView } from '../../../../../src/shared/api/zones';
import type { DeviceId, ZoneId } from '../../../../../src/shared/domain/ids';

/* Whole objects of the API with one line per deviation, for tests of screens. */

export const noon = Date.parse('2026-11-21T12:00:00.000Z');

export const at = (offsetMs: number): string => new Date(noon + offsetMs).toISOString();

export function sampleDevice(id: string, changes: Partial<DeviceView> = {}): DeviceView {
  return {
    id: id as DeviceId,
    kaiserId: 'god',
    name: '',
    notes: '',
    demo: false,
    approval: 'approved',
    presence: 'online',
    presenceReason: 'heartbeat',
    presenceSince: at(-60_000),
    firstSeenAt: at(-3_600_000),
    lastSeenAt: at(-1_000),
    zone: { desired: null, confirmed: null, state: 'none' },
    board: { id: null, source: 'unknown' },
    subzones: [],
    diagnostics: null,
    sequence: { last: null, gaps: 0, missed: 0, restarts: 0 },
    hasStopToken: false,
    replacedBy: null,
    replaces: [],
    config: {
      desired: null,
      confirmed: null,
      state: { sensors: 'none', actuators: 'none', offlineRules: 'none' },
      failures: [],
    },
    health: {},
    warnings: [],
    counters: { messages: 0, malformed: 0, duplicates: 0, limited: 0 },
    lastMalformed: null,
    ...changes,
  };
}

export function sampleZone(id: string, name: string, order: number): ZoneView {
  return { id: id as ZoneId, name, masterZoneId: null, order, demo: false };
}

export function inZone(zoneId: string): Pick<DeviceView, 'zone'> {
  return { zone: { desired: zoneId as ZoneId, confirmed: zoneId as ZoneId, state: 'confirmed' } };
}

export function sampleActuator(deviceId: string, gpio: number, changes: Partial<ActuatorView> = {}): ActuatorView {
  return {
    deviceId: deviceId as DeviceId,
    gpio,
    type: 'pump',
    name: `Output ${gpio}`,
    configured: true,
    state: 'off',
    discrepancy: false,
    emergency: 'normal',
    runtimeS: 0,
    blockedBy: [],
    ...changes,
  };
}

/** Objects by id, as the plant store holds them. */
export function byId<T extends { readonly id: string }>(...items: readonly T[]): Record<string, T> {
  return Object.fromEntries(items.map((item) => [item.id, item]));
}
