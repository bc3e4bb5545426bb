import { useMemo } from 'react';
import type { ZoneView } from '../../shared/api/zones';
import { usePlant } from '../connection/plant-store';
import { orderedZones } from './zone-rules';

/** The zones of the plant in display order. */
export function useZones(): readonly ZoneView[] {
  const zones = usePlant((plant) => plant.zones);
  return useMemo(() => orderedZones(zones), [zones]);
}
