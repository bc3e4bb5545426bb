import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Changes } from '../../../../src/main/api/changes';
import { ActuatorStore } from '../../../../src/main/control/actuator-store';
import { Actuators } from '../../../../src/main/control/actuators';
import { CommandStore } from '../../../../src/main/control/command-store';
import { ControlService } from '../../../../src/main/control/control-service';
import { DeviceConfiguration } from '../../../../src/main/devices/configuration';
import { DeviceRegistry } from '../../../../src/main/devices/device-registry';
import { DeviceService } from '../../../../src/main/devices/device-service';
import { DeviceStore } from '../../../../src/main/devices/device-store';
import { Journal } from '../../../../src/main/journal/journal';
import { JournalStore } from '../../../../src/main/journal/journal-store';
import { newCounters } from '../../../../src/main/link/counters';
import { HandlerRegistry } from '../../../../src/main/link/handler-registry';
import { Publisher } from '../../../../src/main/link/publisher';
import { ContractWatch } from '../../../../src/main/devices/contract-watch';
import { ForeignDevices } from '../../../../src/main/devices/foreign-devices';
import { OperationStore } from '../../../../src/main/operations/operation-store';
import { Operations } from '../../../../src/main/operations/operations';
import { OutboxStore } from '../../../../src/main/operations/outbox-store';
import { StopSender } from '../../../../src/main/stop/stop-sender';
import { StopService } from '../../../../src/main/stop/stop-service';
import { StopStore } from '../../../../src/main/stop/stop-store';
import { ZoneAssignment } from '../../../../src/main/zones/zone-assignment';
import { ZoneStore } from '../../../../src/main/zones/zone-store';
import { Zones } from '../../../../src/main/zones/zones';
import type { JournalEntry } from '../../../../src/shared/api/journal';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { heartbeat, type Heartbeat } from '../../../../src/shared/wire/messages/heartbeat';
import { FakeConnection } from '../../../fakes/fake-connection';
import { ManualClock } from '../../../fakes/manual-clock';
import { openStore, profileDirectory } from '../store/open-store';

export const KAISER = 'god';
export const A = 'ESP_A' as DeviceId;
export const B = 'ESP_B' as DeviceId;
export const OPERATOR = 'user:operator';

/** A heartbeat as its schema hands it on. */
export function beat(fields: Record<string, unknown> = {}): Heartbeat {
  return heartbeat.schema.parse({ ts: 0, uptime: 12, heap_free: 1000, wifi_rssi: -58, ...fields });
}

/** What the screens were told, as words: `device ESP_A`, `actuator ESP_A:18`. */
function recordChanges(told: string[]): Changes {
  const note = (kind: string) => (id: string) => void told.push(`${kind} ${id}`);
  return {
    device: note('device'),
    zone: note('zone'),
    sensor: note('sensor'),
    actuator: (id, gpio) => void told.push(`actuator ${id}:${gpio}`),
    command: note('command'),
    operation: note('operation'),
    stop: note('stop'),
    status: () => void told.push('status'),
  };
}

/**
 * The rooms of the core around a real store, a manual clock and a fake connection, wired as in build-rooms.ts but for telemetry.
 * `restart()` ends them and starts new ones on the same profile.
 */
