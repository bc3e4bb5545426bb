import type { Logger } from 'pino';
import { failure, success, type Result } from '../shared/domain/result';
import type { AccountService } from './broker/account-service';
import type { Clock } from './clock';
import type { Actuators } from './control/actuators';
import type { DeviceRegistry } from './devices/device-registry';
import { noConfiguration } from './devices/device-record';
import type { Journal } from './journal/journal';
import { demoDevices, demoZones } from './plant/demo-plan';
import { createDemoPlant, type DemoPlant } from './plant/demo-plant';
import type { SettingsStore } from './store/settings-store';
import type { SeriesRegistry } from './telemetry/series-registry';
import type { Zones } from './zones/zones';

const REMOVED_KEY = 'demo_removed';
const DEMO_ACTOR = 'system:demo';
/** Seed of the plant's noise: any number; the same one makes the same plant. */
const SEED = 20_261_121;

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
  readonly onSensorsGone: (ids: ReturnType<SeriesRegistry['removeDevice']>) => void;
};

/** The demo plant in the console: its devices are marked, kept apart from real ones by their ids, and removed without a trace. */
export class Demo {
  private plant: DemoPlant | undefined;

  constructor(private readonly parts: DemoParts) {}

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
    const { accounts, brokerUrl, kaiserId, clock, log, settings } = this.parts;
    if (brokerUrl === null)
      return failure(
        'conflict',
        'The demo plant runs on the embedded broker only, never on a real one. Start the console without --broker.',
      );
    if (this.plant) return success({ running: true });
    settings.set(REMOVED_KEY, 'no');
    this.enter();
    this.plant = createDemoPlant({
      brokerUrl,
      kaiserId,
      loginFor: (id) => accounts.addTemporary(id),
      clock,
      seed: SEED,
      log,
    });
    this.plant.start();
    return success({ running: true });
  }

  /** Stops the plant and removes its devices, zones and readings. */
  async remove(): Promise<Result<{ removedDevices: number }>> {
    const { registry, zones, series, actuators, settings, journal, accounts, onSensorsGone } = this.parts;
    await this.stop();
    settings.set(REMOVED_KEY, 'yes');
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
    await plant?.stop();
  }

  /** Enters the plan: zones, and devices with their confirmed configuration. What the operator changed since stays. */
  private enter(): void {
    const { registry, zones, kaiserId } = this.parts;
    for (const { id, name, order } of demoZones) if (!zones.get(id)) zones.put({ id, name, order }, DEMO_ACTOR, true);
    for (const { id, name, zoneId, isApproved, sensors, actuators } of demoDevices) {
      if (registry.get(id)) continue;
      if (!isApproved) {
        registry.add(id, { kaiserId, isDemo: true });
        continue;
      }
      const sections = { sensors: [...sensors], actuators: [...actuators], offlineRules: [] };
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
