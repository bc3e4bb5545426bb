import { createRouterClient } from '@orpc/server';
import { onTestFinished } from 'vitest';
import type { DemoSwitch } from '../../../../src/main/api/rooms';
import { createRouter } from '../../../../src/main/api/router';
import { StateHub } from '../../../../src/main/api/state-hub';
import { createAccountService } from '../../../../src/main/broker/account-service';
import { AccountStore } from '../../../../src/main/broker/account-store';
import { buildRooms } from '../../../../src/main/build-rooms';
import { countersView } from '../../../../src/main/link/counters';
import { QueryClient } from '../../../../src/main/store/query-client';
import { SettingsStore } from '../../../../src/main/store/settings-store';
import { noFaults } from '../../../../src/shared/api/plant';
import type { StatusView } from '../../../../src/shared/api/status';
import { success } from '../../../../src/shared/domain/result';
import { memoryLog, openStore } from '../store/open-store';

const never = '/nonexistent';

/** The whole core as build-rooms.ts wires it, without a broker, and a client of its API. */
export function openApi() {
  const { store, clock } = openStore();
  const { log, lines } = memoryLog();
  store.plant.pragma('synchronous = OFF'); // no power cut here
  const hub = new StateHub(clock);
  const accounts = createAccountService({
    store: new AccountStore(store.plant),
    settings: new SettingsStore(store.plant),
    clock,
  });
  const settings = new SettingsStore(store.plant);
  const broker = { kind: 'external', url: 'mqtt://plant.local' } as const;
  const queries = new QueryClient(never, never, clock);
  const rooms = buildRooms(
    {
      dataDirectory: store.directory,
      host: 'browser',
      version: '0',
      kaiserId: 'god',
      broker,
      isDemo: false,
      log,
      clock,
      queryWorkerPath: never,
      firmwareDirectory: never,
      serialPorts: [],
    },
    { store, hub, url: broker.url, embedded: null, accounts, settings },
    queries,
  );
  const { services, link } = rooms;
  const status = (): StatusView => ({
    version: '0',
    host: 'browser',
    kaiserId: 'god',
    startedAt: clock.iso,
    uptimeS: 0,
    broker: link.describe(),
    store: store.view(),
    stop: { engaged: false, stops: services.stop.list() },
    demo: { running: false, available: false, devices: 0, problem: null, faulty: [] },
    counters: countersView(link.counters),
    errorAlarm: services.metrics.errorAlarm,
  });
  const demo: DemoSwitch = {
    start: () => success({ running: true }),
    remove: () => Promise.resolve(success({ removedDevices: 0 })),
    devices: () => [],
    setFaults: (deviceId, faults) => success({ deviceId, faults }),
    brownOut: (deviceId) => success({ deviceId, faults: noFaults }),
  };
  const router = createRouter({ ...services, clock, hub, status, demo });
  const context = { actor: 'user:operator', isCongested: () => false };
  rooms.registerHandlers();
  services.devices.start();
  onTestFinished(() => {
    for (const service of [
      services.devices,
      services.configuration,
      services.assignment,
      services.control,
      services.stop,
    ])
      service.stop();
    store.close();
  });
  /** A message of a device, as it would come from the broker. */
  const receive = (topic: string, payload: unknown): void =>
    link.registry.dispatch({
      topic,
      payload: Buffer.from(JSON.stringify(payload)),
      isRetained: false,
      isRedelivered: false,
    });
  /** Lets time pass until the promise is settled. */
  const pass = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    const isOver = () => isSettled;
    while (!isOver()) {
      clock.advance(50);
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    return settled;
  };
  return {
    client: createRouterClient(router, { context }),
    router,
    commissioning: rooms.commissioning,
    services,
    link,
    store,
    clock,
    receive,
    pass,
    lines,
  };
}