export function openCore({ directory = profileDirectory(), clock = new ManualClock() } = {}) {
  const { store } = openStore({ directory, clock });
  const { batch, plant, history } = store;
  plant.pragma('synchronous = OFF'); // no power cut here
  const connection = new FakeConnection();
  const told: string[] = [];
  const entries: JournalEntry[] = [];
  const changes = recordChanges(told);
  const counters = newCounters();
  const publisher = new Publisher(connection, KAISER, counters, clock);
  const journal = new Journal(new JournalStore(plant), batch, clock, (entry) => void entries.push(entry));
  const registry = new DeviceRegistry(new DeviceStore(plant), batch, clock, changes);
  const messages = new HandlerRegistry(KAISER, counters, pino({ level: 'silent' }), (malformed) =>
    registry.noteMalformed(malformed),
  );
  const operations = new Operations({
    store: new OperationStore(plant),
    outbox: new OutboxStore(plant),
    batch,
    clock,
    changes,
    isReady: (id) => {
      const device = registry.get(id);
      return connection.isOnline && device?.approval === 'approved' && device.presence.state === 'online';
    },
    onDepth: (depth, droppedNow) => {
      counters.outboxDepth = depth;
      counters.bufferDropped += droppedNow;
    },
  });
  const countUnknown = () => void (counters.unknownDevice += 1);
  let announcements = 0;
  const announceOnline = () => void (announcements += 1);
  const devices = new DeviceService({
    registry,
    publisher,
    journal,
    clock,
    kaiserId: KAISER,
    countUnknown,
    announceOnline,
  });
  const foreign = new ForeignDevices(clock);
  messages.watch(new ContractWatch({ registry, timed: devices.timed, sequences: devices.sequences, foreign, clock }));
  const configuration = new DeviceConfiguration({ registry, operations, publisher, journal, clock });
  const devicesIn = (id: string) =>
    registry.all().filter(({ zone }) => zone.confirmed === id || zone.desired === id).length;
  const zones = new Zones({ store: new ZoneStore(plant), batch, changes, journal, devicesIn });
  const assignment = new ZoneAssignment({
    devices: registry,
    zones,
    operations,
    publisher,
    journal,
    clock,
    kaiserId: KAISER,
  });
  const undelivered: string[] = [];
  const sender = new StopSender(connection, KAISER, (topic) => void undelivered.push(topic));
  const zoneName = (id: string) => zones.list().find((zone) => zone.id === id)?.name;
  const stop = new StopService({
    store: new StopStore(plant),
    batch,
    devices: registry,
    sender,
    journal,
    clock,
    changes,
    zoneName,
  });
  const actuators: Actuators = new Actuators({
    store: new ActuatorStore(history),
    batch,
    clock,
    changes,
    device: (id) => registry.get(id),
    isBrokerOnline: () => connection.isOnline,
    blocksOf: (device) => control.blocksOf(device),
  });
  const control: ControlService = new ControlService({
    devices: registry,
    actuators,
    store: new CommandStore(plant),
    batch,
    publisher,
    journal,
    clock,
    changes,
    stopBlock: (id) => stop.blockOf(id),
  });
  devices.onPresence(({ id, presence }) => {
    if (presence.state !== 'online') return;
    stop.deviceOnline(id);
    operations.deviceReady(id);
  });
  registry.onRemove((id) => {
    operations.removeDevice(id);
    stop.removeDevice(id);
    actuators.removeDevice(id, false);
  });
  registry.load();
  zones.load();
  actuators.load();
  control.load();
  stop.load();
  for (const operation of operations.load()) assignment.ended(operation);
  devices.start();
  operations.start();

  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const service of [devices, configuration, assignment, control, stop]) service.stop();
    operations.stop();
    store.close();
  };
  onTestFinished(close);
  const rooms = { registry, operations, devices, configuration, zones, assignment, stop, actuators, control, journal };
  return {
    ...rooms,
    clock,
    store,
    connection,
    publisher,
    messages,
    foreign,
    /** How often the retained online status was published again. */
    announcements: () => announcements,
    counters,
    told,
    entries,
    undelivered,
    close,
    /** Kinds of the journal entries of this process, oldest first. */
    kinds: () => entries.map(({ kind }) => kind),
    /** A device that is approved and online. */
    approved: (id: DeviceId) => {
      devices.heartbeat(id, beat());
      devices.approve(id, undefined, OPERATOR);
      connection.take();
      return found(registry.get(id));
    },
    restart: () => {
      close();
      return openCore({ directory, clock });
    },
  };
}

export type Core = ReturnType<typeof openCore>;

/** Hands one packet of a device to the registry, as the connection does. */
export function dispatch(
  core: Pick<Core, 'messages'>,
  path: string,
  payload: unknown,
  {
    id = A,
    kaiserId = KAISER,
    isRetained = false,
    isRedelivered = false,
  }: { id?: string; kaiserId?: string; isRetained?: boolean; isRedelivered?: boolean } = {},
): void {
  core.messages.dispatch({
    topic: `kaiser/${kaiserId}/esp/${id}/${path}`,
    payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    isRetained,
    isRedelivered,
  });
}

/** The value, which the test knows to be there. */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not found');
  return value;
}
