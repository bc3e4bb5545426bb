/*
 * The core with its own broker on a free port and one serial port, and a provisioning service over the real rooms, the real serial driver and the
 * machine's clock. Used by the tests of this folder.
 */
import { join, resolve } from 'node:path';
import { StateHub } from '../../../src/main/api/state-hub';
import { createAccountService } from '../../../src/main/broker/account-service';
import { AccountStore } from '../../../src/main/broker/account-store';
import { DeviceLogins } from '../../../src/main/broker/device-logins';
import { createEmbeddedBroker } from '../../../src/main/broker/embedded-broker';
import { buildRooms, type Services } from '../../../src/main/build-rooms';
import { systemClock } from '../../../src/main/clock';
import { LocalMachine } from '../../../src/main/flash/local-machine';
import { NodeSerialDriver } from '../../../src/main/flash/node-serial-driver';
import { PortService } from '../../../src/main/flash/port-service';
import { createSettingsFlash } from '../../../src/main/plant/settings-flash';
import { createBrokerReach } from '../../../src/main/provisioning/broker-reach';
import { machineAddresses } from '../../../src/main/provisioning/machine-addresses';
import { ProvisioningService } from '../../../src/main/provisioning/provisioning-service';
import { QueryClient } from '../../../src/main/store/query-client';
import { SettingsStore } from '../../../src/main/store/settings-store';
import { Store } from '../../../src/main/store/store';
import { memoryLog } from '../../unit/main/store/open-store';

const clock = systemClock;
const kaiserId = 'god';
const never = '/nonexistent';
const listensAt = '127.0.0.1';
const twinPath = join(resolve(import.meta.dirname, '../../..'), 'resources/firmware/twin.wasm');

export class ProvisioningConsole implements AsyncDisposable {
  private constructor(
    readonly provisioning: ProvisioningService,
    readonly services: Services,
    readonly accounts: ReturnType<typeof createAccountService>,
    readonly brokerPort: number,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(directory: string, serialPath: string): Promise<ProvisioningConsole> {
    const { log } = memoryLog();
    const hub = new StateHub(clock);
    const store = Store.open({ directory, clock, log, onChange: () => undefined });
    const accounts = createAccountService({ store: new AccountStore(store.plant), clock });
    const embedded = createEmbeddedBroker({ port: 0, host: listensAt, kaiserId, accounts, log, clock });
    const { url, port } = await embedded.start();
    const broker = { kind: 'embedded', port, host: listensAt } as const;
    const settings = new SettingsStore(store.plant);
    const queries = new QueryClient(never, never, clock);
    const { services, link, registerHandlers } = buildRooms(
      { dataDirectory: directory, host: 'browser', version: '0', kaiserId, broker, isDemo: false, log, clock, queryWorkerPath: never, firmwareDirectory: never, serialPorts: [] },
      { store, hub, url, embedded, accounts, settings },
      queries,
    ); // prettier-ignore
    registerHandlers();
    services.devices.start();
    services.operations.start();
    link.connection.start();
    const machine = new LocalMachine();
    const driver = new NodeSerialDriver(machine, clock);
    const ports = new PortService({ driver, clock, machine, extraPaths: [serialPath], onChange: () => undefined });
    await ports.start();
    const { registry, devices, zones, assignment, operations, tokens, journal } = services;
    const provisioning = new ProvisioningService({
      ports,
      accounts: new DeviceLogins(accounts, embedded),
      broker: () => ({ kind: 'own', listensAt, port }),
      machine: machineAddresses,
      reach: createBrokerReach(clock),
      devices: {
        get: (id) => registry.get(id),
        approve: (id, name, actor) => devices.approve(id, name, actor),
      },
      zones: {
        has: (id) => zones.get(id) !== undefined,
        assign: (id, input, actor) => assignment.assign(id, input, actor),
        operation: (id) => operations.get(id),
      },
      tokens,
      settingsFlash: createSettingsFlash(twinPath),
      journal,
      clock,
      log,
      kaiserId,
    });
    return new ProvisioningConsole(provisioning, services, accounts, port, async () => {
      await provisioning.stop();
      await ports.stop();
      for (const service of [services.devices, services.assignment, services.subzones, services.configuration, services.control, services.stop, services.operations]) service.stop(); // prettier-ignore
      await link.connection.stop();
      await embedded.stop();
      await queries.stop();
      store.close();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
