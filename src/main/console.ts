import { join } from 'node:path';
import type { Logger } from 'pino';
import type { StatusView } from '../shared/api/status';
import { createRouter, type Router } from './api/router';
import { StateHub } from './api/state-hub';
import { createAccountService } from './broker/account-service';
import { AccountStore } from './broker/account-store';
import { createEmbeddedBroker } from './broker/embedded-broker';
import { buildRooms, type Base, type BuiltRooms } from './build-rooms';
import type { Clock } from './clock';
import type { BrokerLogin } from './link/connection';
import { countersView } from './link/counters';
import { QueryClient } from './store/query-client';
import { SettingsStore } from './store/settings-store';
import { HISTORY_FILE, Store } from './store/store';

export type BrokerOptions =
  | { readonly kind: 'embedded'; readonly port: number; readonly host: string }
  | ({ readonly kind: 'external'; readonly url: string } & BrokerLogin);

export type ConsoleOptions = {
  readonly dataDirectory: string;
  readonly host: 'browser' | 'electron';
  readonly version: string;
  readonly kaiserId: string;
  readonly broker: BrokerOptions;
  readonly isDemo: boolean;
  readonly log: Logger;
  readonly clock: Clock;
  readonly queryWorkerPath: string;
  /** Where the device firmware lies (resources/firmware); the simulated devices run it. */
  readonly firmwareDirectory: string;
  /** Serial ports that the system may not list. */
  readonly serialPorts: readonly string[];
};

export type RunningConsole = {
  readonly router: Router;
  readonly broker: { readonly url: string; readonly embedded: boolean };
  /** Publishes the offline status, disconnects, commits and closes. */
  readonly stop: () => Promise<void>;
};

/** Builds the rooms, wires them and starts them. Throws StartupError with a sentence that the user can act on. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { clock, log } = options;
  const hub = new StateHub(clock);
  const store = Store.open({ directory: options.dataDirectory, clock, log, onChange: hub.status });
  const base = openBase(options, store);
  try {
    const address = base.embedded ? await base.embedded.start() : { url: externalUrl(options.broker) };
    const assembled = assemble(options, { ...base, store, hub, url: address.url });
    await assembled.start(options.isDemo);
    return {
      router: assembled.router,
      broker: { url: address.url, embedded: base.embedded !== null },
      stop: assembled.stop,
    };
  } catch (error) {
    await base.embedded?.stop();
    store.close();
    throw error;
  }
}

function externalUrl(broker: BrokerOptions): string {
  return broker.kind === 'external' ? broker.url : '';
}

function openBase(
  { broker, kaiserId, clock, log }: ConsoleOptions,
  store: Store,
): Pick<Base, 'embedded' | 'accounts' | 'settings'> {
  const settings = new SettingsStore(store.plant);
  const accounts = createAccountService({ store: new AccountStore(store.plant), settings, clock });
  accounts.takeBackUnsettled();
  const embedded =
    broker.kind === 'embedded'
      ? createEmbeddedBroker({ port: broker.port, host: broker.host, kaiserId, accounts, log, clock })
      : null;
  return { embedded, accounts, settings };
}

/** What the console says about itself, each time anew. */
function statusOf(options: ConsoleOptions, store: Store, { link, services, demo }: BuiltRooms): () => StatusView {
  const { clock } = options;
  const startedMs = clock.now();
  const startedMonotonic = clock.monotonic();
  return () => ({
    version: options.version,
    host: options.host,
    kaiserId: options.kaiserId,
    startedAt: new Date(startedMs).toISOString(),
    uptimeS: Math.round((clock.monotonic() - startedMonotonic) / 1000),
    broker: link.describe(),
    store: store.view(),
    stop: {
      engaged: services.stop.list().some(({ clearedAt }) => clearedAt === undefined),
      stops: services.stop.list(),
    },
    demo: {
      running: demo.isRunning,
      available: demo.isAvailable,
      devices: services.registry.all().filter(({ isDemo }) => isDemo).length,
      problem: demo.problem,
      faulty: demo.faultyDevices(),
    },
    counters: countersView(link.counters),
    errorAlarm: services.metrics.errorAlarm,
  });
}

/** Puts API and life cycle around the rooms. */
function assemble(options: ConsoleOptions, base: Base) {
  const { clock } = options;
  const { store, hub } = base;
  const queries = new QueryClient(options.queryWorkerPath, join(store.directory, HISTORY_FILE), clock);
  const rooms = buildRooms(options, base, queries);
  const { link, services, demo } = rooms;
  let stopActuators = (): void => undefined;
  const status = statusOf(options, store, rooms);
  const router = createRouter({
    ...services,
    clock,
    hub,
    status,
    demo,
  });
  return {
    router,
    start: async (isDemo: boolean) => {
      stopActuators = startRooms(rooms);
      if (isDemo && !demo.wasRemoved) demo.start();
      await rooms.commissioning.start();
    },
    stop: async () => {
      await rooms.commissioning.stop();
      await demo.stop();
      stopActuators();
      for (const service of [
        services.devices,
        services.configuration,
        services.assignment,
        services.subzones,
        services.control,
        services.stop,
        services.operations,
      ])
        service.stop();
      await link.connection.stop();
      await base.embedded?.stop();
      await queries.stop();
      store.close();
    },
  };
}

/** Loads what is stored, registers the handlers, and only then lets the first message in. */
function startRooms({ services, link, commissioning, registerHandlers }: BuiltRooms): () => void {
  services.registry.load();
  services.zones.load();
  services.series.load();
  services.calibrations.load();
  services.actuators.load();
  services.control.load();
  services.stop.load();
  services.operations.load();
  commissioning.resume();
  registerHandlers();
  services.devices.start();
  services.operations.start();
  services.metrics.start();
  const stopActuators = services.actuators.start();
  link.connection.start();
  return () => {
    stopActuators();
    services.metrics.stop();
  };
}
