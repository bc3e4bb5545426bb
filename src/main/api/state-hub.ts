import type { StateEvent } from '../../shared/api/state-stream';
import type { JournalEntry } from '../../shared/api/journal';
import type { DeviceId, SeriesId, ZoneId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import type { Changes } from './changes';

/** Changes of one object within this time are sent once, in its newest form. */
export const MERGE_MS = 100;
/** The status (counters, uptime) is repeated this often. */
export const STATUS_MS = 1000;
/** Journal entries that wait for one slow client at most; it then gets the newest ones and can page for the rest. */
const MAX_WAITING_EVENTS = 500;

/** Where the stream gets the present form of a changed object; undefined means that it is gone. */
export type Views = {
  readonly snapshot: () => StateEvent;
  readonly status: () => StateEvent['status'];
  readonly device: (id: DeviceId) => StateEvent['devices'][number] | undefined;
  readonly zone: (id: ZoneId) => StateEvent['zones'][number] | undefined;
  readonly sensor: (id: SeriesId) => StateEvent['sensors'][number] | undefined;
  readonly actuator: (deviceId: DeviceId, gpio: number) => StateEvent['actuators'][number] | undefined;
  readonly actuatorsOf: (deviceId: DeviceId) => StateEvent['actuators'];
  readonly command: (id: string) => StateEvent['commands'][number] | undefined;
  readonly operation: (id: string) => StateEvent['operations'][number] | undefined;
  readonly stop: (id: string) => StateEvent['stops'][number] | undefined;
};

type Dirty = { readonly devices: Set<DeviceId>; readonly zones: Set<ZoneId>; readonly sensors: Set<SeriesId>; readonly actuators: Set<string>; readonly commands: Set<string>; readonly operations: Set<string>; readonly stops: Set<string>; events: JournalEntry[]; status: boolean }; // prettier-ignore

export function newDirty(): Dirty {
  return { devices: new Set(), zones: new Set(), sensors: new Set(), actuators: new Set(), commands: new Set(), operations: new Set(), stops: new Set(), events: [], status: true }; // prettier-ignore
}

/**
 * Collects what changed, for each client of the state stream by itself. What waits for a client is bounded by the number of objects, not
 * by the number of changes.
 */
export class StateHub implements Changes {
  private readonly clients = new Set<Dirty>();

  constructor(private readonly clock: Clock) {}

  device = (id: DeviceId): void => this.each((dirty) => dirty.devices.add(id));
  zone = (id: ZoneId): void => this.each((dirty) => dirty.zones.add(id));
  sensor = (id: SeriesId): void => this.each((dirty) => dirty.sensors.add(id));
  actuator = (deviceId: DeviceId, gpio: number): void =>
    this.each((dirty) => dirty.actuators.add(`${deviceId}:${gpio}`));
  command = (id: string): void => this.each((dirty) => dirty.commands.add(id));
  operation = (id: string): void => this.each((dirty) => dirty.operations.add(id));
  stop = (id: string): void => this.each((dirty) => dirty.stops.add(id));
  status = (): void => this.each((dirty) => (dirty.status = true));
  event = (entry: JournalEntry): void =>
    this.each((dirty) => (dirty.events = [...dirty.events, entry].slice(-MAX_WAITING_EVENTS)));

  /** Snapshot, then changes, until `signal` ends it. While `isCongested()` changes are kept back and merged. */
  async *subscribe(
    views: Views,
    isCongested: () => boolean,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<StateEvent> {
    let dirty = newDirty();
    this.clients.add(dirty);
    let statusAt = this.clock.monotonic();
    try {
      yield views.snapshot();
      for (;;) {
        await pause(this.clock, MERGE_MS, signal);
        if (signal?.aborted) return;
        if (isCongested()) continue;
        const isStatusDue = this.clock.monotonic() - statusAt >= STATUS_MS;
        if (!isStatusDue && isClean(dirty)) continue;
        if (isStatusDue) statusAt = this.clock.monotonic();
        const taken = dirty;
        this.clients.delete(dirty);
        dirty = newDirty();
        dirty.status = false;
        this.clients.add(dirty);
        yield changesOf(taken, views, isStatusDue || taken.status);
      }
    } finally {
      this.clients.delete(dirty);
    }
  }

  private each(mark: (dirty: Dirty) => void): void {
    for (const dirty of this.clients) mark(dirty);
  }
}

/** Waits `ms` or until the signal ends the wait. */
export function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

function isClean(dirty: Dirty): boolean {
  const { devices, zones, sensors, actuators, commands, operations, stops, events, status } = dirty;
  return (
    !status &&
    events.length === 0 &&
    [devices, zones, sensors, actuators, commands, operations, stops].every((set) => set.size === 0)
  );
}

function changesOf(dirty: Dirty, views: Views, withStatus: boolean): StateEvent {
  const devices = present(dirty.devices, views.device);
  const zones = present(dirty.zones, views.zone);
  const sensors = present(dirty.sensors, views.sensor);
  const single = [...dirty.actuators].filter((key) => !dirty.devices.has(key.split(':')[0] as DeviceId));
  const actuators = single.map((key) => {
    const [deviceId, gpio] = key.split(':');
    return views.actuator(deviceId as DeviceId, Number(gpio));
  });
  const ofDevices = [...dirty.devices].flatMap((id) => views.actuatorsOf(id)); // their blocks and their state depend on the device
  return {
    isSnapshot: false,
    ...(withStatus && { status: views.status() }),
    devices: devices.found,
    zones: zones.found,
    sensors: sensors.found,
    actuators: [...actuators.filter((view) => view !== undefined), ...ofDevices],
    commands: present(dirty.commands, views.command).found,
    operations: present(dirty.operations, views.operation).found,
    stops: present(dirty.stops, views.stop).found,
    events: dirty.events,
    removed: { devices: devices.gone, zones: zones.gone, sensors: sensors.gone },
  };
}

function present<Id extends string, View>(
  ids: ReadonlySet<Id>,
  view: (id: Id) => View | undefined,
): { found: View[]; gone: Id[] } {
  const found: View[] = [];
  const gone: Id[] = [];
  for (const id of ids) {
    const current = view(id);
    if (current === undefined) gone.push(id);
    else found.push(current);
  }
  return { found, gone };
}
