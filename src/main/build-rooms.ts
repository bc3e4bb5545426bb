import { join } from 'node:path';
import type { ZoneId } from '../shared/domain/ids';
import type { Rooms } from './api/rooms';
import type { StateHub } from './api/state-hub';
import type { AccountService } from './broker/account-service';
import { createBrokerApi } from './broker/broker-api';
import type { EmbeddedBroker } from './broker/embedded-broker';
import { buildCommissioning, type CommissioningLife } from './build-commissioning';
import { buildMetrics } from './build-metrics';
import type { ConsoleOptions } from './console';
import { CalibrationStore } from './calibration/calibration-store';
import { Calibrations } from './calibration/calibrations';
import { ActuatorStore } from './control/actuator-store';
import { Actuators } from './control/actuators';
import { learnBoard } from './control/board-learning';
import { CommandStore } from './control/command-store';
import { ControlService } from './control/control-service';
import { Demo, TWIN_FILE } from './demo';
import { ContractWatch } from './devices/contract-watch';
import { DeviceConfiguration } from './devices/configuration';
import { DeviceRegistry } from './devices/device-registry';
import { ForeignDevices } from './devices/foreign-devices';
import { DeviceService } from './devices/device-service';
import { DeviceStore } from './devices/device-store';
import { Journal } from './journal/journal';
import { JournalStore } from './journal/journal-store';
import { Link } from './link/link';
import { OperationStore } from './operations/operation-store';
import { Operations } from './operations/operations';
import { OutboxStore } from './operations/outbox-store';
import { registerHandlers } from './register-handlers';
import { DrillStore } from './stop/drill-store';
import { Drills } from './stop/drills';
import { Latencies } from './stop/latencies';
import { LatencyStore } from './stop/latency-store';
import { StopSender } from './stop/stop-sender';
import { StopService } from './stop/stop-service';
import { StopStore } from './stop/stop-store';
import { StopTokenStore } from './stop/stop-token-store';
import { StopTokens } from './stop/stop-tokens';
import { pinProblem } from '../shared/domain/pin-rules';
import type { QueryClient } from './store/query-client';
import type { SettingsStore } from './store/settings-store';
import type { Store } from './store/store';
import { SampleStore } from './telemetry/sample-store';
import { readSamples } from './telemetry/samples';
import { SeriesRegistry } from './telemetry/series-registry';
import { TelemetryService } from './telemetry/telemetry-service';
import { Resync } from './zones/resync';
import { Subzones } from './zones/subzones';
import { ZoneAssignment } from './zones/zone-assignment';
import { ZoneStore } from './zones/zone-store';
import { Zones } from './zones/zones';

/** What the rooms stand on. */
export type Base = {
  readonly store: Store;
  readonly hub: StateHub;
  /** Address of the broker in use. */
  readonly url: string;
  /** Null with an external broker. */
  readonly embedded: EmbeddedBroker | null;
  readonly accounts: AccountService;
  readonly settings: SettingsStore;
};

export type Services = Omit<Rooms, 'hub' | 'status' | 'demo' | 'clock'>;
type Plant = Pick<
  Services,
  'journal' | 'registry' | 'operations' | 'devices' | 'configuration' | 'foreign' | 'zones' | 'assignment' | 'subzones'
>;
type Measured = Pick<Services, 'readSamples' | 'series' | 'telemetry' | 'calibrations'>;
export type BuiltRooms = {
  readonly link: Link;
  readonly demo: Demo;
  readonly services: Services;
  readonly commissioning: CommissioningLife;
  readonly registerHandlers: () => void;
};

