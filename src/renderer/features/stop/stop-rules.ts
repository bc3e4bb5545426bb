import type { ActuatorView } from '../../../shared/api/control';
import type { DeviceView } from '../../../shared/api/devices';
import type { StopDeviceState, StopRefusal, StopScope, StopView } from '../../../shared/api/stop';
import type { ZoneView } from '../../../shared/api/zones';
import { wireLimits } from '../../../shared/wire/limits';
import { orderedZones, zoneIdOf } from '../../plant/zone-rules';

/*
 * What the stop screen shows, computed from the plant state: which stops hold, one row per device, counts, and whether a stop may be
 * cleared. Used by every component of this feature; no clock and no React in here.
 */

/** The parts of the plant store that stop rows are made of. */
export type StopPlant = {
  readonly devices: Readonly<Record<string, DeviceView>>;
  readonly zones: Readonly<Record<string, ZoneView>>;
  readonly actuators: Readonly<Record<string, ActuatorView>>;
};

/** So long a device may take to leave a cleared stop (wire contract 3.7.4: up to about 3 s) before it is named. */
const CLEAR_CONFIRM_MS = 5_000;

/**
 * `waiting`: sent, still within the 5 s. After a clear: `clearing` within its 5 s, then `uncleared`; `missed` was never reached by the stop.
 */
export type StopRowState =
  'unconfirmed' | 'waiting' | 'offline' | 'confirmed' | 'uncleared' | 'clearing' | 'missed' | 'cleared';

export type StopRow = {
  readonly deviceId: string;
  /** The id when the device is not known any more. */
  readonly name: string;
  readonly zoneName: string | null;
  readonly zoneOrder: number;
  readonly state: StopRowState;
  readonly isOnline: boolean;
  /** The device said that it will not stop (or not clear); main warns `emergency_refused`. */
  readonly hasRefused: boolean;
  /** Why, where the device said so. */
  readonly refusal: StopRefusal | null;
  readonly latencyMs: number | null;
  /** Since the stop was sent to this device (or engaged, when it never was). */
  readonly waitedMs: number;
  readonly offlineSince: string | null;
  /** First line of the device's notes: where it stands, how to switch it off by hand. */
  readonly place: string;
  /** Names of outputs that were last seen on. */
  readonly lastOn: readonly string[];
};

export type StopCounts = {
  readonly confirmed: number;
  readonly unconfirmed: number;
  readonly waiting: number;
  readonly offline: number;
  readonly cleared: number;
  readonly uncleared: number;
  readonly clearing: number;
  readonly missed: number;
  readonly slowestMs: number | null;
};

const urgency: Readonly<Record<StopRowState, number>> = {
  unconfirmed: 0,
  waiting: 1,
  uncleared: 2,
  clearing: 3,
  offline: 4,
  missed: 5,
  confirmed: 6,
  cleared: 7,
};

const scopeRank: Readonly<Record<StopScope['kind'], number>> = { all: 0, zone: 1, device: 2 };

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Stops that hold, widest scope first, then the newest. */
export function engagedStops(stops: Readonly<Record<string, StopView>>): StopView[] {
  return Object.values(stops)
    .filter((stop) => stop.clearedAt === undefined)
    .sort(
      (a, b) =>
        scopeRank[a.scope.kind] - scopeRank[b.scope.kind] || b.engagedAt.localeCompare(a.engagedAt) || byId(a, b),
    );
}

/** Cleared stops, the last cleared first. */
export function pastStops(stops: Readonly<Record<string, StopView>>): StopView[] {
  return Object.values(stops)
    .filter((stop) => stop.clearedAt !== undefined)
    .sort((a, b) => (b.clearedAt ?? '').localeCompare(a.clearedAt ?? '') || byId(a, b));
}

/** The engaged stop that holds this scope; the narrowest when there are several, because that one is cleared last. */
export function stopCovering(stops: Readonly<Record<string, StopView>>, scope: StopScope): StopView | undefined {
  return engagedStops(stops).findLast((stop) => covers(stop.scope, scope));
}

/** True when a stop with the scope `wide` reaches everything that one with the scope `narrow` would. */
export function covers(wide: StopScope, narrow: StopScope): boolean {
  if (wide.kind === 'all') return true;
  if (wide.kind === 'zone') return narrow.kind === 'zone' && narrow.zoneId === wide.zoneId;
  return narrow.kind === 'device' && narrow.deviceId === wide.deviceId;
}

/** One row per device of the stop: the ones that need somebody first, the rest by zone and name. */
export function stopRows(stop: StopView, plant: StopPlant, now: number): StopRow[] {
  return stop.devices
    .map((entry) => rowOf(stop, entry, plant, now))
    .sort(
      (a, b) =>
        urgency[a.state] - urgency[b.state] ||
        a.zoneOrder - b.zoneOrder ||
        byName.compare(a.name, b.name) ||
        byName.compare(a.deviceId, b.deviceId),
    );
}

