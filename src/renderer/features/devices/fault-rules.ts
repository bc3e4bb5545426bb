import type { DeviceFaults, FaultName } from '../../../shared/api/plant';

/** The faults as the panel groups them. To add one: its name here, its choices below, its words in resources/locales (devices: `faults`). */
export const faultGroups = [
  { group: 'network', names: ['networkDown', 'delayMs', 'lossShare', 'duplicateShare', 'reorderShare'] },
  { group: 'sensors', names: ['sensorDead', 'sensorDropout', 'sensorDriftPerHour'] },
  { group: 'device', names: ['stuckGpio', 'clockOffsetS'] },
] as const satisfies readonly { readonly group: string; readonly names: readonly FaultName[] }[];

export type FaultValue = DeviceFaults[FaultName];

const shares = [0, 0.1, 0.5];
const HOUR_S = 3600;

/** What can be chosen; the first is "off". A script may set values between. */
const choices: { readonly [name in Exclude<FaultName, 'stuckGpio'>]: readonly DeviceFaults[name][] } = {
  networkDown: [false, true],
  delayMs: [0, 500, 3_000],
  lossShare: shares,
  duplicateShare: shares,
  reorderShare: shares,
  sensorDead: [false, true],
  sensorDropout: [...shares, 1],
  sensorDriftPerHour: [0, 6, 60, -60],
  clockOffsetS: [0, -HOUR_S, HOUR_S, 24 * HOUR_S],
};

/** The choices of a fault; `outputs` are the pins that can be stuck. A present value that is none of them is one more. */
export function faultChoices(
  name: FaultName,
  present: FaultValue,
  outputs: readonly number[],
): readonly { readonly key: string; readonly value: FaultValue }[] {
  const values: readonly FaultValue[] = name === 'stuckGpio' ? [null, ...outputs] : choices[name];
  const all = values.includes(present) ? values : [...values, present];
  return all.map((value) => ({ key: faultKey(value), value }));
}

/** A value as a list keeps it. */
export const faultKey = (value: FaultValue): string => String(value);

/** The faults with one of them changed. */
export function withFault(faults: DeviceFaults, name: FaultName, value: FaultValue): DeviceFaults {
  return { ...faults, [name]: value };
}
