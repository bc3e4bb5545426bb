import { z } from 'zod';
import { deviceIdSchema } from '../domain/ids';
import { procedure } from './base';

const share = z.number().min(0).max(1).default(0);

/**
 * What is wrong with a simulated device; all of it is off by default. To add a fault: one line here, one in `isOn`, what it does in
 * main/plant/twin-device.ts, its control in renderer/features/devices/fault-controls.ts, its name in resources/locales (devices: `faults`).
 */
export const deviceFaultsSchema = z.strictObject({
  /** The cable is out: the broker sees the connection break, the device works on alone. */
  networkDown: z.boolean().default(false),
  /** Share of measurements that fail. */
  sensorDropout: share,
  /** How fast what the sensors say moves away from the truth, in the sensor's unit per hour. */
  sensorDriftPerHour: z.number().min(-1000).max(1000).default(0),
  /** No sensor answers. */
  sensorDead: z.boolean().default(false),
  /** An output that no longer follows its device; the device does not notice. */
  stuckGpio: z.int().min(0).max(48).nullable().default(null),
  /** Shares of the messages that arrive twice, after the next one, and not at all. */
  duplicateShare: share,
  reorderShare: share,
  lossShare: share,
  /** Added to every message, in both directions. */
  delayMs: z.int().min(0).max(10_000).default(0),
  /** How far the device's clock is ahead, seconds; ten years at most. */
  clockOffsetS: z.int().min(-315_576_000).max(315_576_000).default(0),
});
export type DeviceFaults = z.infer<typeof deviceFaultsSchema>;
export type FaultName = keyof DeviceFaults;

export const noFaults: DeviceFaults = deviceFaultsSchema.parse({});

const isOn: { readonly [name in FaultName]: (value: DeviceFaults[name]) => boolean } = {
  networkDown: (value) => value,
  sensorDropout: (value) => value > 0,
  sensorDriftPerHour: (value) => value !== 0,
  sensorDead: (value) => value,
  stuckGpio: (value) => value !== null,
  duplicateShare: (value) => value > 0,
  reorderShare: (value) => value > 0,
  lossShare: (value) => value > 0,
  delayMs: (value) => value > 0,
  clockOffsetS: (value) => value !== 0,
};

/** The faults that are switched on, in the order of the schema. */
export function activeFaults(faults: DeviceFaults): readonly FaultName[] {
  const names = Object.keys(isOn) as FaultName[];
  return names.filter((name) => (isOn[name] as (value: unknown) => boolean)(faults[name]));
}

export const simulatedDeviceSchema = z.object({ deviceId: deviceIdSchema, faults: deviceFaultsSchema });
export type SimulatedDevice = z.infer<typeof simulatedDeviceSchema>;

const byId = z.strictObject({ id: deviceIdSchema });
const route = (method: 'GET' | 'POST' | 'PUT', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['demo'] });

export const plantContract = {
  devices: route('GET', '/demo/devices', 'The simulated devices and what is wrong with them').output(
    z.array(simulatedDeviceSchema),
  ),
  setFaults: route('PUT', '/demo/devices/{id}/faults', 'Simulate faults of one device; what is left out is off')
    .input(deviceFaultsSchema.extend({ id: deviceIdSchema }))
    .output(simulatedDeviceSchema),
  brownOut: route(
    'POST',
    '/demo/devices/{id}/brown-out',
    'Let the supply of a simulated device sag, so that it restarts',
  )
    .input(byId)
    .output(simulatedDeviceSchema),
};
