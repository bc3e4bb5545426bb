import type { Logger } from 'pino';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import { idleInputs, nextClimate, outdoorAt, startClimate, type Climate, type Inputs } from './climate-rules';
import { demoDevices, demoZones, type DemoDevicePlan, type SensorPlan } from './demo-plan';
import { encode } from './encoding-rules';
import { gaussianSource } from './noise';
import { SimulatedDevice } from './simulated-device';

export type DemoPlant = { readonly start: () => void; readonly stop: () => Promise<void> };

export type DemoPlantOptions = {
  readonly brokerUrl: string;
  readonly kaiserId: string;
  readonly loginFor: (deviceId: DeviceId) => { readonly username: string; readonly password: string };
  readonly clock: Clock;
  readonly seed: number;
  readonly log: Logger;
};

/** The climate moves in steps of this length. */
const STEP_MS = 500;
/** Offsets that make the zones differ, per zone in order: air °C and soil %. */
const OFFSETS = [
  { airC: 0, soilPct: 0 },
  { airC: 2, soilPct: 8 },
  { airC: -1, soilPct: 0 },
] as const;

/** The simulated plant: three climates, and devices that measure and drive them over MQTT like real ones. */
export function createDemoPlant(options: DemoPlantOptions): DemoPlant {
  const { clock, seed, loginFor, ...connection } = options;
  const gaussian = gaussianSource(seed);
  const devices = demoDevices.map((plan) => ({
    plan,
    device: new SimulatedDevice({
      ...connection,
      clock,
      plan,
      login: loginFor(plan.id),
      sample: (gpio, type) => sampleOf(plan, { gpio, type, climates, gaussian }),
    }),
  }));
  const climates = new Map<ZoneId, Climate>(
    demoZones.map(({ id }, index) => [
      id,
      {
        ...startClimate,
        airC: startClimate.airC + (OFFSETS[index]?.airC ?? 0),
        soilPct: startClimate.soilPct + (OFFSETS[index]?.soilPct ?? 0),
      },
    ]),
  );
  const dueMs = new Map<SensorPlan, number>();
  let cancelStep = (): void => undefined;
  let lastMs = clock.monotonic();

  const step = () => {
    const nowMs = clock.monotonic();
    const dtS = (nowMs - lastMs) / 1000;
    lastMs = nowMs;
    const outdoor = outdoorAt(nowMs / 1000);
    for (const [id, climate] of climates) climates.set(id, nextClimate(climate, inputsOf(id, devices), outdoor, dtS));
    for (const { plan, device } of devices) measure(plan, device, nowMs);
  };
  const measure = (plan: DemoDevicePlan, device: SimulatedDevice, nowMs: number) => {
    for (const sensor of plan.sensorPlans) {
      const intervalS = device.intervalS(sensor.config.gpio, sensor.type);
      if (intervalS === null || nowMs < (dueMs.get(sensor) ?? 0)) continue;
      dueMs.set(sensor, nowMs + intervalS * 1000);
      const raw = sampleOf(plan, { gpio: sensor.config.gpio, type: sensor.type, climates, gaussian });
      if (raw !== undefined) device.reading(sensor.config.gpio, sensor.type, raw);
    }
  };

  return {
    start: () => {
      for (const { device } of devices) device.start();
      cancelStep = clock.every(STEP_MS, step);
    },
    stop: async () => {
      cancelStep();
      await Promise.all(devices.map(({ device }) => device.stop()));
    },
  };
}

/** What a sensor of a device would read now; undefined when it has none there. */
function sampleOf(
  plan: DemoDevicePlan,
  at: { gpio: number; type: string; climates: ReadonlyMap<ZoneId, Climate>; gaussian: () => number },
): number | undefined {
  const climate = at.climates.get(plan.climateOf);
  const sensor = plan.sensorPlans.find(({ config, type }) => config.gpio === at.gpio && type === at.type);
  return climate && sensor && encode(at.type, climate[sensor.quantity], at.gaussian());
}

/** What drives a zone now: the levels of all outputs in it. */
function inputsOf(zoneId: ZoneId, devices: readonly { plan: DemoDevicePlan; device: SimulatedDevice }[]): Inputs {
  const inputs: { -readonly [name in keyof Inputs]: number } = { ...idleInputs };
  for (const { plan, device } of devices) {
    if (plan.climateOf !== zoneId) continue;
    const { levels } = device;
    for (const { config, drives } of plan.actuatorPlans)
      inputs[drives] = Math.max(inputs[drives], levels.get(config.gpio) ?? 0);
  }
  return inputs;
}
