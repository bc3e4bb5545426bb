import { deviceView } from '../devices/device-record';
import type { Rooms } from './rooms';
import type { Views } from './state-hub';

/** Commands of a first snapshot. */
const RECENT_COMMANDS = 100;

/** The present form of everything that the screens show. */
export function createViews(rooms: Omit<Rooms, 'hub'>): Views {
  const { registry, zones, telemetry, actuators, control, operations, stop, journal } = rooms;
  return {
    status: rooms.status,
    device: (id) => {
      const record = registry.get(id);
      return record && deviceView(record);
    },
    zone: (id) => zones.get(id),
    sensor: (id) => telemetry.view(id),
    actuator: (deviceId, gpio) => actuators.view(deviceId, gpio),
    actuatorsOf: (deviceId) => actuators.ofDevice(deviceId),
    command: (id) => {
      const found = control.get(id);
      return found.ok ? found.value : undefined;
    },
    operation: (id) => {
      const found = operations.get(id);
      return found.ok ? found.value : undefined;
    },
    stop: (id) => stop.get(id),
    snapshot: () => ({
      isSnapshot: true,
      status: rooms.status(),
      devices: registry.all().map(deviceView),
      zones: zones.list(),
      sensors: registry.all().flatMap(({ id }) => telemetry.ofDevice(id)),
      actuators: registry.all().flatMap(({ id }) => actuators.ofDevice(id)),
      commands: control.page({}, RECENT_COMMANDS).items,
      operations: operations.list(),
      stops: stop.list(),
      events: journal.recent(),
      removed: { devices: [], zones: [], sensors: [] },
    }),
  };
}
