/*
 * The demo plant: three climates, and simulated devices that measure and drive them. The devices run the real firmware and talk to the
 * console's embedded broker over sockets of their own, like real ones; only what surrounds them is computed here. Owned by demo.ts.
 */
import type { Logger } from 'pino';
import { noFaults, type DeviceFaults } from '../../shared/api/plant';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import { idleInputs, nextClimate, outdoorAt, startClimate, type Climate, type Inputs } from './climate-rules';
import { demoDevices, demoZones, type DemoDevicePlan } from './demo-plan';
import { gaussianSource, uniformSource } from './noise';
import { PlantOutputs } from './plant-outputs';
import { TwinDevice } from './twin-device';
import type { Twin, TwinModule } from './twin-module';
import { worldOf } from './world-rules';

export type DemoPlantOptions = {
  readonly module: TwinModule;
  readonly brokerUrl: string;
  readonly kaiserId: string;
  readonly loginFor: (deviceId: DeviceId) => { readonly username: string; readonly password: string };
  readonly clock: Clock;
  readonly seed: number;
  readonly log: Logger;
  /** What the devices had stored when they ran last; without it a device starts as the plan says. */
  readonly flashOf: (deviceId: DeviceId) => Uint8Array | null;
  /** The firmware of a device has failed. The devices share one module, so the plant is to be stopped. */
  readonly onFailure: () => void;
};

/** The climate moves in steps of this length. */
const STEP_MS = 500;
/** Offsets that make the zones differ, per zone in order: air °C and soil %. */
const OFFSETS = [
  { airC: 0, soilPct: 0 },
  { airC: 2, soilPct: 8 },
  { airC: -1, soilPct: 0 },
] as const;

type Member = {
  readonly plan: DemoDevicePlan;
  readonly outputs: PlantOutputs;
  readonly device: TwinDevice;
  faults: DeviceFaults;
};

export class DemoPlant {
  private readonly members: ReadonlyMap<DeviceId, Member>;
  private readonly climates: Map<ZoneId, Climate>;
  private readonly gaussian: () => number;
  private lastMs: number;
  private cancelStep: () => void = () => undefined;

  constructor(private readonly options: DemoPlantOptions) {
    this.gaussian = gaussianSource(options.seed);
    this.lastMs = options.clock.monotonic();
    this.climates = new Map(demoZones.map(({ id }, index) => [id, startOf(index)]));
    this.members = new Map(demoDevices.map((plan, index) => [plan.id, this.memberOf(plan, index)]));
  }

  start(): void {
    for (const member of this.members.values()) {
      this.showClimate(member);
      member.device.start();
    }
    this.cancelStep = this.options.clock.every(STEP_MS, () => this.step());
  }

  async stop(): Promise<void> {
    this.cancelStep();
    await Promise.all([...this.members.values()].map(({ device }) => device.stop()));
  }

  /** What is wrong with each device. */
  faults(): readonly { readonly deviceId: DeviceId; readonly faults: DeviceFaults }[] {
    return [...this.members].map(([deviceId, { faults }]) => ({ deviceId, faults }));
  }

  has(deviceId: DeviceId): boolean {
    return this.members.has(deviceId);
  }

  setFaults(deviceId: DeviceId, faults: DeviceFaults): void {
    const member = this.members.get(deviceId);
    if (!member) return;
    member.faults = faults;
    member.device.setFaults(faults);
  }

  brownOut(deviceId: DeviceId): void {
    this.members.get(deviceId)?.device.brownOut();
  }

  /** What the devices have stored. */
  flashes(): ReadonlyMap<DeviceId, Uint8Array> {
    const flashes = new Map<DeviceId, Uint8Array>();
    for (const [deviceId, { device }] of this.members) {
      const flash = device.flash();
      if (flash) flashes.set(deviceId, flash);
    }
    return flashes;
  }

  private memberOf(plan: DemoDevicePlan, index: number): Member {
    const { clock, log, brokerUrl, seed } = this.options;
    const { hostname, port } = new URL(brokerUrl);
    const broker = { host: hostname, port: Number(port) };
    const outputs = new PlantOutputs(plan.actuatorPlans);
    const device = new TwinDevice({
      id: plan.id,
      twin: this.openTwin(plan, index, broker),
      broker,
      clock,
      log,
      random: uniformSource(seed + index),
      onPin: (gpio, duty) => outputs.set(gpio, duty),
      onFailure: (error) => this.failed(plan.id, error),
    });
    return { plan, outputs, device, faults: noFaults };
  }

  private openTwin(plan: DemoDevicePlan, index: number, broker: { host: string; port: number }): Twin {
    const { module, kaiserId, seed, loginFor, flashOf } = this.options;
    const nowMs = this.options.clock.monotonic();
    const { username, password } = loginFor(plan.id);
    const flash = flashOf(plan.id);
    const { id, board, capabilities } = plan;
    const twin = module.open(
      {
        id,
        board,
        kaiserId,
        mac: macOf(index),
        broker: { ...broker, user: username, password },
        seed: seed + index,
        ...(capabilities && { capabilities }),
        flash,
      },
      nowMs,
    );
    if (flash !== null) return twin;
    const name = demoZones.find((zone) => zone.id === plan.zoneId)?.name ?? '';
    twin.provision(
      {
        approved: plan.isApproved,
        zone: { id: plan.zoneId ?? '', master: '', name },
        config: { sensors: plan.sensors, actuators: plan.actuators, offline_rules: plan.offlineRules },
      },
      nowMs,
    );
    return twin;
  }

  private step(): void {
    const nowMs = this.options.clock.monotonic();
    const dtS = (nowMs - this.lastMs) / 1000;
    this.lastMs = nowMs;
    const outdoor = outdoorAt(nowMs / 1000);
    const members = [...this.members.values()];
    for (const { outputs } of members) outputs.pass(dtS);
    for (const [id, climate] of this.climates)
      this.climates.set(id, nextClimate(climate, inputsOf(id, members), outdoor, dtS));
    for (const member of members) this.showClimate(member);
  }

  private showClimate({ plan, device }: Member): void {
    const climate = this.climates.get(plan.climateOf);
    if (climate && plan.sensorPlans.length > 0) device.setWorld(worldOf(plan.sensorPlans, climate, this.gaussian));
  }

  private failed(deviceId: DeviceId, error: unknown): void {
    this.options.log.error({ err: error, device: deviceId }, 'the firmware of a simulated device has failed');
    this.options.onFailure();
  }
}

function startOf(zoneIndex: number): Climate {
  const { airC = 0, soilPct = 0 } = OFFSETS[zoneIndex] ?? {};
  return { ...startClimate, airC: startClimate.airC + airC, soilPct: startClimate.soilPct + soilPct };
}

/** An address that belongs to no manufacturer: locally administered (IEEE 802, bit 1 of the first byte). */
function macOf(index: number): string {
  return `02:00:00:00:00:${(index + 1).toString(16).padStart(2, '0')}`;
}

/** What drives a zone now: the levels of all outputs in it. */
function inputsOf(zoneId: ZoneId, members: readonly Member[]): Inputs {
  const inputs: { -readonly [name in keyof Inputs]: number } = { ...idleInputs };
  for (const { plan, outputs } of members) {
    if (plan.climateOf !== zoneId) continue;
    for (const { drives, level } of outputs.levels()) inputs[drives] = Math.max(inputs[drives], level);
  }
  return inputs;
}