/** Counts over the rows of one stop; the slowest answer is the longest measured one. */
export function stopCounts(rows: readonly StopRow[]): StopCounts {
  const count = (state: StopRowState) => rows.filter((row) => row.state === state).length;
  const latencies = rows.flatMap((row) => (row.latencyMs === null ? [] : [row.latencyMs]));
  return {
    confirmed: count('confirmed'),
    unconfirmed: count('unconfirmed'),
    waiting: count('waiting'),
    offline: count('offline'),
    cleared: count('cleared'),
    uncleared: count('uncleared'),
    clearing: count('clearing'),
    missed: count('missed'),
    slowestMs: latencies.length === 0 ? null : Math.max(...latencies),
  };
}

/** Rows that somebody has to vouch for before the stop may be cleared: the device itself never said that it stopped. */
export function rowsToCheck(rows: readonly StopRow[]): StopRow[] {
  return rows.filter(({ state }) => state === 'unconfirmed' || state === 'waiting' || state === 'offline');
}

export type ClearPermission =
  | { readonly state: 'tooEarly'; readonly remainingMs: number }
  | { readonly state: 'unchecked'; readonly missing: number }
  | { readonly state: 'allowed' };

/** Whether the stop may be cleared now; `checkedIds` are the devices that somebody marked as checked. */
export function clearPermission(
  stop: Pick<StopView, 'clearableAt'>,
  rows: readonly StopRow[],
  checkedIds: ReadonlySet<string>,
  now: number,
): ClearPermission {
  const remainingMs = Date.parse(stop.clearableAt) - now;
  if (remainingMs > 0) return { state: 'tooEarly', remainingMs };
  const missing = rowsToCheck(rows).filter(({ deviceId }) => !checkedIds.has(deviceId)).length;
  return missing > 0 ? { state: 'unchecked', missing } : { state: 'allowed' };
}

/** Devices that a stop with this scope would reach; approved or not, a stop goes to all (main/stop decides alike). */
export function devicesInScope(scope: StopScope, devices: Readonly<Record<string, DeviceView>>): DeviceView[] {
  return Object.values(devices).filter((device) => {
    if (scope.kind === 'device') return device.id === scope.deviceId;
    return scope.kind === 'all' || zoneIdOf(device) === scope.zoneId;
  });
}

/** What a stop of this kind can be aimed at: zones in display order, devices by name. */
export function scopeChoices(
  kind: 'zone' | 'device',
  zones: Readonly<Record<string, ZoneView>>,
  devices: Readonly<Record<string, DeviceView>>,
): { readonly value: string; readonly label: string }[] {
  if (kind === 'zone') {
    return orderedZones(zones).map(({ id, name }) => ({ value: id, label: name }));
  }
  return Object.values(devices)
    .map(({ id, name }) => ({ value: id, label: name === '' || name === id ? id : `${name} · ${id}` }))
    .sort((a, b) => byName.compare(a.label, b.label));
}

function rowOf(stop: StopView, entry: StopView['devices'][number], plant: StopPlant, now: number): StopRow {
  const device = plant.devices[entry.deviceId];
  const zoneId = device ? zoneIdOf(device) : null;
  const zone = zoneId === null ? undefined : plant.zones[zoneId];
  const waitedMs = Math.max(0, now - Date.parse(entry.sentAt ?? stop.engagedAt));
  return {
    deviceId: entry.deviceId,
    name: device?.name || entry.deviceId,
    zoneName: zone?.name ?? zoneId,
    zoneOrder: zone?.order ?? Number.MAX_SAFE_INTEGER,
    state:
      stop.clearedAt === undefined
        ? engagedState(entry.state, waitedMs)
        : clearedState(entry.state, now - Date.parse(stop.clearedAt)),
    isOnline: device?.presence === 'online',
    hasRefused:
      device?.warnings.some(
        ({ code, at }) => code === 'emergency_refused' && at >= (stop.clearedAt ?? stop.engagedAt),
      ) ?? false,
    refusal: entry.reason ?? null,
    latencyMs: entry.latencyMs ?? null,
    waitedMs,
    offlineSince: device?.presence === 'offline' ? device.presenceSince : null,
    place: device?.notes.split('\n', 1)[0]?.trim() ?? '',
    lastOn: lastOn(entry.deviceId, plant.actuators),
  };
}

/** A device that is silent for 5 s is named here, whether or not the console's own timer has reached us yet. */
function engagedState(state: StopDeviceState, waitedMs: number): StopRowState {
  if (state === 'sent') return waitedMs >= wireLimits.stopConfirmMs ? 'unconfirmed' : 'waiting';
  return state;
}

function clearedState(state: StopDeviceState, clearedForMs: number): StopRowState {
  if (state === 'cleared') return 'cleared';
  if (state === 'offline') return 'missed';
  return clearedForMs < CLEAR_CONFIRM_MS ? 'clearing' : 'uncleared';
}

function lastOn(deviceId: string, actuators: StopPlant['actuators']): string[] {
  return Object.values(actuators)
    .filter(
      (actuator) =>
        actuator.deviceId === deviceId && isOn(actuator.state === 'unknown' ? actuator.last?.state : actuator.state),
    )
    .map(({ name }) => name)
    .sort(byName.compare);
}

function isOn(state: ActuatorView['state'] | undefined): boolean {
  return state === 'on' || state === 'pwm';
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id.localeCompare(b.id);
}