/** Builds the rooms and hands each the interfaces of the others that it needs. The only place where rooms meet. */
export function buildRooms(options: ConsoleOptions, base: Base, queries: QueryClient): BuiltRooms {
  const { clock, log, kaiserId } = options;
  const { hub, embedded, accounts, settings } = base;
  const link: Link = buildLink(options, base, {
    onConnection: (isOnline) => connectionChanged(isOnline),
    onMalformed: (malformed) => plant.registry.noteMalformed(malformed),
  });
  const { connection } = link;
  const plant = buildPlant(options, base, link);
  const measured = buildTelemetry(options, base, { queries, link, plant });
  const controlled = buildControl(options, base, { link, plant });
  const { stop, actuators } = controlled;
  const { registry, zones, journal, devices } = plant;
  const { series } = measured;

  const brokerUrl = embedded ? base.url : null;
  const demo = new Demo({
    accounts,
    registry,
    zones,
    series,
    actuators,
    settings,
    journal,
    clock,
    log,
    kaiserId,
    brokerUrl,
    twinPath: join(options.firmwareDirectory, TWIN_FILE),
    changes: hub,
    onSensorsGone: (ids) => ids.forEach(hub.sensor),
  });
  const broker = createBrokerApi({ accounts, broker: embedded, connectionView: () => link.describe() });
  const metrics = buildMetrics(clock, base, link, plant);
  const others = { ...plant, ...measured, ...controlled, broker, metrics };
  const { life, ...commissioned } = buildCommissioning(options, base, others);
  const services: Services = { ...others, ...commissioned };

  connectRooms(services, hub);
  function connectionChanged(isOnline: boolean): void {
    if (isOnline) stop.brokerOnline();
    else devices.brokerLost();
    const { url } = connection.describe();
    journal.add(
      isOnline
        ? { kind: 'broker.online', message: `Connected to the broker ${url}` }
        : { kind: 'broker.offline', message: `No connection to the broker ${url}` },
    );
    hub.status();
  }
  return { link, demo, services, commissioning: life, registerHandlers: () => registerHandlers(link, services) };
}

/** What happens in one room because of another. */
function connectRooms(services: Services, hub: StateHub): void {
  const { devices, registry, operations, telemetry, stop, actuators } = services;
  devices.onRestart((id) => {
    telemetry.deviceRestarted(id);
    stop.deviceOnline(id); // a restart costs a device its latch
  });
  devices.onCountAnew((id) => telemetry.deviceRestarted(id));
  devices.onPresence(({ id, presence }) => {
    if (presence.state === 'online') {
      stop.deviceOnline(id);
      operations.deviceReady(id);
    }
    hub.device(id);
  });
  registry.onRemove((id) => {
    operations.removeDevice(id);
    stop.removeDevice(id);
    actuators.removeDevice(id, false);
  });
}

function buildLink(
  { broker, kaiserId, clock, log }: ConsoleOptions,
  base: Base,
  listeners: Pick<ConstructorParameters<typeof Link>[0], 'onConnection' | 'onMalformed'>,
): Link {
  const { embedded, settings, url, store } = base;
  const { kind: _kind, url: _url, ...external } = broker.kind === 'external' ? broker : { kind: broker.kind, url };
  const login = embedded ? embedded.consoleLogin : external;
  return new Link({
    url,
    isEmbedded: embedded !== null,
    login,
    clientId: `leitstand-${settings.installationId()}`,
    kaiserId,
    clock,
    log,
    batch: store.batch,
    ...listeners,
  });
}

function buildPlant(
  { clock, kaiserId }: ConsoleOptions,
  { store, hub }: Base,
  { publisher, counters, connection, registry: messages }: Link,
): Plant {
  const { batch, plant: database } = store;
  const journal = new Journal(new JournalStore(database), batch, clock, hub.event);
  const registry = new DeviceRegistry(new DeviceStore(database), batch, clock, hub);
  const operations = new Operations({
    store: new OperationStore(database),
    outbox: new OutboxStore(database),
    batch,
    clock,
    changes: hub,
    isReady: (id) => {
      const device = registry.get(id);
      return connection.isOnline && device?.approval === 'approved' && device.presence.state === 'online';
    },
    onDepth: (depth, droppedNow) => {
      counters.outboxDepth = depth;
      counters.bufferDropped += droppedNow;
    },
  });
  const countUnknown = () => {
    counters.unknownDevice += 1;
  };
  const announceOnline = () => connection.announceOnline();
  const devices = new DeviceService({ registry, publisher, journal, clock, kaiserId, countUnknown, announceOnline });
  const configuration = new DeviceConfiguration({ registry, operations, publisher, journal, clock });
  devices.onHeartbeat((device, beat) => configuration.counted(device, beat));
  devices.onPresence(({ id, presence }) => {
    if (presence.state === 'online') configuration.deviceBack(id);
  });
  const devicesIn = (id: string) =>
    registry.all().filter(({ zone }) => zone.confirmed === id || zone.desired === id).length;
  const zones = new Zones({ store: new ZoneStore(database), batch, changes: hub, journal, devicesIn });
  const exchange = { devices: registry, operations, publisher, journal, clock };
  const subzones = new Subzones({ ...exchange, pinProblem: ({ board }, gpio) => pinProblem(board.id, gpio) });
  const assignment = new ZoneAssignment({ ...exchange, zones, subzones, kaiserId });
  new Resync({ registry, devices, assignment, clock }).start();
  const foreign = new ForeignDevices(clock);
  const { timed, sequences } = devices;
  messages.watch(new ContractWatch({ registry, timed, sequences, foreign, clock }));
  return { journal, registry, operations, devices, configuration, foreign, zones, assignment, subzones };
}

