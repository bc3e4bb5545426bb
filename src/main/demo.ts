import type { Logger } from 'pino';
import { activeFaults, noFaults, type DeviceFaults, type SimulatedDevice } from '../shared/api/plant';
import type { StatusView } from '../shared/api/status';
import type { DeviceId } from '../shared/domain/ids';
import { failure, success, type Result } from '../shared/domain/result';
import type { Changes } from './api/changes';
import type { AccountService } from './broker/account-service';
import type { Clock } from './clock';
import type { Actuators } from './control/actuators';
import type { DeviceRegistry } from './devices/device-registry';
import { noConfiguration } from './devices/device-record';
import type { Journal } from './journal/journal';
import { demoDevices, demoZones } from './plant/demo-plan';
import { DemoPlant } from './plant/demo-plant';
import { FlashArchive } from './plant/flash-archive';
import { loadTwinModule, type TwinModule } from './plant/twin-module';
import type { SettingsStore } from './store/settings-store';
import type { SeriesRegistry } from './telemetry/series-registry';
import type { Zones } from './zones/zones';

/** The firmware core as WebAssembly, in the folder of the firmware images. */
export const TWIN_FILE = 'twin.wasm';

const REMOVED_KEY = 'demo_removed';
const DEMO_ACTOR = 'system:demo';
/** Seed of the plant's noise: any number; the same one makes the same plant. */
const SEED = 20_261_121;
/** What the simulated devices have stored is kept this often, ms; a console that is killed in between costs them that much memory. */
const KEEP_FLASH_MS = 5_000;

export type DemoParts = {
  readonly accounts: AccountService;
  readonly registry: DeviceRegistry;
  readonly zones: Zones;
  readonly series: SeriesRegistry;
  readonly actuators: Actuators;
  readonly settings: SettingsStore;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly kaiserId: string;
  /** Address of the embedded broker; null when the console uses an external one, where no simulated device may ever appear. */
  readonly brokerUrl: string | null;
  readonly twinPath: string;
  readonly changes: Pick<Changes, 'status'>;
  readonly onSensorsGone: (ids: ReturnType<SeriesRegistry['removeDevice']>) => void;
};

/** The demo plant in the console: its devices are marked, kept apart from real ones by their ids, and removed without a trace. */
export class Demo {
  private plant: DemoPlant | undefined;
  private readonly archive: FlashArchive;
  private cancelKeep: () => void = () => undefined;
  /** Why it does not run though somebody wants it to. */
  problem: StatusView['demo']['problem'] = null;

  constructor(private readonly parts: DemoParts) {
    const { settings } = parts;
    this.archive = new FlashArchive({
      get: (key) => settings.get(key),
      set: (key, value) => settings.set(key, value),
      remove: (key) => settings.remove(key),
    });
  }

  get isAvailable(): boolean {
    return this.parts.brokerUrl !== null;
  }

  get isRunning(): boolean {
    return this.plant !== undefined;
  }

  /** Was the plant removed in this profile? Then it comes back only when asked for. */
  get wasRemoved(): boolean {
    return this.parts.settings.get(REMOVED_KEY) === 'yes';
  }

  start(): Result<{ running: boolean }> {
    const { brokerUrl, settings, twinPath, log, changes } = this.parts;
    if (brokerUrl === null)
      return failure(
        'conflict',
        'The demo plant runs on the embedded broker only, never on a real one. Start the console without --broker.',
      );
    if (this.plant) return success({ running: true });
    const module = loadTwinModule(twinPath);
    if (!module.ok) {
      this.problem = 'firmware_missing';
      log.warn({ path: twinPath }, module.error.message);
      changes.status();
      return module;
    }
    settings.set(REMOVED_KEY, 'no');
    this.problem = null;
    this.enter();
    return this.run(module.value, brokerUrl);
  }

  /** Stops the plant and removes its devices, zones and readings. */
  async remove(): Promise<Result<{ removedDevices: number }>> {
    const { registry, zones, series, actuators, settings, journal, accounts, onSensorsGone } = this.parts;
    await this.stop();
    settings.set(REMOVED_KEY, 'yes');
    this.archive.forget();
    this.problem = null;
    const devices = registry.all().filter(({ isDemo }) => isDemo);
    for (const { id } of devices) {
      accounts.removeTemporary(id);
      actuators.removeDevice(id, true);
      onSensorsGone(series.removeDevice(id));
      registry.remove(id);
    }
    for (const zone of zones.list()) if (zone.demo) zones.remove(zone.id, DEMO_ACTOR);
    journal.add({ kind: 'demo.removed', message: `Demo plant removed: ${devices.length} devices` });
    return success({ removedDevices: devices.length });
  }

