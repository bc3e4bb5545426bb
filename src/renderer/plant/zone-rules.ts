import type { ActuatorView } from '../../shared/api/control';
import type { DeviceView } from '../../shared/api/devices';
import type { SensorView } from '../../shared/api/telemetry';
import type { ZoneView } from '../../shared/api/zones';
import { sensorTypes } from '../../shared/domain/sensor-types';
import type { Plant } from '../connection/plant-rules';

/* What belongs to which zone, in an order that depends on names and pins only: nothing may move while states change. */

/** `null` is the tile of devices without a zone. */
export type ZoneKey = string | null;

export type ZoneContent = {
  readonly zoneId: ZoneKey;
  /** Null for devices without zone, or whose zone is not in the plant model. */
  readonly zone: ZoneView | null;
  readonly devices: readonly DeviceView[];
  readonly sensors: readonly SensorView[];
  readonly actuators: readonly ActuatorView[];
};

type Parts = Pick<Plant, 'devices' | 'zones' | 'sensors' | 'actuators'>;

const byText = new Intl.Collator('en', { numeric: true });

/** The zone in which a device stands: the one that it confirmed, else the one that it is on the way to. */
export function zoneIdOf({ zone }: Pick<DeviceView, 'zone'>): ZoneKey {
  return zone.confirmed ?? zone.desired;
}

/** Zones in display order. */
export function orderedZones(zones: Plant['zones']): readonly ZoneView[] {
  return Object.values(zones).sort((a, b) => a.order - b.order || byText.compare(a.id, b.id));
}

/**
 * Every zone of the plant with what is in it, then one entry for approved devices without a zone. Devices that are not approved are not
 * part of the plant yet.
 */
export function zoneContents(plant: Parts): readonly ZoneContent[] {
  const approved = Object.values(plant.devices).filter(({ approval }) => approval === 'approved');
  const known = orderedZones(plant.zones).map((zone) => contentOf(plant, approved, zone.id, zone));
  const unknownIds = [...new Set(approved.map(zoneIdOf))].filter((id) => id === null || !plant.zones[id]);
  const rest = unknownIds.sort((a, b) => Number(a === null) - Number(b === null) || byText.compare(a ?? '', b ?? ''));
  return [...known, ...rest.map((zoneId) => contentOf(plant, approved, zoneId, null))];
}

function contentOf(plant: Parts, approved: readonly DeviceView[], zoneId: ZoneKey, zone: ZoneView | null): ZoneContent {
  const devices = approved.filter((device) => zoneIdOf(device) === zoneId).sort((a, b) => byText.compare(a.id, b.id));
  const ids = new Set<string>(devices.map(({ id }) => id));
  return {
    zoneId,
    zone,
    devices,
    sensors: Object.values(plant.sensors)
      .filter(({ deviceId }) => ids.has(deviceId))
      .sort(bySeries),
    actuators: Object.values(plant.actuators)
      .filter(({ deviceId }) => ids.has(deviceId))
      .sort(byPin),
  };
}

function byPin(
  a: { readonly deviceId: string; readonly gpio: number },
  b: { readonly deviceId: string; readonly gpio: number },
): number {
  return byText.compare(a.deviceId, b.deviceId) || a.gpio - b.gpio;
}

function bySeries(a: SensorView, b: SensorView): number {
  return (
    byPin(a, b) ||
    typeRank(a.type) - typeRank(b.type) ||
    byText.compare(a.type, b.type) ||
    byText.compare(a.address ?? '', b.address ?? '')
  );
}

const typeOrder = Object.keys(sensorTypes);

/** The table of sensor types has temperature before humidity, as people read them; unknown types come last. */
function typeRank(type: string): number {
  const rank = typeOrder.indexOf(type);
  return rank < 0 ? typeOrder.length : rank;
}
