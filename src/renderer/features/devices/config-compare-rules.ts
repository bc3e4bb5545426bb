import type { ConfigSectionName, ConfigSections, DeviceView } from '../../../shared/api/devices';

/* Desired against confirmed configuration, item by item. */

export type ItemState = 'same' | 'changed' | 'wanted' | 'surplus';

type Item = Readonly<Record<string, unknown>>;

/** One pin (or rule): what is wanted and what the device has confirmed. */
export type ComparedItem = {
  readonly key: string;
  readonly state: ItemState;
  readonly desired: Item | null;
  readonly confirmed: Item | null;
  /** Names of fields whose values differ. */
  readonly changedFields: readonly string[];
};

/** The items of one section in pin order; `surplus` ones are on the device but not wanted any more. */
export function compareSection(config: DeviceView['config'], section: ConfigSectionName): ComparedItem[] {
  const desired = keyed(config.desired, section);
  const confirmed = keyed(config.confirmed, section);
  return [...new Set([...desired.keys(), ...confirmed.keys()])]
    .sort(byPin)
    .map((key) => compared(key, desired.get(key), confirmed.get(key)));
}

function compared(key: string, desired: Item | undefined, confirmed: Item | undefined): ComparedItem {
  const both = desired !== undefined && confirmed !== undefined;
  const changedFields = both ? differences(desired, confirmed) : [];
  const state = both ? (changedFields.length > 0 ? 'changed' : 'same') : desired ? 'wanted' : 'surplus';
  return { key, state, desired: desired ?? null, confirmed: confirmed ?? null, changedFields };
}

function keyed(sections: ConfigSections | null, section: ConfigSectionName): Map<string, Item> {
  const items: readonly Item[] = sections?.[section] ?? [];
  return new Map(items.map((item) => [keyOf(item), item]));
}

/** What makes an item itself, in the order pin, type, address; a rule is known by its actuator and its sensor. */
function keyOf(item: Item): string {
  const parts = [
    'gpio',
    'actuator_gpio',
    'sensor_gpio',
    'sensor_type',
    'sensor_value_type',
    'actuator_type',
    'onewire_address',
    'i2c_address',
  ];
  return parts
    .flatMap((part) => (typeof item[part] === 'string' || typeof item[part] === 'number' ? [item[part]] : []))
    .join(':');
}

function differences(a: Item, b: Item): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]))
    .sort();
}

function byPin(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