  async stop(): Promise<void> {
    const plant = this.plant;
    this.plant = undefined;
    this.cancelKeep();
    if (plant) this.archive.save(plant.flashes());
    await plant?.stop();
  }

  /** The simulated devices and what is wrong with them; none while the plant does not run. */
  devices(): readonly SimulatedDevice[] {
    return this.plant?.faults() ?? [];
  }

  faultyDevices(): SimulatedDevice[] {
    return this.devices().filter(({ faults }) => activeFaults(faults).length > 0);
  }

  /** Replaces the faults of a simulated device. Refused for every other one: a real device has its own. */
  setFaults(deviceId: DeviceId, faults: DeviceFaults, actor: string): Result<SimulatedDevice> {
    const plant = this.plantOf(deviceId);
    if (!plant.ok) return plant;
    plant.value.setFaults(deviceId, faults);
    const names = activeFaults(faults);
    this.parts.journal.add({
      kind: 'demo.faults',
      deviceId,
      actor,
      message: names.length === 0 ? 'Simulated faults switched off' : `Simulated faults: ${names.join(', ')}`,
      details: { ...faults },
    });
    this.parts.changes.status();
    return success({ deviceId, faults });
  }

  /** Restarts a simulated device as a sagging supply does. */
  brownOut(deviceId: DeviceId, actor: string): Result<SimulatedDevice> {
    const plant = this.plantOf(deviceId);
    if (!plant.ok) return plant;
    plant.value.brownOut(deviceId);
    this.parts.journal.add({ kind: 'demo.brown_out', deviceId, actor, message: 'Simulated brown-out' });
    const { faults = noFaults } = this.devices().find((one) => one.deviceId === deviceId) ?? {};
    return success({ deviceId, faults });
  }

  private plantOf(deviceId: DeviceId): Result<DemoPlant> {
    const device = this.parts.registry.find(deviceId);
    if (!device.ok) return device;
    if (!device.value.isDemo)
      return failure(
        'unsupported',
        `${deviceId} is a real device: faults can be simulated on devices of the demo plant only.`,
      );
    if (!this.plant?.has(deviceId))
      return failure('conflict', `The demo plant is not running, so ${deviceId} is not either. Start it in Settings.`);
    return success(this.plant);
  }

  private run(module: TwinModule, brokerUrl: string): Result<{ running: boolean }> {
    try {
      this.plant = this.build(module, brokerUrl);
    } catch (error) {
      this.archive.forget(); // what the devices had stored may be the cause
      this.problem = 'failed';
      this.parts.log.error({ err: error }, 'the demo plant cannot start');
      return failure('internal', 'The firmware of the simulated devices does not start. The log says why.');
    }
    const { plant } = this;
    plant.start();
    this.cancelKeep = this.parts.clock.every(KEEP_FLASH_MS, () => this.archive.save(plant.flashes()));
    return success({ running: true });
  }

  private build(module: TwinModule, brokerUrl: string): DemoPlant {
    const { accounts, kaiserId, clock, log } = this.parts;
    this.archive.load();
    const plant: DemoPlant = new DemoPlant({
      module,
      brokerUrl,
      kaiserId,
      loginFor: (id) => accounts.addTemporary(id),
      clock,
      seed: SEED,
      log,
      flashOf: (id) => this.archive.of(id),
      onFailure: () => this.failed(plant),
    });
    return plant;
  }

  /** The module behind the devices cannot be trusted any more, also not with what they have stored since it was kept last. */
  private failed(plant: DemoPlant): void {
    if (this.plant !== plant) return;
    this.plant = undefined;
    this.cancelKeep();
    this.problem = 'failed';
    void plant.stop();
    this.parts.journal.add({ kind: 'demo.failed', message: 'The demo plant has failed and was stopped' });
    this.parts.changes.status();
  }

  /** Enters the plan: zones, and devices with their confirmed configuration. What the operator changed since stays. */
  private enter(): void {
    const { registry, zones, kaiserId } = this.parts;
    for (const { id, name, order } of demoZones) if (!zones.get(id)) zones.put({ id, name, order }, DEMO_ACTOR, true);
    for (const { id, name, zoneId, isApproved, sensors, actuators, offlineRules } of demoDevices) {
      if (registry.get(id)) continue;
      if (!isApproved) {
        registry.add(id, { kaiserId, isDemo: true });
        continue;
      }
      const sections = { sensors: [...sensors], actuators: [...actuators], offlineRules: [...offlineRules] };
      const state = { sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'confirmed' } as const;
      registry.add(id, {
        kaiserId,
        name,
        isDemo: true,
        approval: 'approved',
        zone: { desired: zoneId, confirmed: zoneId, state: zoneId === null ? 'none' : 'confirmed' },
        config: { ...noConfiguration, desired: sections, confirmed: sections, state },
      });
    }
  }
}
