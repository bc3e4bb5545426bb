/*
 * The core as build-rooms.ts wires it, with its own broker on a free port, one serial port, the real serial driver and the machine's clock. It has
 * no API and no page. Used by the tests of this folder.
 */
import { join, resolve } from 'node:path';
import { StateHub } from '../../../src/main/api/state-hub';
import { createAccountService, type AccountService } from '../../../src/main/broker/account-service';
import { AccountStore } from '../../../src/main/broker/account-store';
import { createEmbeddedBroker } from '../../../src/main/broker/embedded-broker';
import { buildRooms, type Services } from '../../../src/main/build-rooms';
import { systemClock } from '../../../src/main/clock';
import type { Provisioning } from '../../../src/main/provisioning/provisioning-room';
import { QueryClient } from '../../../src/main/store/query-client';
import { SettingsStore } from '../../../src/main/store/settings-store';
import { Store } from '../../../src/main/store/store';
import { memoryLog } from '../../unit/main/store/open-store';

const clock = systemClock;
const kaiserId = 'god';
const never = '/nonexistent';
const host = '127.0.0.1';
const firmwareDirectory = join(resolve(import.meta.dirname, '../../..'), 'resources/firmware');

type Parts = {
  readonly services: Services;
  readonly accounts: AccountService;
  readonly brokerPort: number;
  readonly close: () => Promise<void>;
};

export class ProvisioningConsole implements AsyncDisposable {
  private constructor(private readonly parts: Parts) {}

  get provisioning(): Provisioning {
    return this.parts.services.provisioning;
  }

  get services(): Services {
    return this.parts.services;
  }

  get accounts(): AccountService {
    return this.parts.accounts;
  }

  get brokerPort(): number {
    return this.parts.brokerPort;
  }

  static async start(directory: string, serialPath: string): Promise<ProvisioningConsole> {
    const { log } = memoryLog();
    const hub = new StateHub(clock);
    const store = Store.open({ directory, clock, log, onChange: () => undefined });
    const accounts = createAccountService({
      store: new AccountStore(store.plant),
      settings: new SettingsStore(store.plant),
      clock,
    });
    const embedded = createEmbeddedBroker({ port: 0, host, kaiserId, accounts, log, clock });
    const { url, port } = await embedded.start();
    const queries = new QueryClient(never, never, clock);
    const { services, link, commissioning, registerHandlers } = buildRooms(
      {
        dataDirectory: directory,
        host: 'browser',
        version: '0',
        kaiserId,
        broker: { kind: 'embedded', port, host },
        isDemo: false,
        log,
        clock,
        queryWorkerPath: never,
        firmwareDirectory,
        serialPorts: [serialPath],
      },
      { store, hub, url, embedded, accounts, settings: new SettingsStore(store.plant) },
      queries,
    );
    registerHandlers();
    services.devices.start();
    services.operations.start();
    link.connection.start();
    await commissioning.start();
    const { devices, assignment, subzones, configuration, control, stop, operations } = services;
    const close = async (): Promise<void> => {
      await commissioning.stop();
      for (const service of [devices, assignment, subzones, configuration, control, stop, operations]) service.stop();
      await link.connection.stop();
      await embedded.stop();
      await queries.stop();
      store.close();
    };
    return new ProvisioningConsole({ services, accounts, brokerPort: port, close });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.parts.close();
  }
}