function buildTelemetry(
  { clock }: ConsoleOptions,
  { store, hub }: Base,
  rooms: { queries: QueryClient; link: Link; plant: Plant },
): Measured {
  const { connection, counters } = rooms.link;
  const { registry, devices, journal } = rooms.plant;
  const samples = new SampleStore(store.history, rooms.queries);
  const series = new SeriesRegistry(samples, store.batch);
  const calibrations = new Calibrations({
    store: new CalibrationStore(store.plant),
    batch: store.batch,
    journal,
    clock,
    series: (id) => {
      const view = telemetry.view(id);
      return view && { deviceId: view.deviceId, type: view.type, name: view.name || id };
    },
  });
  const telemetry: TelemetryService = new TelemetryService({
    series,
    calibration: (id) => calibrations.of(id),
    store: samples,
    batch: store.batch,
    clock,
    changes: hub,
    counters,
    isBrokerOnline: () => connection.isOnline,
    devices: {
      get: (id) => registry.get(id),
      freshMessage: (device) => devices.freshMessage(device),
      seen: (device) => devices.seen(device),
      refuses: (device) => devices.retired.refuses(device),
      warn: (device, warning) => registry.warn(device, warning),
    },
  });
  return { series, telemetry, calibrations, readSamples: (one, query) => readSamples(samples, one, query, clock) };
}

function buildControl(
  { clock, kaiserId, log }: ConsoleOptions,
  { store, hub }: Base,
  rooms: { link: Link; plant: Plant },
): Pick<Services, 'stop' | 'drills' | 'tokens' | 'actuators' | 'control'> {
  const { connection, publisher } = rooms.link;
  const { registry, journal, zones } = rooms.plant;
  const { batch } = store;
  const tokens = new StopTokens({ store: new StopTokenStore(store.plant), batch, devices: registry, journal });
  const sender = new StopSender(connection, kaiserId, tokens, (topic, error) =>
    log.error({ err: error, topic }, 'stop message not delivered'),
  );
  const zoneName = (id: ZoneId) => zones.get(id)?.name;
  const latencies = new Latencies({ store: new LatencyStore(store.plant), batch, clock });
  const stopping = { batch, devices: registry, sender, latencies, journal, clock, zoneName };
  const drills = new Drills({
    ...stopping,
    store: new DrillStore(store.plant),
    isStopped: (id) => stop.blockOf(id) !== null,
  });
  const stop: StopService = new StopService({
    ...stopping,
    store: new StopStore(store.plant),
    tokens,
    drills,
    changes: hub,
    actuatorPins: (id) => actuators.ofDevice(id).map(({ gpio }) => gpio),
  });
  const actuators: Actuators = new Actuators({
    store: new ActuatorStore(store.history),
    batch,
    clock,
    changes: hub,
    device: (id) => registry.get(id),
    isBrokerOnline: () => connection.isOnline,
    blocksOf: (device) => control.blocksOf(device),
  });
  const control: ControlService = new ControlService({
    devices: registry,
    actuators,
    store: new CommandStore(store.plant),
    batch,
    publisher,
    journal,
    clock,
    changes: hub,
    stopBlock: (id) => stop.blockOf(id),
    onChipModel: (id, chipModel) => learnBoard(registry, id, chipModel),
    onTokenSet: (id, token, type) => tokens.rememberSet(id, token, type),
  });
  return { stop, drills, tokens, actuators, control };
}
