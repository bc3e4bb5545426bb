import type { ActuatorView, CommandView } from '../../shared/api/control';
import type { DeviceView } from '../../shared/api/devices';
import type { JournalEntry } from '../../shared/api/journal';
import type { OperationView } from '../../shared/api/operations';
import type { StateEvent } from '../../shared/api/state-stream';
import type { StatusView } from '../../shared/api/status';
import type { StopView } from '../../shared/api/stop';
import type { SensorView } from '../../shared/api/telemetry';
import type { ZoneView } from '../../shared/api/zones';

/* The page's copy of the plant, and how a state event changes it. Objects that did not change keep their identity. */

type ById<T> = Readonly<Record<string, T>>;

export type Plant = {
  /** False until the first snapshot. */
  readonly isLoaded: boolean;
  readonly status: StatusView | null;
  readonly devices: ById<DeviceView>;
  readonly zones: ById<ZoneView>;
  /** By series id. */
  readonly sensors: ById<SensorView>;
  /** By `actuatorKey`. */
  readonly actuators: ById<ActuatorView>;
  readonly commands: ById<CommandView>;
  readonly operations: ById<OperationView>;
  readonly stops: ById<StopView>;
  /** Newest first. */
  readonly events: readonly JournalEntry[];
};

export const emptyPlant: Plant = {
  isLoaded: false,
  status: null,
  devices: {},
  zones: {},
  sensors: {},
  actuators: {},
  commands: {},
  operations: {},
  stops: {},
  events: [],
};

/** What a page keeps of things that grow without end; the console keeps all of them. */
const MAX_EVENTS = 500;
const MAX_COMMANDS = 500;
const MAX_OPERATIONS = 200;

/** Key of an actuator: `DEVICE:GPIO`. */
export function actuatorKey(actuator: { readonly deviceId: string; readonly gpio: number }): string {
  return `${actuator.deviceId}:${actuator.gpio}`;
}

/** The plant after a state event. A snapshot replaces everything, a change replaces whole objects by id. */
export function applyStateEvent(plant: Plant, event: StateEvent): Plant {
  const base = event.isSnapshot ? emptyPlant : plant;
  const { removed } = event;
  const next = <T>(name: 'devices' | 'zones' | 'sensors', items: readonly T[], keyOf: (item: T) => string) =>
    replaceById(base[name] as ById<T>, plant[name] as ById<T>, items, keyOf, removed[name]);
  const goneDevices = new Set(removed.devices);
  const goneActuators = Object.keys(base.actuators).filter((key) =>
    goneDevices.has(key.slice(0, key.lastIndexOf(':'))),
  );
  return {
    isLoaded: plant.isLoaded || event.isSnapshot,
    status: event.status ?? plant.status,
    devices: next('devices', event.devices, ({ id }) => id),
    zones: next('zones', event.zones, ({ id }) => id),
    sensors: next('sensors', event.sensors, ({ seriesId }) => seriesId),
    actuators: replaceById(base.actuators, plant.actuators, event.actuators, actuatorKey, goneActuators),
    commands: newest(replaceById(base.commands, plant.commands, event.commands, byId), MAX_COMMANDS, ({ at }) => at),
    operations: newest(
      replaceById(base.operations, plant.operations, event.operations, byId),
      MAX_OPERATIONS,
      ({ startedAt }) => startedAt,
    ),
    stops: replaceById(base.stops, plant.stops, event.stops, byId),
    events: mergeEvents(base.events, event.events),
  };
}

const byId = ({ id }: { readonly id: string }) => id;

/** `base` with the items put in; an item that equals the `known` one is left as the object that it was. */
function replaceById<T>(
  base: ById<T>,
  known: ById<T>,
  items: readonly T[],
  ...[keyOf, removed = []]: [keyOf: (item: T) => string, removed?: readonly string[]]
): ById<T> {
  if (items.length === 0 && removed.length === 0) return base;
  const next: Record<string, T> = { ...base };
  for (const item of items) {
    const key = keyOf(item);
    const before = known[key];
    next[key] = before !== undefined && isEqual(before, item) ? before : item;
  }
  for (const key of removed) delete next[key];
  return next;
}

/** Both sides come out of the same serializer, so equal objects have equal text. */
function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function newest<T>(items: ById<T>, max: number, timeOf: (item: T) => string): ById<T> {
  const entries = Object.entries(items);
  if (entries.length <= max) return items;
  return Object.fromEntries(entries.sort(([, a], [, b]) => timeOf(b).localeCompare(timeOf(a))).slice(0, max));
}

function mergeEvents(known: readonly JournalEntry[], added: readonly JournalEntry[]): readonly JournalEntry[] {
  if (added.length === 0) return known;
  const addedIds = new Set(added.map(byId));
  const kept = known.filter(({ id }) => !addedIds.has(id));
  return [...added, ...kept].sort((a, b) => b.at.localeCompare(a.at)).slice(0, MAX_EVENTS);
}
