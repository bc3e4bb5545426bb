import type { DeviceView } from '../../shared/api/devices';
import type { ZoneView } from '../../shared/api/zones';

/* Making, ordering and deleting zones: pure parts. */

const ZONE_ID_CHARS = 32;

const transliteration: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  å: 'a',
};

/**
 * An id that devices accept (`[A-Za-z0-9_-]`, 32 characters at most), made from a name; a number is appended while the id is taken.
 * A name without a single usable letter becomes `zone`.
 */
export function zoneIdFrom(name: string, takenIds: ReadonlySet<string>): string {
  const base =
    name
      .toLowerCase()
      .replace(/[äöüßæøå]/g, (letter) => transliteration[letter] ?? '')
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, ZONE_ID_CHARS)
      .replace(/-+$/, '') || 'zone';
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : `-${number}`;
    const id = base.slice(0, ZONE_ID_CHARS - suffix.length) + suffix;
    if (!takenIds.has(id)) return id;
  }
}

/** Why a name can't be used, or null. The same name twice would make two zones look like one. */
export function zoneNameProblem(name: string, zones: readonly ZoneView[], ownId?: string): 'empty' | 'taken' | null {
  const wanted = name.trim().toLowerCase();
  if (wanted === '') return 'empty';
  return zones.some((zone) => zone.id !== ownId && zone.name.trim().toLowerCase() === wanted) ? 'taken' : null;
}

/** The order after moving one zone by `step` places: the zones whose number changes, with the new number. */
export function movedZones(
  zones: readonly ZoneView[],
  zoneId: string,
  step: -1 | 1,
): { readonly zone: ZoneView; readonly order: number }[] {
  const from = zones.findIndex(({ id }) => id === zoneId);
  const moved = zones[from];
  const other = zones[from + step];
  if (!moved || !other) return [];
  const next = [...zones];
  next[from] = other;
  next[from + step] = moved;
  return next.flatMap((zone, order) => (zone.order === order ? [] : [{ zone, order }]));
}

/** Devices that are in a zone, or on their way into it. */
export function devicesInZone(devices: Readonly<Record<string, DeviceView>>, zoneId: string): DeviceView[] {
  return Object.values(devices).filter(({ zone }) => zone.confirmed === zoneId || zone.desired === zoneId);
}
