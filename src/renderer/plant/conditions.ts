import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { useConnection } from '../connection/connection-store';
import { usePlant } from '../connection/plant-store';
import { onTick } from '../connection/server-clock';
import { hub } from '../telemetry/telemetry-hub';
import { conditionsOf, type Condition } from './condition-rules';
import type { ZoneKey } from './zone-rules';

type Conditions = { readonly all: readonly Condition[] };

/** What is abnormal now, the most urgent first. */
export const useConditions = create<Conditions>(() => ({ all: [] }));

/** The conditions of one zone. */
export function useZoneConditions(zoneId: ZoneKey): readonly Condition[] {
  return useConditions(useShallow(({ all }) => all.filter((condition) => condition.zoneId === zoneId)));
}

const known = new Map<string, { readonly text: string; readonly condition: Condition }>();

/** Keeps the conditions in step with the state: at once with the connection, else once a second. Call once. */
export function startConditions(): void {
  const update = () => {
    const found = conditionsOf({
      plant: usePlant.getState(),
      connection: useConnection.getState(),
      latest: (seriesId) => hub.latest(seriesId),
    });
    const all = found.map(keepIdentity);
    const before = useConditions.getState().all;
    if (all.length === before.length && all.every((condition, index) => condition === before[index])) return;
    for (const id of known.keys()) if (!all.some((condition) => condition.id === id)) known.delete(id);
    useConditions.setState({ all });
  };
  useConnection.subscribe(({ state }, before) => state !== before.state && update());
  usePlant.subscribe(({ isLoaded }, before) => isLoaded !== before.isLoaded && update());
  onTick(1000, update);
}

/** The same object while nothing about a condition changes, so that lists of them keep still. */
function keepIdentity(condition: Condition): Condition {
  const text = JSON.stringify(condition);
  const before = known.get(condition.id);
  if (before?.text === text) return before.condition;
  known.set(condition.id, { text, condition });
  return condition;
}
