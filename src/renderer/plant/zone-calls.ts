import { zoneIdSchema, type ZoneId } from '../../shared/domain/ids';
import { api } from '../connection/client';
import { usePlant } from '../connection/plant-store';
import type { ZoneChoice } from './zone-choice-rules';
import { zoneIdFrom } from './zone-model-rules';

/** Creates a zone with an id made from its name, at the end of the order. */
export async function createZone(name: string): Promise<ZoneId> {
  const takenIds = new Set(Object.keys(usePlant.getState().zones));
  const id = zoneIdSchema.parse(zoneIdFrom(name, takenIds));
  await api.zones.put({ id, name: name.trim() });
  return id;
}

/** The id of the chosen zone; a new one is created first. Null for none and for leaving. */
export async function chosenZoneId(choice: ZoneChoice): Promise<ZoneId | null> {
  if (choice.kind === 'zone') return zoneIdSchema.parse(choice.zoneId);
  return choice.kind === 'new' ? createZone(choice.name) : null;
}
