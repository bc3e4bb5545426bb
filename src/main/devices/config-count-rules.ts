/** Do the counts of a heartbeat fit the wish, and what follows if not (wire contract 1.2, 2.5). Pure. */
import type { ConfigSections } from '../../shared/api/devices';
import { chipOf } from '../../shared/domain/sensor-chips';
import type { SensorConfig } from '../../shared/wire/messages/config';
import type { Configuration } from './device-record';

/** An automatic push follows the one before after this at the earliest (2.5). */
export const COOL_DOWN_MS = 45_000;
/** Pushes in a row that changed nothing before the console gives up. */
export const MOST_PUSHES = 3;

type Counts = { readonly sensor_count: number | undefined; readonly actuator_count: number | undefined };
type Counted = 'sensors' | 'actuators';

/** Sections whose count differs from the wish. Sections without a wish or without a count have nothing to say. */
export function countMismatches({ desired, failures }: Configuration, beat: Counts): Counted[] {
  const refused = (section: Counted) =>
    new Set(failures.filter((one) => one.section === section).map(({ gpio }) => gpio));
  const differs = (
    section: Counted,
    reported: number | undefined,
    possible: (items: ConfigSections) => Set<number>,
  ) => {
    const wished = desired?.[section];
    if (!wished || reported === undefined) return false;
    // A pin that the device refused is missing for a known reason; sending it again would change nothing.
    const taken = (wished as readonly { gpio: number }[]).filter(({ gpio }) => !refused(section).has(gpio));
    return !possible({ [section]: wished }).has(reported) && !possible({ [section]: taken }).has(reported);
  };
  const isActuators = differs('actuators', beat.actuator_count, ({ actuators = [] }) => {
    return new Set([actuators.filter(({ active }) => active).length]);
  });
  const isSensors = differs('sensors', beat.sensor_count, ({ sensors = [] }) => possibleSensorCounts(sensors));
  return [...(isSensors ? (['sensors'] as const) : []), ...(isActuators ? (['actuators'] as const) : [])];
}

/** Every count that a device may report: one chip with several values counts as one, or as its values, or as its items (8.1). */
export function possibleSensorCounts(sensors: readonly SensorConfig[]): Set<number> {
  const chips = new Map<string, { items: number; values: number }>();
  let singles = 0;
  for (const { gpio, sensor_type, i2c_address, active } of sensors) {
    const chip = chipOf(sensor_type);
    if (!active) continue;
    if (!chip) {
      singles += 1;
      continue;
    }
    const key = `${gpio}:${chip.name}:${i2c_address ?? chip.address}`;
    chips.set(key, { items: (chips.get(key)?.items ?? 0) + 1, values: chip.values });
  }
  let sums = new Set([singles]);
  for (const { items, values } of chips.values())
    sums = new Set([...sums].flatMap((sum) => [sum + 1, sum + items, sum + values]));
  return sums;
}

/** Automatic pushes of one device: `counts` are those that the last ones did not change. */
export type CountState = { readonly counts: string; readonly pushes: number; readonly pushedAtMs: number | null };
export const noPushes: CountState = { counts: '', pushes: 0, pushedAtMs: null };

/** What to do about counts that differ. */
export function nextCount(
  state: CountState,
  counts: string,
  nowMs: number,
): { state: CountState; action: 'push' | 'wait' | 'give_up' } {
  const known = state.counts === counts ? state : { ...state, counts, pushes: 0 };
  if (known.pushes >= MOST_PUSHES) return { state: known, action: 'give_up' };
  if (known.pushedAtMs !== null && nowMs - known.pushedAtMs < COOL_DOWN_MS) return { state: known, action: 'wait' };
  return { state: { counts, pushes: known.pushes + 1, pushedAtMs: nowMs }, action: 'push' };
}
