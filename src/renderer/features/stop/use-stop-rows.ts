import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { StopView } from '../../../shared/api/stop';
import { usePlant } from '../../connection/plant-store';
import { useNow } from '../../connection/server-clock';
import { engagedStops, stopRows, type StopRow } from './stop-rules';

/** The parts of the plant that rows are made of. */
export function useStopPlant() {
  return usePlant(useShallow(({ devices, zones, actuators }) => ({ devices, zones, actuators })));
}

/** Rows of one stop, renewed twice a second while it is engaged. */
export function useStopRows(stop: StopView): StopRow[] {
  const plant = useStopPlant();
  const now = useNow(500);
  return useMemo(() => stopRows(stop, plant, now), [stop, plant, now]);
}

/** Stops that hold now. */
export function useEngagedStops(): StopView[] {
  const stops = usePlant((plant) => plant.stops);
  return useMemo(() => engagedStops(stops), [stops]);
}
