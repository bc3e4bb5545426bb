import type { ActuatorView } from '../../../src/shared/api/control';
import type { DeviceView } from '../../../src/shared/api/devices';
import type { StateEvent } from '../../../src/shared/api/state-stream';
import type { StatusView } from '../../../src/shared/api/status';
import type { SensorView } from '../../../src/shared/api/telemetry';
import type { ZoneView } from '../../../src/shared/api/zones';
import type { DeviceId, SeriesId, ZoneId } from '../../../src/shared/domain/ids';

/* Whole objects of the contract with quiet values; a test names what it is about. */

export const noonMs = Date.parse('2026-11-21T12:00:00.000Z');
export const noon = new Date(noonMs).toISOString();

export function deviceOf(id: string, change: Partial<DeviceView> = {}): DeviceView {
  const zone = { desired: 'zone_1' as ZoneId, confirmed: 'zone_1' as ZoneId, state: 'confirmed' as const };
  return {
    id: id as DeviceId,
    kaiserId: 'god',
    name: `Device ${id}`,
    notes: '',
    demo: false,
    approval: 'approved',
    presence: 'online',
    presenceReason: 'heartbeat',
    presenceSince: noon,
    firstSeenAt: noon,
    lastSeenAt: noon,
    zone,
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
    ...change,
  };
}

export function zoneOf(id: string, change: Partial<ZoneView> = {}): ZoneView {
  return { id: id as ZoneId, name: `Zone ${id}`, masterZoneId: null, order: 0, demo: false, ...change };
}

export function sensorOf(deviceId: string, gpio: number, type: string, change: Partial<SensorView> = {}): SensorView {
  return {
    seriesId: `${deviceId}:${gpio}:${type}` as SeriesId,
    deviceId: deviceId as DeviceId,
    gpio,
    type,
    name: type,
    configured: true,
    raw: null,
    value: 20,
    unit: '°C',
    quality: 'good',
    stale: false,
    staleAfterMs: 90_000,
    at: noon,
    receivedAt: noon,
    ...change,
  };
}

export function actuatorOf(deviceId: string, gpio: number, change: Partial<ActuatorView> = {}): ActuatorView {
  return {
    deviceId: deviceId as DeviceId,
    gpio,
    type: 'relay',
    name: `Relay ${gpio}`,
    configured: true,
    observed: { at: noon, state: 'off', value: 0 },
    state: 'off',
    discrepancy: false,
    emergency: 'normal',
    runtimeS: 0,
    blockedBy: [],
    ...change,
  };
}

export function statusOf(change: Partial<StatusView> = {}): StatusView {
  const broker = {
    state: 'online',
    url: 'mqtt://127.0.0.1:1883',
    embedded: true,
    protocolVersion: '3.1.1',
    since: noon,
    lastError: null,
    attempts: 0,
    breaker: 'closed',
  } as const;
  const store = { state: 'recording', message: null, sizeBytes: 0, rows: 0, notRecorded: 0, setAside: [] } as const;
  return {
    version: '0.1.0',
    host: 'browser',
    kaiserId: 'god',
    startedAt: noon,
    uptimeS: 0,
    broker,
    store: { ...store, setAside: [] },
    stop: { engaged: false, stops: [] },
    demo: { running: false, available: true, devices: 0, problem: null, faulty: [] },
    counters: {
      received: 0,
      malformed: 0,
      unparsableTopic: 0,
      duplicates: 0,
      unknownDevice: 0,
      published: 0,
      publishFailed: 0,
      outboxDepth: 0,
      bufferDropped: 0,
      handlerErrors: 0,
      limited: 0,
      foreign: 0,
      errorRate: 0,
    },
    errorAlarm: { active: false, since: null, rate: 0, messages: 0 },
    ...change,
  };
}

export function stateEventOf(change: Partial<StateEvent> = {}): StateEvent {
  return {
    isSnapshot: false,
    devices: [],
    zones: [],
    sensors: [],
    actuators: [],
    commands: [],
    operations: [],
    stops: [],
    events: [],
    removed: { devices: [], zones: [], sensors: [] },
    ...change,
  };
}
