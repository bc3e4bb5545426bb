/*
 * The rooms around the serial ports: `flash` (ports, images, jobs on the loader, serial monitor), `provisioning`, and `commissioning`, which
 * joins both to setups, the bench line, certificates and the replacement of devices. Called by build-rooms.ts.
 */
import { join } from 'node:path';
import type { ZoneId } from '../shared/domain/ids';
import type { Services as AllServices, Base } from './build-rooms';
import type { BrokerApi } from './broker/broker-api';
import { DeviceLogins } from './broker/device-logins';
import { BenchLine } from './commissioning/bench-line';
import { CertificateStore } from './commissioning/certificate-store';
import { IssuedCertificates } from './commissioning/certificates';
import type { CommissioningRoom } from './commissioning/commissioning-room';
import { commissioningEvent, LiveStream } from './commissioning/live-stream';
import { DeviceReplacement } from './commissioning/replacement';
import { SetupService } from './commissioning/setup-service';
import type { ConsoleOptions } from './console';
import { TWIN_FILE } from './demo';
import { endInTime } from './end-in-time';
import { BaudMemory } from './flash/baud-memory';
import type { FlashRoom } from './flash/flash-room';
import { FlashService } from './flash/flash-service';
import { ImageLibrary } from './flash/image-library';
import { LocalMachine } from './flash/local-machine';
import { NodeSerialDriver } from './flash/node-serial-driver';
import { PortService } from './flash/port-service';
import { SerialMonitor } from './flash/serial-monitor';
import { createSettingsFlash } from './plant/settings-flash';
import { createBrokerReach } from './provisioning/broker-reach';
import { machineAddresses } from './provisioning/machine-addresses';
import type { Provisioning } from './provisioning/provisioning-room';
import { ProvisioningService } from './provisioning/provisioning-service';
import type { BrokerFacts } from './provisioning/proposal-rules';

/** The console ends within 4.5 s as a whole (host/orderly-end.ts), and the plant is still to be told that it goes; ms. */
const END_MS = 3_500;

type Services = Omit<AllServices, 'flash' | 'provisioning' | 'commissioning'>;

export type BuiltCommissioning = {
  readonly flash: FlashRoom;
  readonly provisioning: Provisioning;
  readonly commissioning: CommissioningRoom;
  readonly life: CommissioningLife;
};

export type CommissioningLife = {
  /** After all rooms have loaded, before the first message: finishes a replacement that was cut off. */
  readonly resume: () => void;
  /** Looks for ports and images. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export function buildCommissioning(options: ConsoleOptions, base: Base, services: Services): BuiltCommissioning {
  const stream = new LiveStream(options.clock);
  const flash = buildFlash(options, base, services, stream.changed);
  const provisioning = buildProvisioning(options, base, { services, flash });
  const replacement = buildReplacement(options, base, services);
  const { ports, flashing } = flash;
  const { store, settings } = base;
  const { clock, log } = options;
  const { batch } = store;
  const { journal, registry, zones } = services;
  const devices = { get: registry.get.bind(registry) };
  const shared = {
    zones: { get: (id: ZoneId) => zones.get(id) },
    batch,
    journal,
    clock,
    log,
    onChange: stream.changed,
  };
  const certificates = new IssuedCertificates({ ...shared, store: new CertificateStore(store.plant), devices });
  const setups = new SetupService({
    ...shared,
    flashing,
    provisioning,
    replacement,
    stopTokenOf: (id) => services.tokens.ofDevice(id),
    ports,
    devices,
    certificates,
  });
  const named = { isNamed: (name: string) => registry.all().some((device) => device.name === name) };
  const bench = new BenchLine({ ...shared, setups, ports, devices: named, settings });
  const view = () => commissioningEvent({ ports, flashing, setups, bench });
  return {
    flash,
    provisioning,
    commissioning: {
      setups,
      bench,
      certificates,
      live: (isCongested, signal) => stream.subscribe(view, isCongested, signal),
    },
    life: {
      resume: () => replacement.resume(),
      start: async () => {
        await flash.start();
        bench.open();
      },
      stop: async () => {
        bench.close();
        // The setups first: they end their jobs themselves, and take back what they made. A port that hangs must not hold up the rest.
        const ending = Promise.all([setups.stop(), provisioning.stop(), flashing.stop()]).then(() => flash.stop());
        await endInTime({ clock, log }, { part: 'commissioning', ms: END_MS }, ending);
      },
    },
  };
}

type BuiltFlash = FlashRoom & { readonly start: () => Promise<void>; readonly stop: () => Promise<void> };

function buildFlash(
  { clock, log, dataDirectory, firmwareDirectory, serialPorts }: ConsoleOptions,
  { settings }: Base,
  { journal }: Services,
  onChange: () => void,
): BuiltFlash {
  const machine = new LocalMachine();
  const driver = new NodeSerialDriver(machine, clock);
  const ports = new PortService({ driver, clock, machine, extraPaths: serialPorts, onChange });
  const images = new ImageLibrary({ firmwareFolder: firmwareDirectory, dataFolder: dataDirectory, clock, journal });
  const flashing = new FlashService({
    ports,
    images,
    speeds: new BaudMemory(settings),
    journal,
    clock,
    onChange,
    onBug: (error) => log.error({ err: error }, 'a flash job ended by a defect of the console'),
  });
  const monitor = new SerialMonitor({ ports, clock });
  return {
    ports,
    images,
    flashing,
    monitor: (port, baud, signal) => monitor.monitor(port, baud, signal),
    start: async () => {
      // Without its folders only adding images and backups fails, and says so; the console is needed all the more.
      await images.start().catch((error: unknown) => log.error({ err: error }, 'no folders for images and backups'));
      await ports.start();
    },
    stop: async () => {
      await ports.stop();
      images.stop();
    },
  };
}

function buildProvisioning(
  { clock, log, kaiserId, firmwareDirectory, broker }: ConsoleOptions,
  { accounts, embedded, url }: Base,
  { services, flash }: { readonly services: Services; readonly flash: FlashRoom },
): ProvisioningService {
  const { devices, registry, assignment, zones, operations, tokens, journal } = services;
  const facts = (): BrokerFacts =>
    broker.kind === 'embedded'
      ? { kind: 'own', listensAt: broker.host, port: Number(new URL(url).port) }
      : { kind: 'external', url };
  return new ProvisioningService({
    ports: flash.ports,
    accounts: embedded && new DeviceLogins(accounts, embedded),
    broker: facts,
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
    tokens: {
      ofDevice: (id) => tokens.ofDevice(id),
      setDevice: (id, token, actor) => tokens.setDevice(id, token, actor),
    },
    settingsFlash: createSettingsFlash(join(firmwareDirectory, TWIN_FILE)),
    journal,
    clock,
    log,
    kaiserId,
  });
}

function buildReplacement({ clock }: ConsoleOptions, { store, hub }: Base, services: Services): DeviceReplacement {
  const { broker }: { readonly broker: BrokerApi } = services;
  return new DeviceReplacement({
    ...services,
    batch: store.batch,
    clock,
    changes: hub,
    // There is none with an external broker: nothing to take away.
    removeAccount: (username) => void broker.removeAccount(username),
  });
}
